// What the program that guards a command is told, and what it tells. Checked, since it comes over a pipe.
import { isRecord } from "./wire/shape.ts";

export interface CommandOrder {
  readonly command: string;
  readonly args: readonly string[];
  /** Milliseconds that it has; then its group is asked to end. */
  readonly deadlineMs: number;
  /** Milliseconds that it has to do so; then its group is ended. */
  readonly graceMs: number;
  /** Of what it prints, that are kept. */
  readonly outputBytesMax: number;
}

export interface CommandAnswer {
  readonly end:
    | { readonly kind: "exited"; readonly code: number }
    | { readonly kind: "signalled"; readonly signal: string }
    | { readonly kind: "timed_out" }
    | { readonly kind: "unstartable"; readonly message: string };
  /** The beginning of what it printed on both streams, in the order in which that came. */
  readonly head: string;
  /** Its end; "" where the head is all of it. */
  readonly tail: string;
  /** Bytes between the two that were not kept. */
  readonly cutBytes: number;
}

/** Undefined for what is none. */
export function orderIn(value: unknown): CommandOrder | undefined {
  if (!isRecord(value)) return undefined;
  const { command, args, deadlineMs, graceMs, outputBytesMax } = value;
  const isOne =
    typeof command === "string" &&
    Array.isArray(args) &&
    args.every((arg) => typeof arg === "string") &&
    [deadlineMs, graceMs, outputBytesMax].every((number) => typeof number === "number" && number >= 0);
  return isOne ? (value as unknown as CommandOrder) : undefined;
}

/** Undefined for what is none. */
export function answerIn(value: unknown): CommandAnswer | undefined {
  if (!isRecord(value) || !isRecord(value.end)) return undefined;
  const { end, head, tail, cutBytes } = value;
  const isOne =
    typeof head === "string" &&
    typeof tail === "string" &&
    typeof cutBytes === "number" &&
    kinds.has(end.kind) &&
    (end.kind !== "exited" || typeof end.code === "number");
  return isOne ? (value as unknown as CommandAnswer) : undefined;
}

const kinds: ReadonlySet<unknown> = new Set(["exited", "signalled", "timed_out", "unstartable"]);
