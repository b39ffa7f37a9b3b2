// What happened in one play, in order: written by the probes and the driver, judged by the checkers, hashed as the trace.
import { createHash } from "node:crypto";
import type { Violation } from "../seeds/room.ts";

export type { Violation };

/** Something that a process is given: how it is told apart from everything else that it is given. */
export type Item =
  /** A numbered message: `number` counts those of one sender to one receiver. */
  | { readonly item: "message"; readonly from: number; readonly number: number }
  | { readonly item: "down"; readonly ref: number; readonly of: number; readonly reason: string }
  | { readonly item: "exit"; readonly from: number; readonly reason: string };

/** Processes are called by the number of their pid, which no other has for as long as the node runs. */
export type Happening =
  /** `isOnly` where its supervisor may have one process at a time in this place. */
  | {
      readonly type: "born";
      readonly pid: number;
      readonly place: string;
      readonly parent: number | undefined;
      readonly isSupervised: boolean;
      readonly isOnly: boolean;
      readonly isBounded: boolean;
      readonly isTable: boolean;
      /** A supervisor whose children have an order. */
      readonly isOrdered: boolean;
    }
  /** Its start was acknowledged. */
  | { readonly type: "ready"; readonly pid: number }
  /** It declines or fails to start, and has stopped what it had started. */
  | { readonly type: "refused"; readonly pid: number }
  /** Its terminate begins, and is through. */
  | { readonly type: "stopping"; readonly pid: number; readonly reason: string }
  | { readonly type: "stopped"; readonly pid: number }
  /** It lets go of everything: nobody can reach it from here on. */
  | { readonly type: "ended"; readonly pid: number }
  /** It was made to withstand every order but a kill. */
  | { readonly type: "defies"; readonly pid: number }
  /** `mayEndItself` where the first message through its alias ends it; `isPriority` where its DOWN overtakes messages. */
  | {
      readonly type: "monitored";
      readonly ref: number;
      readonly pid: number;
      readonly of: number;
      readonly mayEndItself: boolean;
      readonly isPriority: boolean;
    }
  /** `wasActive` is what demonitor answered. */
  | { readonly type: "demonitored"; readonly ref: number; readonly wasActive: boolean }
  /** It came into the mailbox of a live process; `isTrapping` is whether exits are messages to it. */
  | ({ readonly type: "delivered"; readonly to: number } & Item)
  /** The process dealt with it. */
  | ({ readonly type: "handled"; readonly by: number } & Item)
  /** One to whom it is linked has ended. An exit signal that is not trapped leaves no message, so that is noted too. */
  | { readonly type: "peer_ended"; readonly pid: number; readonly of: number; readonly isTrapping: boolean }
  /** When it was told of an end, the dead one could still be found there. */
  | { readonly type: "found"; readonly by: number; readonly dead: number; readonly where: string }
  | { readonly type: "asked"; readonly call: number; readonly by: number; readonly of: number }
  /** `isRight` is false for a reply to another question. */
  | { readonly type: "answered"; readonly call: number; readonly outcome: string; readonly isRight: boolean }
  /** More user messages wait in a bounded mailbox than it may hold. */
  | { readonly type: "crowded"; readonly pid: number; readonly waiting: number; readonly max: number }
  /** A runtime event of a supervisor. */
  | {
      readonly type: "told";
      readonly by: number;
      readonly event: string;
      readonly child: string;
      readonly pid: number | undefined;
      readonly reason: string | undefined;
      /** The exit asks for a restart, by the child's restart type. */
      readonly needsRestart: boolean;
      readonly restarts: number | undefined;
      readonly maxRestarts: number | undefined;
    }
  /** A supervisor asked its budget for one more restart. */
  | {
      readonly type: "spent";
      readonly by: number;
      readonly isAllowed: boolean;
      readonly maxRestarts: number;
      readonly withinMs: number;
    }
  /** The driver asked a supervisor about its children; what it does then is not its own idea. */
  | { readonly type: "administered"; readonly supervisor: number; readonly request: string }
  /** A fault from outside. */
  | { readonly type: "struck"; readonly pid: number; readonly with: string }
  /** Nothing moves any more: who lives, and what each idle supervisor lists. */
  | { readonly type: "quiet"; readonly alive: readonly number[] }
  | { readonly type: "listed"; readonly supervisor: number; readonly children: readonly number[] }
  /** Everything was stopped or killed, and this is still there. */
  | { readonly type: "left"; readonly what: string }
  /** The driver gave up waiting. */
  | { readonly type: "stuck"; readonly what: string };

export type Entry = { readonly atMs: number } & Happening;

/** Judges a whole ledger. */
export type Checker = (entries: readonly Entry[]) => readonly Violation[];

export class Ledger {
  readonly entries: Entry[] = [];
  readonly #now: () => number;
  readonly #hash = createHash("sha256");

  constructor(now: () => number) {
    this.#now = now;
  }

  note(happening: Happening): void {
    const entry = { atMs: this.#now(), ...happening };
    this.entries.push(entry);
    this.#hash.update(`${JSON.stringify(entry)}\n`);
  }

  /** The trace as a whole, in sixteen digits. */
  hash(): string {
    return this.#hash.copy().digest("hex").slice(0, 16);
  }
}

/** One entry as a line for people. */
export function entryText({ atMs, type, ...rest }: Entry): string {
  const fields = Object.entries(rest).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${typeof value === "string" ? value : JSON.stringify(value)}`],
  );
  return `${String(atMs).padStart(7)} ${type} ${fields.join(" ")}`;
}
