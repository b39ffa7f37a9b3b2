// What happened in one play of several nodes that own things, in order: written by the probes and the driver, judged by the checkers.
import { createHash } from "node:crypto";
import type { Violation } from "../seeds/room.ts";

export type { Violation };

/** Nodes are called `n1#2` for the second start of n1, and processes `n1#2.17` by their number there; children `s1/a`. */
export type Happening =
  | { readonly type: "started"; readonly node: string }
  /** `how`: `crash` from one moment to the next, `halt` in good order, `drain` after it has handed everything over. */
  | { readonly type: "gone"; readonly node: string; readonly how: "crash" | "halt" | "drain" }
  /** `node` where the fault is one of that start alone. */
  | { readonly type: "fault"; readonly what: string; readonly node: string | undefined }
  /** A node's own word of its lease: `held`, `suspended`, `resumed`, `lost`. */
  | { readonly type: "lease"; readonly node: string; readonly word: string }
  /** What a node tells of children and of others' leases. */
  | { readonly type: "news"; readonly node: string; readonly name: string; readonly what: string }
  /** The record of a child at the moment when it is changed; a child without one has no phase. */
  | {
      readonly type: "recorded";
      readonly child: string;
      readonly phase: string | undefined;
      readonly owner: string | undefined;
      readonly epoch: number;
      readonly pid: string | undefined;
      readonly why: string;
    }
  /** The log of a child belongs to a node from here on, and its writes are refused. */
  | {
      readonly type: "claimed";
      readonly child: string;
      readonly node: string;
      readonly epoch: number;
      readonly position: number;
    }
  | { readonly type: "fenced"; readonly child: string; readonly node: string; readonly epoch: number }
  /** A snapshot of a child lasts, and its owner knows: where in the log, as of the claims. */
  | {
      readonly type: "kept";
      readonly child: string;
      readonly node: string;
      readonly count: number;
      readonly epoch: number;
      readonly position: number;
    }
  /** A process of a child is about to handle its first message. `isFresh`: not from a checkpoint. */
  | {
      readonly type: "begins";
      readonly child: string;
      readonly pid: string;
      readonly epoch: number;
      readonly isFresh: boolean;
      readonly count: number;
      /** The numbers that were added. */
      readonly added: readonly number[];
    }
  /** It handles a message. */
  | { readonly type: "turn"; readonly child: string; readonly pid: string; readonly count: number }
  /** A number that was added to it lasts, as it was told. */
  | { readonly type: "lasts"; readonly child: string; readonly pid: string; readonly number: number }
  | { readonly type: "asked"; readonly call: number; readonly what: string; readonly by: string }
  /** `outcome`: `ok`, or the code of an error. */
  | { readonly type: "answered"; readonly call: number; readonly what: string; readonly outcome: string }
  | { readonly type: "ended"; readonly pid: string }
  /** The record of a name at the moment when it is changed. `taken`: its holder was alive, under a lease that was held, and nobody had asked for that. */
  | {
      readonly type: "named";
      readonly name: string;
      readonly pid: string | undefined;
      readonly epoch: number;
      readonly isTaken: boolean;
    }
  | { readonly type: "remade"; readonly bucket: string }
  /** The work under a lock begins, and is over or told to stop. */
  | {
      readonly type: "entered";
      readonly lock: string;
      readonly by: string;
      readonly node: string;
      readonly entry: number;
    }
  | { readonly type: "left"; readonly lock: string; readonly entry: number; readonly how: string }
  /** Long after the last fault: what is promised holds by now. */
  | { readonly type: "quiet"; readonly nodes: readonly string[] }
  /** What is so then. */
  | { readonly type: "stands"; readonly node: string; readonly state: string }
  | {
      readonly type: "places";
      readonly node: string;
      readonly child: string;
      readonly phase: string;
      readonly pid: string | undefined;
    }
  /** Where a child could run; `isWanted` is false for one that was stopped, and `isSpread` true for one that is moved to lie evenly. */
  | {
      readonly type: "fit";
      readonly child: string;
      readonly nodes: readonly string[];
      readonly isWanted: boolean;
      readonly isSpread: boolean;
    }
  /** A process of a child that is there, and the number of numbers it answers with; undefined where it does not answer. */
  | { readonly type: "runs"; readonly child: string; readonly pid: string; readonly node: string }
  | {
      readonly type: "holds";
      readonly child: string;
      readonly count: number | undefined;
      readonly added: readonly number[];
    }
  | {
      readonly type: "resolves";
      readonly node: string;
      readonly name: string;
      readonly pid: string | undefined;
    }
  | { readonly type: "alive"; readonly pid: string }
  /** Everything was stopped, and this is still there. */
  | { readonly type: "remains"; readonly what: string }
  | { readonly type: "stuck"; readonly what: string };

export type Entry = { readonly atMs: number } & Happening;

/** Judges a whole ledger. */
export type Checker = (entries: readonly Entry[]) => readonly Violation[];

export class Ledger {
  readonly entries: Entry[] = [];
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  note(happening: Happening): void {
    this.entries.push({ atMs: Math.round(this.#now() * 1_000) / 1_000, ...happening });
  }

  /** The trace as a whole, in sixteen digits. */
  hash(): string {
    const hash = createHash("sha256");
    for (const entry of this.entries) hash.update(`${JSON.stringify(entry)}\n`);
    return hash.digest("hex").slice(0, 16);
  }
}

/** One entry as a line for people. */
export function entryText({ atMs, type, ...rest }: Entry): string {
  const fields = Object.entries(rest).map(
    ([name, value]) => `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`,
  );
  return `${String(atMs).padStart(9)} ${type} ${fields.join(" ")}`;
}

/** The start of a node that a process lives on. */
export function nodeOf(pid: string): string {
  return pid.slice(0, pid.lastIndexOf("."));
}
