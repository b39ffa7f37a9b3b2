// What a desk does by itself from time to time: begins runs whose node died before it had them begun, and takes out what is kept no
// longer.
import type { World } from "../../runtime/world.ts";
import type { RunHome } from "./desk-home.ts";
import type { DeskHomes } from "./desk-homes.ts";
import { deskLimits } from "./desk-limits.ts";
import type { DeskParts } from "./desk-parts.ts";
import { RunTail } from "./desk-tail.ts";
import { isHalfForked } from "./fork.ts";
import type { RetentionRules } from "./retention.ts";
import { retain } from "./retention-sweep.ts";
import { isOver } from "./run-summary.ts";

export interface DeskSweepsOptions {
  readonly world: World;
  readonly homes: DeskHomes;
  readonly rules: RetentionRules;
  readonly parts: Pick<DeskParts, "sweep">;
}

const briefly: RetentionRules = {
  keepMs: deskLimits.briefKeepMs,
  runsMax: Number.MAX_SAFE_INTEGER,
  bytesMax: Number.MAX_SAFE_INTEGER,
};

/** Of a run that is due, since when it has not grown, by the own clock. */
interface Seen {
  readonly n: number;
  readonly at: number;
}

export class DeskSweeps {
  readonly #options: DeskSweepsOptions;
  #seen = new Map<string, Seen>();
  #isSweeping = false;
  #retainedAt = Number.NEGATIVE_INFINITY;
  /** Accepted here, and not begun: the list may not have them. */
  readonly #owed = new Set<string>();

  constructor(options: DeskSweepsOptions) {
    this.#options = options;
  }

  /** It was accepted here, and could not be begun. */
  owe(id: string): void {
    this.#owed.add(id);
  }

  /** For code of processes. What cannot be done now is done another time. */
  async sweep(): Promise<void> {
    // One that takes longer than the time between two is let finish.
    if (this.#isSweeping) return;
    this.#isSweeping = true;
    try {
      await this.#sweep();
    } finally {
      this.#isSweeping = false;
    }
  }

  async #sweep(): Promise<void> {
    const { homes, world, rules, parts } = this.#options;
    const { clock } = world;
    const { placed, brief } = homes;
    if (placed !== undefined) await this.#beginDue(placed).catch(() => undefined);
    await parts.sweep();
    await retain(brief, briefly, clock.wallTime());
    if (placed?.tidies() !== true || clock.now() - this.#retainedAt < deskLimits.retainEveryMs) return;
    this.#retainedAt = clock.now();
    await retain(placed, rules, clock.wallTime());
  }

  async #beginDue(home: RunHome): Promise<void> {
    for (const id of this.#owed) {
      if ((await home.care(id)) === "due") await this.#beginNow(home, id).catch(() => undefined);
      if ((await home.care(id)) !== "due") this.#owed.delete(id);
    }
    const now = this.#options.world.clock.now();
    const seen = new Map<string, Seen>();
    for (const run of await home.store.list()) {
      if (isOver(run.phase) || (await home.care(run.id)) !== "due") continue;
      const before = this.#seen.get(run.id);
      const since = before?.n === run.n ? before : { n: run.n, at: now };
      seen.set(run.id, since);
      if (now - since.at >= deskLimits.orphanAfterMs)
        await this.#beginNow(home, run.id).catch(() => undefined);
    }
    this.#seen = seen;
  }

  async #beginNow(home: RunHome, id: string): Promise<void> {
    const place = await home.store.open(id, "read");
    const tail = new RunTail(id, place);
    try {
      await tail.advance();
    } finally {
      await place.close();
    }
    const { state } = tail;
    if (isHalfForked(state)) {
      await home.store.remove(id);
      return;
    }
    const summary = state.summary(tail.bytes);
    // The list may be behind.
    if (summary !== undefined) await home.store.note(summary);
    if (summary === undefined || isOver(summary.phase)) {
      this.#owed.delete(id);
      return;
    }
    await home.begin(
      { id, workspace: state.spec?.workspace, parent: state.spec?.parent },
      state.epoch === 0 ? "start" : "restart",
      undefined,
    );
  }
}
