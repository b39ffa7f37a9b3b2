// Runs that are parts of others, as a desk looks after them: they end with the run that they are parts of, and go with it.
import type { World } from "../../runtime/world.ts";
import { type RunHome, summaryIn } from "./desk-home.ts";
import type { DeskHomes } from "./desk-homes.ts";
import type { DeskPages } from "./desk-pages.ts";
import { RunTail } from "./desk-tail.ts";
import { endAside } from "./desk-writes.ts";
import type { PartsLeft } from "./run-desk-protocol.ts";
import type { RunEnding } from "./run-options.ts";
import type { RunState } from "./run-state.ts";
import { isOver, partsByParent, type RunSummary } from "./run-summary.ts";

export interface DeskPartsOptions {
  readonly world: World;
  readonly node: string;
  readonly homes: DeskHomes;
  readonly pages: DeskPages;
}

/** Its functions are for code of processes. */
export class DeskParts {
  readonly #options: DeskPartsOptions;
  /** Kinds of homes that parts were taken on for here: the lists of others need not be looked at. */
  readonly #kinds = new Set<RunHome["kind"]>(["brief"]);

  constructor(options: DeskPartsOptions) {
    this.#options = options;
  }

  /** A part was taken on. */
  taken(home: RunHome): void {
    this.#kinds.add(home.kind);
  }

  /** Ends a run, wherever it is; one that is over stays as it is. @throws {RunRefusal}; {RunHeld} */
  async end(home: RunHome, id: string, ending: RunEnding): Promise<RunSummary> {
    const { pages, world, node } = this.#options;
    const before = await pages.summary(home, id);
    if (isOver(before.phase)) return before;
    const isTold = (await home.care(id)) === "kept" && (await home.tell(id, ending));
    if (isTold) {
      const after = await pages.settled(home, id, ({ phase }) => isOver(phase));
      if (isOver(after.phase) || (await home.care(id)) === "kept") return after;
    }
    await home.stop(id);
    await endAside({ world, node, store: home.store, id }, ending);
    return pages.settled(home, id, ({ phase }) => isOver(phase));
  }

  /** All that is below a run, the innermost first, by the list, which may be a moment behind. @throws {StoreUnavailable} */
  async below(home: RunHome, id: string): Promise<readonly RunSummary[]> {
    const partsOf = partsByParent(await home.store.list());
    const found: RunSummary[] = [];
    const seen = new Set([id]);
    let next = partsOf.get(id) ?? [];
    while (next.length > 0) {
      const fresh = next.filter((run) => !seen.has(run.id));
      for (const run of fresh) seen.add(run.id);
      found.push(...fresh);
      next = fresh.flatMap((run) => partsOf.get(run.id) ?? []);
    }
    const shown = await Promise.all(found.map((run) => summaryIn(home, run)));
    return shown.toReversed();
  }

  /** Ends all that is below a run and not over. What cannot be ended now is ended another time. */
  async endBelow(home: RunHome, id: string, ending: RunEnding): Promise<void> {
    const open = (await this.below(home, id)).filter(({ phase }) => !isOver(phase));
    await Promise.all(open.map((run) => this.end(home, run.id, ending).catch(() => undefined)));
  }

  /** The process of a run has ended, and says which of its parts it leaves. */
  async left({ run, ids, ending }: Pick<PartsLeft, "run" | "ids" | "ending">): Promise<void> {
    const { homes, pages } = this.#options;
    const ended = ids.map(async (id) => {
      const home = await homes.of(id);
      // What a fork of a run knows of parts are those of the run that it was forked from.
      if ((await pages.summary(home, id)).parent === run) await this.end(home, id, ending);
    });
    await Promise.allSettled(ended);
  }

  /** Ends parts whose runs are over: whoever had those was lost before it could say so. */
  async sweep(): Promise<void> {
    for (const home of this.#options.homes.all) {
      const isOurs = home.kind === "placed" ? home.tidies() : this.#kinds.has(home.kind);
      if (isOurs) await this.#sweep(home).catch(() => undefined);
    }
  }

  async #sweep(home: RunHome): Promise<void> {
    const open = (await home.store.list()).filter(
      ({ id, parent, phase }) =>
        // Of those of this machine another program may have some.
        parent !== undefined && !isOver(phase) && (home.kind === "placed" || home.process(id) !== undefined),
    );
    for (const [parent, parts] of partsByParent(open)) {
      if ((await home.care(parent)) === "kept") continue;
      // The list may be behind: a person may have had it go on.
      const state = await stateIn(home, parent);
      const ending = endingAfter(parent, state);
      if (ending === undefined) continue;
      await Promise.all(parts.map(({ id }) => this.end(home, id, ending).catch(() => undefined)));
    }
  }
}

/** How the parts of a run are to end; undefined while it goes on, or may. One that is gone has none that do. */
function endingAfter(parent: string, { spec, phase }: RunState): RunEnding | undefined {
  if (spec !== undefined && !isOver(phase)) return undefined;
  return phase === "failed" ? { type: "parent_over", parent } : { type: "cancel", by: spec?.by ?? parent };
}

async function stateIn(home: RunHome, id: string): Promise<RunState> {
  const place = await home.store.open(id, "read");
  try {
    const tail = new RunTail(id, place);
    await tail.advance();
    return tail.state;
  } finally {
    await place.close();
  }
}
