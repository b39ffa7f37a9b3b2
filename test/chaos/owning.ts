// What the nodes of the chaos room own together: counters that last, names, and somebody who adds without a pause.
import {
  clusterNamed,
  clusterSupervisor,
  durable,
  type Node,
  noReply,
  ok,
  placedChild,
  type RuntimeEvent,
  replyWith,
  saveCheckpoint,
  self,
  server,
} from "../../runtime/index.ts";
import type { Happening } from "./ledger.ts";
import type { Note } from "./workers.ts";

interface Tally {
  readonly name: string;
  readonly total: number;
}

/** Counts, and answers when what it has counted lasts. */
function tally(note: Note) {
  const logic = server("tally", {
    init: (name: string) => ok<Tally>({ name, total: 0 }),
    calls: {
      add: async ({ name, total: before }: Tally, by: number) => {
        const next = { name, total: before + by };
        note({ type: "took", process: self().id, ...next });
        await saveCheckpoint(next);
        return replyWith(next.total, next);
      },
    },
  });
  return durable(logic, { key: "tally", version: 1 });
}

/** The supervisor, the same on every node that may have its children. */
export function counters(note: Note, ids: readonly string[]) {
  const logic = tally(note);
  const children = ids.map((id) => placedChild(logic, { id, input: `${supervisorName}/${id}` }));
  return clusterSupervisor(supervisorName, { children, maxRestarts: 1_000, withinMs: 1_000 });
}

export const supervisorName = "work";

/** Has a name, and does nothing. */
export const holder = server("holder", {
  init: () => ok(0),
  info: (state: number) => noReply(state),
});

/** What of the node's events is written down. */
export function owningEvent({ name, data }: RuntimeEvent): Happening | undefined {
  switch (name) {
    case "ownership_held":
      return { type: "ownership", is: "held" };
    case "ownership_suspended":
      return { type: "ownership", is: "suspended" };
    case "ownership_resumed":
      return { type: "ownership", is: "resumed" };
    case "ownership_lost":
      return { type: "ownership", is: "lost" };
    case "child_moved": {
      const { child, from = null, reason, epoch } = data;
      return { type: "moved", name: child, from, reason, epoch };
    }
    default:
      return undefined;
  }
}

/** Adds to counters by their names in the cluster, one add after the other for each, and again where there is no answer. */
export class Adder {
  readonly #node: Node;
  readonly #note: Note;
  readonly #running: Promise<void>[] = [];
  #isOver = false;

  constructor(node: Node, note: Note) {
    this.#node = node;
    this.#note = note;
  }

  begin(names: readonly string[], everyMs: number): void {
    for (const name of names) this.#running.push(this.#add(name, everyMs));
  }

  async end(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#running);
  }

  async #add(name: string, everyMs: number): Promise<void> {
    for (let tries = 1; !this.#isOver; tries += 1) {
      try {
        const answer = await this.#node.call(clusterNamed(name), "add", 1, { timeoutMs: answerMs });
        this.#note({ type: "added", name, total: Number(answer), tries });
        tries = 0;
      } catch (error) {
        const { code = "unknown" } = error as { readonly code?: string };
        if (tries === 1) this.#note({ type: "missed", name, code });
      }
      await this.#node.sleep(everyMs);
    }
  }
}

/** What an answer may take before it is asked for again: far above a round trip with its write, and short beside a takeover. */
const answerMs = 400;
