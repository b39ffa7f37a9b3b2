// What the nodes of the chaos room are told to do, and what each of them writes down: one line of JSON for everything.
import type { Kept, RunEntry } from "../../actors/runs/run-entry.ts";
import type { RunSpec } from "../../actors/runs/run-spec.ts";

/** How a node begins. It is the first line that its program reads. */
export interface Settings {
  readonly name: string;
  readonly cluster: string;
  /** Scales all times of membership and sessions. */
  readonly factor: number;
  /** The URL of the node's own proxy before the broker. */
  readonly url: string;
  readonly credentials: { readonly user: string; readonly password: string } | undefined;
  /** Where beats come from: a thread of their own, or the main one. */
  readonly pulse: "worker" | "inline";
  /**
   * The children of the cluster supervisor "work" that it may have; with none it takes part in what the cluster owns and owns nothing.
   * Undefined: it does not take part.
   */
  readonly owns: readonly string[] | undefined;
  /** The folder of the world outside, which the room's runs change; undefined for a node that has nothing to do with runs. */
  readonly outside: string | undefined;
  /** The home of the user whose whole program it runs, and the project that it is in; undefined for a bare node. */
  readonly whole: { readonly home: string; readonly project: string } | undefined;
}

export type Order =
  /** Numbered messages to the reader of another node, a burst every `everyMs`. */
  | {
      readonly do: "stream";
      readonly to: string;
      readonly bursts: number;
      readonly each: number;
      readonly everyMs: number;
    }
  /** Waits until the reader has handled what came, and writes down how far each sender has got. */
  | { readonly do: "settle" }
  | { readonly do: "monitor"; readonly node: string; readonly name: string }
  /** A process that traps exits links itself to the counter of that node. */
  | { readonly do: "link"; readonly node: string }
  /** Calls, all at once: `hang` is never answered. */
  | {
      readonly do: "call";
      readonly node: string;
      readonly type: "bump" | "hang";
      readonly count: number;
      readonly timeoutMs: number;
    }
  /** One call with a payload of so many bytes. */
  | { readonly do: "echo"; readonly node: string; readonly bytes: number }
  /** Casts of so many bytes each, all in one turn. */
  | { readonly do: "flood"; readonly node: string; readonly casts: number; readonly bytes: number }
  /** Crashes the supervised counter. */
  | { readonly do: "crash" }
  /** Holds the event loop. */
  | { readonly do: "block"; readonly ms: number }
  | { readonly do: "connect"; readonly node: string }
  /** Adds one to each of these counters over and over, by their names in the cluster, and to each again when it has answered. */
  | { readonly do: "load"; readonly names: readonly string[]; readonly everyMs: number }
  /** Ends that, and waits until nothing is on its way. */
  | { readonly do: "unload" }
  /** A process of its own takes a name in the cluster. Answers whether it has it. */
  | { readonly do: "register"; readonly name: string }
  /** The node that a name in the cluster leads to. */
  | { readonly do: "where"; readonly name: string }
  | { readonly do: "move"; readonly child: string; readonly node: string }
  | { readonly do: "submit"; readonly spec: RunSpec; readonly on: string | undefined }
  /** Writes down every entry of a run from that number on. */
  | { readonly do: "follow"; readonly id: string; readonly from: number }
  /** Every entry of a run that there is. */
  | { readonly do: "read_run"; readonly id: string }
  /** A value of a run, wherever it is kept. */
  | { readonly do: "read_kept"; readonly id: string; readonly kept: Kept }
  /** The ids of all runs that there are. */
  | { readonly do: "list_runs" }
  | { readonly do: "cancel"; readonly id: string }
  | { readonly do: "answer"; readonly id: string; readonly question: string; readonly choice: string }
  /** Runs that stand still here, to be killed, go on. */
  | { readonly do: "go_on" }
  | { readonly do: "status" }
  | { readonly do: "leave" };

export interface Status {
  /** Nodes that there is a session with, as `name#incarnation`, sorted. */
  readonly nodes: readonly string[];
  /** Other members by their beats, sorted by name. */
  readonly members: readonly { readonly name: string; readonly state: string; readonly suspect: boolean }[];
  /** The nodes, sorted, that members of the group are on. */
  readonly group: readonly string[];
  readonly processes: number;
  readonly dropped: number;
  readonly refused: number;
  readonly rssBytes: number;
  readonly heapBytes: number;
  /** Of buffers, which the heap does not hold. */
  readonly bufferBytes: number;
  readonly timers: number;
  readonly subscriptions: number;
}

export type Happening =
  | { readonly type: "ready"; readonly incarnation: number }
  /** It could not become a member. */
  | { readonly type: "refused"; readonly code: string; readonly message: string }
  | { readonly type: "done"; readonly order: number; readonly value: unknown }
  | { readonly type: "failed"; readonly order: number; readonly code: string; readonly message: string }
  | { readonly type: "carrier"; readonly state: string; readonly why: string }
  /** As the node tells it. */
  | {
      readonly type: "nodeup" | "nodedown";
      readonly peer: string;
      readonly incarnation: number;
      readonly reason: string;
    }
  /** Numbers `first` to `last` are handed over for the reader of `to`. */
  | { readonly type: "sent"; readonly to: string; readonly first: number; readonly last: number }
  /** The reader had these, one after the other and nothing between. */
  | { readonly type: "got"; readonly from: string; readonly first: number; readonly last: number }
  /** The reader was told, among its messages, that the session with that node has ended. */
  | { readonly type: "parted"; readonly peer: string }
  | { readonly type: "monitored"; readonly key: number; readonly node: string }
  | { readonly type: "down"; readonly key: number; readonly reason: string }
  | { readonly type: "linked"; readonly key: number; readonly node: string }
  | { readonly type: "exit"; readonly key: number; readonly reason: string }
  | { readonly type: "asked"; readonly key: number; readonly node: string }
  | { readonly type: "outcome"; readonly key: number; readonly outcome: string }
  /** The supervised counter was started, for the first time or again. */
  | { readonly type: "counting" }
  /** What became of the node's part in what the cluster owns. */
  | { readonly type: "ownership"; readonly is: "held" | "suspended" | "resumed" | "lost" }
  /** A child runs here from now on. */
  | {
      readonly type: "moved";
      readonly name: string;
      readonly from: string | null;
      readonly reason: string;
      readonly epoch: number;
    }
  /** Process number `process` of this node, which runs as that child, begins to handle an add that makes it `total`. */
  | { readonly type: "took"; readonly name: string; readonly process: number; readonly total: number }
  /** An add was answered, after so many tries: it lasts. */
  | {
      readonly type: "added";
      readonly name: string;
      readonly total: number;
      readonly tries: number;
    }
  /** The first try of an add went wrong. */
  | { readonly type: "missed"; readonly name: string; readonly code: string }
  /** Who had a name in the cluster has ended. */
  | { readonly type: "unnamed"; readonly name: string; readonly reason: string }
  /** The owner of a run, which this node is, stands still here until it is killed or told to go on. */
  | { readonly type: "at"; readonly run: string; readonly point: string }
  /** Who follows a run here was given these, one after the other. */
  | { readonly type: "read"; readonly run: string; readonly entries: readonly RunEntry[] }
  | { readonly type: "drained"; readonly owned: number; readonly left: number; readonly isCut: boolean }
  | { readonly type: "trouble"; readonly what: string }
  | { readonly type: "leaving" };

/** `atMs` is the time of the machine's clock, the same for all nodes, with fractions. */
export type Entry = { readonly atMs: number } & Happening;

/** What one node has written down in its life. */
export interface Ledger {
  /** `name#incarnation`; without an incarnation where it never became a member. */
  readonly node: string;
  readonly name: string;
  readonly entries: readonly Entry[];
  /** True where it was alive at the end: it had its say to the last. */
  readonly isWhole: boolean;
}

export interface Violation {
  readonly check: string;
  readonly node: string;
  readonly problem: string;
}

/** Judges all ledgers of a room. */
export type Checker = (ledgers: readonly Ledger[]) => readonly Violation[];

/** One entry as a line for people. */
export function entryText({ atMs, type, ...rest }: Entry): string {
  const fields = Object.entries(rest).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return `${atMs.toFixed(0)} ${type} ${fields.join(" ").slice(0, shownCharactersMax)}`;
}

const shownCharactersMax = 200;
