// How full the heap is: a reading, the level that it means, and what the node says when it takes no more.
import { getHeapSpaceStatistics, getHeapStatistics } from "node:v8";
import { AiexError } from "../errors.ts";
import { nodeLimits } from "./limits.ts";

export interface HeapReading {
  /** Bytes in use by what is no longer young, garbage that was not collected yet included. */
  readonly usedBytes: number;
  /** Bytes of these at which V8 ends the program (`--max-old-space-size`). */
  readonly limitBytes: number;
}

/** `high` is told, `full` takes no new work, `exhausted` ends the node while that is still possible. */
export type HeapLevel = "fine" | "high" | "full" | "exhausted";

/** The node's heap is nearly full, and it starts no new work from outside of its processes. */
export class HeapFull extends AiexError {
  readonly code = "heap_full";
  constructor(node: string, reading: HeapReading) {
    super(
      `Node "${node}" uses ${megabytes(reading)} of memory and starts no new work. Try again later, or give Node.js more with --max-old-space-size.`,
      { details: { node, ...reading }, retryable: true },
    );
  }
}

/** The node's heap had no room left, and it was halted in order. */
export class HeapExhausted extends AiexError {
  readonly code = "heap_exhausted";
  constructor(node: string, reading: HeapReading) {
    super(
      `Node "${node}" used ${megabytes(reading)} of memory and was halted, as Node.js would soon have ended it. Give Node.js more with --max-old-space-size, or do less at once.`,
      { details: { node, ...reading } },
    );
  }
}

/** The heap of this program. */
export function readHeap(): HeapReading {
  const old = getHeapSpaceStatistics().filter(({ space_name }) => !space_name.startsWith("new_"));
  const usedBytes = old.reduce((sum, { space_used_size }) => sum + space_used_size, 0);
  const limitBytes = givenLimitBytes(process.env.NODE_OPTIONS, process.execArgv);
  return { usedBytes, limitBytes: limitBytes ?? getHeapStatistics().heap_size_limit };
}

/**
 * What Node.js was told that old objects may take. Where it was told nothing V8's own limit has to do, which counts the
 * young ones too: it is too high by up to 48 MB, and a heap of the usual size is large beside that.
 */
export function givenLimitBytes(options: string | undefined, words: readonly string[]): number | undefined {
  const given = [...(options ?? "").split(/\s+/), ...words]
    .map((word) => /^--max[-_]old[-_]space[-_]size=(\d+)$/.exec(word)?.[1])
    .findLast((megabytes) => megabytes !== undefined);
  return given === undefined ? undefined : Number(given) * 1024 * 1024;
}

/** The level of a reading, where `before` was the one until now. */
export function heapLevel({ usedBytes, limitBytes }: HeapReading, before: HeapLevel): HeapLevel {
  const percent = (usedBytes / limitBytes) * 100;
  const { heapHighPercent, heapFullPercent, heapExhaustedPercent, heapCalmPercent } = nodeLimits;
  const isFull = before === "full" || before === "exhausted";
  const isHigh = isFull || before === "high";
  if (percent >= heapExhaustedPercent) return "exhausted";
  if (percent >= heapFullPercent - (isFull ? heapCalmPercent : 0)) return "full";
  return percent >= heapHighPercent - (isHigh ? heapCalmPercent : 0) ? "high" : "fine";
}

function megabytes({ usedBytes, limitBytes }: HeapReading): string {
  const shown = (bytes: number): number => Math.round(bytes / (1024 * 1024));
  return `${shown(usedBytes)} of ${shown(limitBytes)} MB`;
}
