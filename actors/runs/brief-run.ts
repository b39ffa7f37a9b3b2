// A run that a process waits for, and nobody looks up later: nothing is kept of it, and it is given up when that process ends.
import {
  CalleeExited,
  call,
  monitor,
  NoProcess,
  named,
  receive,
  self,
  sleep,
  spawn,
  tryCall,
} from "../../runtime/index.ts";
import { currentProcess } from "../../runtime/process/current.ts";
import type { Plan } from "../pipeline/plan.ts";
import { briefLimits } from "./brief-limits.ts";
import { keeperName } from "./keeper.ts";
import { decodeValue } from "./kept.ts";
import { retryDelayMs } from "./limits.ts";
import { type RunAnswer, type RunDesk, runDeskName } from "./run-desk-protocol.ts";
import type { Kept, RunEntry } from "./run-entry.ts";
import { newRunId } from "./run-id.ts";
import type { RunSpec } from "./run-spec.ts";
import { isOver, type RunSummary } from "./run-summary.ts";

export type BriefResult =
  | { readonly ok: true; readonly output: unknown }
  | { readonly ok: false; readonly message: string };

export interface BriefOrder {
  readonly kind: string;
  /** One line for people. */
  readonly title: string;
  readonly plan: Plan;
}

type Calls = RunDesk["calls"];
type Value<C extends keyof Calls> = Calls[C]["reply"] extends RunAnswer<infer V> ? V : never;

const { readWaitMs, pageBytesMax, lossesMax } = briefLimits;
const desk = named<RunDesk>(runDeskName);
const by = "service";

/** For code of processes, each of which waits for one such run. @throws {NoProcess}; {CalleeExited} the desk is away for good */
export async function runBriefly(order: BriefOrder): Promise<BriefResult> {
  const id = newRunId(currentProcess().kernel.world);
  const submitted = await asked("submit", {
    spec: specOf(id, order),
    on: undefined,
    brief: true,
  });
  if (!submitted.ok) return submitted;
  giveUpWith(id);
  const ended = await endOf(id);
  return ended.ok ? resultOf(id, ended.value) : ended;
}

/** Whoever asked for it may be killed: another process sees to what is left. */
function giveUpWith(id: string): void {
  const asker = self();
  spawn(async () => {
    monitor(asker);
    await receive();
    await tryCall(desk, "cancel", { id, by });
    await tryCall(desk, "remove", { id });
  });
}

interface Ended {
  readonly summary: RunSummary;
  readonly last: RunEntry | undefined;
}

async function endOf(id: string): Promise<RunAnswer<Ended>> {
  let from = 1;
  let last: RunEntry | undefined;
  for (let losses = 0; ; ) {
    const page = await asked("read", { id, from, waitMs: readWaitMs, bytesMax: pageBytesMax });
    if (!page.ok) return page;
    const { entries, next, summary } = page.value;
    from = next;
    last = entries.at(-1) ?? last;
    if (isOver(summary.phase) && next > summary.n) {
      await keeperEnded(id);
      return { ok: true, value: { summary, last } };
    }
    if (summary.phase !== "interrupted") continue;
    // What had it went down with its supervisor.
    losses += 1;
    if (losses > lossesMax) return { ok: true, value: { summary, last } };
    await sleep(retryDelayMs(losses));
    const resumed = await asked("resume", { id, by, onUnknown: undefined });
    if (!resumed.ok && resumed.code !== "run_over") return resumed;
  }
}

/** What is told of runs that are at work names it no more. */
async function keeperEnded(id: string): Promise<void> {
  monitor(named(keeperName(id)));
  await receive();
}

async function resultOf(id: string, { summary, last }: Ended): Promise<BriefResult> {
  if (last?.type === "done") return outputOf(id, last.output);
  const message = last?.type === "failed" ? last.message : `Its run is ${summary.phase}.`;
  return { ok: false, message };
}

async function outputOf(id: string, kept: Kept): Promise<BriefResult> {
  if ("value" in kept) return { ok: true, output: kept.value };
  const pieces: Uint8Array[] = [];
  for (let offset = 0; offset < kept.bytes; ) {
    const piece = await asked("blob", { id, hash: kept.blob, offset, bytesMax: pageBytesMax });
    if (!piece.ok) return piece;
    if (piece.value.bytes.length === 0) break;
    pieces.push(piece.value.bytes);
    offset += piece.value.bytes.length;
  }
  const decoded = decodeValue(Buffer.concat(pieces));
  return decoded === undefined
    ? { ok: false, message: "Its output cannot be read." }
    : { ok: true, output: decoded.value };
}

/** A desk that is being started again is asked again; every call may be made twice. */
async function asked<C extends keyof Calls>(
  verb: C,
  payload: Calls[C]["payload"],
): Promise<RunAnswer<Value<C>>> {
  for (let losses = 1; ; losses += 1) {
    try {
      const timeoutMs = Number.POSITIVE_INFINITY;
      return (await call(desk, verb, payload as never, { timeoutMs })) as unknown as RunAnswer<Value<C>>;
    } catch (error) {
      const isLost = error instanceof NoProcess || error instanceof CalleeExited;
      if (!isLost || losses > lossesMax) throw error;
      await sleep(retryDelayMs(losses));
    }
  }
}

function specOf(id: string, { kind, title, plan }: BriefOrder): RunSpec {
  return {
    ...{ id, kind, title, plan, by },
    workspace: undefined,
    onUnknown: "retry",
    deadlineAt: undefined,
    costUsdMax: undefined,
    asks: false,
    createdAt: 0,
    request: null,
    forkedFrom: undefined,
  };
}
