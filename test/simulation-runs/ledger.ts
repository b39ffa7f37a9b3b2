// What happened in one play of nodes that carry runs, in order: written by the probes and the driver, judged by the checkers.
import { createHash } from "node:crypto";
import type { RunEntry } from "../../actors/runs/run-entry.ts";
import type { Violation } from "../seeds/room.ts";

export type { Violation };

/** What can be done to the world outside: `model_call` may happen twice, `file_write` can be looked at, `mail` cannot. */
export type EffectKind = "model_call" | "file_write" | "mail";

/** Nodes are called `n1#2` for the second start of n1; an effect is `<step>/<key>`; readers and runs have names of their own. */
export type Happening =
  | { readonly type: "started"; readonly node: string }
  /** `how`: `crash` from one moment to the next, `halt` in good order, `drain` after it has handed everything over. */
  | { readonly type: "gone"; readonly node: string; readonly how: "crash" | "halt" | "drain" }
  | { readonly type: "fault"; readonly what: string }
  /** What a node tells of its lease and of the keepers of runs. */
  | { readonly type: "news"; readonly node: string; readonly what: string }
  /** The record of a keeper at the moment when it is changed. */
  | {
      readonly type: "recorded";
      readonly run: string;
      readonly phase: string | undefined;
      readonly owner: string | undefined;
      readonly why: string;
    }
  /** A person asks for something, and what comes of it. */
  | { readonly type: "asked"; readonly call: number; readonly what: string; readonly node: string }
  | { readonly type: "answered"; readonly call: number; readonly what: string; readonly outcome: string }
  /** A person was told that a run is accepted. */
  | { readonly type: "accepted"; readonly run: string }
  /** The log of a run belongs to a node from here on, as that was told. */
  | { readonly type: "claimed"; readonly run: string; readonly node: string; readonly epoch: number }
  | { readonly type: "fenced"; readonly run: string; readonly node: string; readonly epoch: number }
  /** Entries last, as their owner was told. */
  | {
      readonly type: "wrote";
      readonly run: string;
      readonly node: string;
      readonly epoch: number;
      readonly entries: readonly RunEntry[];
    }
  /** A step begins to work; `saw`: the outputs that it was given of steps before it. */
  | {
      readonly type: "worked";
      readonly run: string;
      readonly step: string;
      readonly node: string;
      readonly epoch: number;
      readonly saw: Readonly<Record<string, unknown>>;
    }
  /** What a step noted lasts, as it was told; and what it found of it. */
  | {
      readonly type: "noted";
      readonly run: string;
      readonly step: string;
      readonly epoch: number;
      readonly key: string;
      readonly value: unknown;
    }
  | {
      readonly type: "recalled";
      readonly run: string;
      readonly step: string;
      readonly epoch: number;
      readonly key: string;
      readonly value: unknown;
    }
  /** An effect happens in the world outside. */
  | {
      readonly type: "happened";
      readonly run: string;
      readonly effect: string;
      readonly kind: EffectKind;
      readonly node: string;
      readonly epoch: number;
    }
  /** A reader begins on a node, at the number behind the last that it was shown. */
  | {
      readonly type: "follows";
      readonly reader: string;
      readonly run: string;
      readonly node: string;
      readonly from: number;
    }
  | { readonly type: "shown"; readonly reader: string; readonly run: string; readonly entry: RunEntry }
  /** There are no more faults. */
  | { readonly type: "calm" }
  /** What is in the log of a run in the end, by the records that it is in. */
  | { readonly type: "log"; readonly run: string; readonly records: readonly LogRecord[] }
  /** What was promised of a run when it was planned. */
  | { readonly type: "planned"; readonly run: string; readonly plan: PromisedRun }
  /** What is so long after the last fault. */
  | {
      readonly type: "stands";
      readonly run: string;
      readonly phase: string;
      readonly readers: Readonly<Record<string, number>>;
    }
  | { readonly type: "remains"; readonly what: string }
  | { readonly type: "stuck"; readonly what: string };

export interface LogRecord {
  readonly kind: string;
  readonly epoch: number;
  readonly position: number;
  /** The node that claimed it. */
  readonly by: string | undefined;
  readonly entries: readonly RunEntry[];
}

/** Whom parts of runs ask; runs of their own ask "p". */
export const partProvider = "q";

export interface PromisedRun {
  /** Every step that there is to be, those that are added included. */
  readonly steps: readonly string[];
  readonly result: string;
  readonly onUnknown: string;
  readonly effects: Readonly<Record<string, EffectKind>>;
}

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
  const line = `${String(atMs).padStart(9)} ${type} ${fields.join(" ")}`;
  return line.length > lineCharactersMax ? `${line.slice(0, lineCharactersMax)}…` : line;
}

/** Logs are told whole. */
const lineCharactersMax = 600;
