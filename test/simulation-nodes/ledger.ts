// What happened in one play of several nodes, in order: written by the probes and the driver, judged by the checkers.
import { createHash } from "node:crypto";
import type { Violation } from "../seeds/room.ts";

export type { Violation };

/** Nodes are called `n1#2` for the second start of n1, and processes `n1#2.17` by their number there. */
export type Happening =
  | { readonly type: "started"; readonly node: string }
  /** `how`: `crash` from one moment to the next, `halt` in good order. */
  | { readonly type: "gone"; readonly node: string; readonly how: "crash" | "halt" }
  | { readonly type: "fault"; readonly what: string }
  | { readonly type: "born"; readonly pid: string }
  | { readonly type: "ended"; readonly pid: string }
  /** A node's own word of its sessions. */
  | { readonly type: "up"; readonly node: string; readonly peer: string }
  | { readonly type: "down"; readonly node: string; readonly peer: string; readonly why: string }
  /** A process wants to hear of nodes from here on, and what it hears. */
  | { readonly type: "listens"; readonly pid: string }
  | { readonly type: "told_node"; readonly to: string; readonly kind: "up" | "down"; readonly peer: string }
  /** Signals to a node could not be sent, says the node. */
  | { readonly type: "dropped"; readonly node: string; readonly peer: string; readonly why: string }
  | { readonly type: "sent"; readonly from: string; readonly to: string; readonly number: number }
  | { readonly type: "got"; readonly to: string; readonly from: string; readonly number: number }
  | { readonly type: "monitored"; readonly ref: string; readonly by: string; readonly of: string }
  | { readonly type: "demonitored"; readonly ref: string; readonly wasActive: boolean }
  | { readonly type: "told_down"; readonly ref: string; readonly to: string; readonly reason: string }
  | { readonly type: "linked"; readonly by: string; readonly of: string }
  | { readonly type: "unlinked"; readonly by: string; readonly of: string }
  | { readonly type: "told_exit"; readonly to: string; readonly from: string; readonly reason: string }
  | { readonly type: "asked"; readonly call: number; readonly by: string; readonly of: string }
  | {
      readonly type: "answered";
      readonly call: number;
      readonly outcome: string;
      /** False for the reply to another question. */
      readonly isRight: boolean;
    }
  | { readonly type: "joined"; readonly pid: string; readonly group: string }
  | { readonly type: "left"; readonly pid: string; readonly group: string }
  /** Long after the last fault: what is promised holds by now. */
  | { readonly type: "quiet"; readonly nodes: readonly string[]; readonly alive: readonly string[] }
  /** What a node sees then. */
  | { readonly type: "sees"; readonly node: string; readonly peers: readonly string[] }
  | {
      readonly type: "members";
      readonly node: string;
      readonly group: string;
      readonly pids: readonly string[];
    }
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

/** The start of a node that a process lived on. */
export function nodeOf(pid: string): string {
  return pid.slice(0, pid.lastIndexOf("."));
}

/** The name of a start of a node. */
export function nameOf(node: string): string {
  return node.slice(0, node.indexOf("#"));
}
