// What the index is asked and answers, as shapes: it also comes from other nodes and from commands.
import { z } from "zod";
import { indexLimits } from "./limits.ts";

const pathCharactersMax = 4_096;
const path = z.string().max(pathCharactersMax);
const count = z.number().min(0);
const line = z.int().min(0);
const reasons = z.array(z.string().max(10_000)).max(1_000);

export const contextQuestion = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("index"), path, isNamed: z.boolean().optional() }),
  z.object({
    kind: z.literal("pack"),
    paths: z.array(path).max(indexLimits.pathsMax),
    query: z.string().max(indexLimits.queryCharactersMax),
    budgetTokens: z.int().min(0).max(indexLimits.budgetTokensMax),
    isAround: z.boolean().optional(),
    isNamed: z.boolean().optional(),
  }),
]);

const passedOver = z.enum(["unreadable", "binary", "too_large", "minified", "files_limit", "parser_failed"]);

const report = z.object({
  root: path,
  files: count,
  lines: count,
  bytes: count,
  parts: count,
  symbols: count,
  imports: count,
  uses: count,
  languages: z.array(z.object({ language: z.string().nullable(), files: count })),
  parsed: count,
  known: count,
  passedOver: z.array(z.object({ reason: passedOver, files: count })),
  elapsedMs: count,
  watch: z
    .object({
      state: z.enum(["off", "starting", "on", "too_large", "failed"]),
      reason: z.string().max(10_000).optional(),
    })
    .optional(),
  history: z.object({ commits: count }).optional(),
});

const place = { path, fromLine: line, toLine: line, tokens: count, reasons };

const packed = z.object({
  root: path,
  pieces: z.array(z.object({ ...place, text: z.string(), form: z.enum(["whole", "signatures"]) })),
  leftOut: z.array(z.object(place)),
  leftOutCount: count,
  tokens: count,
  budgetTokens: count,
  files: count,
  problem: z.string().max(10_000).optional(),
});

export const contextAnswer = z.union([
  z.object({ ok: z.literal(true), report }),
  z.object({ ok: z.literal(true), packed }),
]);
