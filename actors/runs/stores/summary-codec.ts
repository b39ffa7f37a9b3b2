// What a list says of a run, as the text that is kept of it, and back: read with the distrust that a file deserves.
import { crc32 } from "node:zlib";
import { z } from "zod";
import type { RunSummary } from "../run-summary.ts";
import { runStoreLimits } from "./limits.ts";

const whole = z.int().min(0);

const shape = z.object({
  id: z.string(),
  kind: z.string(),
  title: z.string(),
  parent: z.string().optional(),
  phase: z.enum(["queued", "running", "waiting", "interrupted", "done", "failed", "cancelled"]),
  waiting: z
    .object({
      for: z.enum(["limit", "workspace", "answer", "node"]),
      why: z.string(),
      until: z.number().optional(),
    })
    .optional(),
  problem: z.string().optional(),
  by: z.string(),
  node: z.string().optional(),
  epoch: whole,
  createdAt: z.number(),
  updatedAt: z.number(),
  n: whole,
  steps: z.object({ done: whole, total: whole }),
  costUsd: z.number().nullable(),
  tokens: z.number(),
  interruptedCalls: whole,
  questions: whole,
  bytes: whole,
});

/** Its long texts are cut: a list shows a line of each, and whatever keeps lists takes so much and no more. */
export function encodeSummary(summary: RunSummary): Uint8Array {
  const { waiting } = summary;
  const body = JSON.stringify({
    ...summary,
    kind: cut(summary.kind),
    title: cut(summary.title),
    by: cut(summary.by),
    problem: summary.problem === undefined ? undefined : cut(summary.problem),
    waiting: waiting && { ...waiting, why: cut(waiting.why) },
  });
  return new TextEncoder().encode(`${head}${body}${foot}${crc32(body)}}\n`);
}

/** Undefined for what is not what was written: damaged, cut off, or of a later program. */
export function decodeSummary(bytes: Uint8Array): RunSummary | undefined {
  const text = Buffer.from(bytes).toString("utf8");
  const footAt = text.lastIndexOf(foot);
  if (!text.startsWith(head) || footAt < head.length) return undefined;
  const body = text.slice(head.length, footAt);
  if (text.slice(footAt) !== `${foot}${crc32(body)}}\n`) return undefined;
  const read = shape.safeParse(JSON.parse(body));
  if (!read.success) return undefined;
  const { waiting, problem, node, parent, ...rest } = read.data;
  return {
    ...rest,
    ...(parent === undefined ? {} : { parent }),
    problem,
    node,
    waiting: waiting && { for: waiting.for, why: waiting.why, until: waiting.until },
  };
}

/** Whether what is to be written of a run is not older than what is known of it: an owner of before may be late. */
export function isNewer(summary: RunSummary, known: RunSummary | undefined): boolean {
  if (known === undefined || summary.epoch > known.epoch) return true;
  return summary.epoch === known.epoch && summary.n >= known.n;
}

const head = '{"summary":';
const foot = ',"check":';

/** Characters are cut as a whole. */
function cut(text: string): string {
  const { summaryTextCharactersMax: max } = runStoreLimits;
  return text.length <= max ? text : `${text.slice(0, max).replace(/\p{Surrogate}$/u, "")}…`;
}
