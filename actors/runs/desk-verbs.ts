// What a desk of runs does when it is asked. Every function is for code of processes, and each may be asked twice.
import { sleep } from "../../runtime/index.ts";
import type { World } from "../../runtime/world.ts";
import type { Operations } from "../pipeline/plan.ts";
import type { RunHome } from "./desk-home.ts";
import type { DeskHomes } from "./desk-homes.ts";
import { deskLimits } from "./desk-limits.ts";
import type { DeskPages } from "./desk-pages.ts";
import type { DeskParts } from "./desk-parts.ts";
import { RunRefusal } from "./desk-refused.ts";
import { checkedSpec } from "./desk-spec.ts";
import { acceptAside, allowAside, answerAside, isAnswered, type RunWriting } from "./desk-writes.ts";
import { fork } from "./fork.ts";
import type { RunDesk, RunPage } from "./run-desk-protocol.ts";
import { newRunId } from "./run-id.ts";
import type { RunSpec } from "./run-spec.ts";
import { isOver, type RunSummary } from "./run-summary.ts";

type Asked<C extends keyof RunDesk["calls"]> = RunDesk["calls"][C]["payload"];

export interface DeskVerbsOptions {
  readonly world: World;
  readonly node: string;
  readonly homes: DeskHomes;
  readonly pages: DeskPages;
  readonly parts: DeskParts;
  readonly operations: Operations;
  /** A run was accepted, and could not be begun. */
  owe(id: string): void;
}

export class DeskVerbs {
  readonly #options: DeskVerbsOptions;

  constructor(options: DeskVerbsOptions) {
    this.#options = options;
  }

  /** @param accepted is called when it is written down: what comes after that comes by itself */
  async submit(
    { spec: given, on, brief = false, beside }: Asked<"submit">,
    accepted: (id: string) => void,
  ): Promise<void> {
    const { homes, operations } = this.#options;
    const spec = checkedSpec(given, operations);
    const { id } = spec;
    if (spec.parent?.run !== beside)
      throw new RunRefusal("bad_run", "That is no run: a part of another run is begun by that run alone.");
    if (beside !== undefined) {
      await this.#submitPart(spec, await homes.of(beside), accepted);
      return;
    }
    const home = brief ? homes.brief : homes.lasting;
    if (home.kind !== "placed" && on !== undefined && on !== this.#options.node)
      throw new RunRefusal(
        "bad_run",
        `There is no node "${on}" here: this program is in no cluster. Ask one of its nodes.`,
      );
    await home.check?.(on);
    await acceptAside(this.#writing(home, id), spec);
    homes.note(id, home);
    await this.#begin(home, spec, { reason: "start", on }, accepted);
  }

  /** Where it is there already it stays as it is: whoever follows it has it go on where that is wanted, and asks again where this is lost. */
  async #submitPart(spec: RunSpec, home: RunHome, accepted: (id: string) => void): Promise<void> {
    const { homes, pages, parts } = this.#options;
    const { id } = spec;
    parts.taken(home);
    const isNew = await acceptAside(this.#writing(home, id), spec);
    homes.note(id, home);
    const phase = isNew ? "queued" : (await pages.summary(home, id)).phase;
    if (!isOver(phase) && phase !== "interrupted") await home.begin(spec, "start", undefined);
    accepted(id);
  }

  async read(request: Asked<"read">): Promise<RunPage> {
    const { homes, pages } = this.#options;
    return pages.read(await homes.of(request.id), request);
  }

  list(): Promise<readonly RunSummary[]> {
    return this.#options.homes.list();
  }

  find({ prefix }: Asked<"find">): Promise<RunSummary> {
    return this.#options.homes.find(prefix);
  }

  async cancel({ id, by }: Asked<"cancel">): Promise<RunSummary> {
    const { homes, parts } = this.#options;
    const home = await homes.of(id);
    const ending = { type: "cancel", by } as const;
    const ended = await parts.end(home, id, ending);
    if (isOver(ended.phase)) await parts.endBelow(home, id, ending);
    return ended;
  }

  async resume({ id, by, onUnknown, costUsdMax }: Asked<"resume">): Promise<RunSummary> {
    const { homes, pages } = this.#options;
    const home = await homes.of(id);
    const before = await pages.summary(home, id);
    const { phase } = before;
    if (phase === "done" || phase === "cancelled")
      throw new RunRefusal(
        "run_over",
        `Run ${id} is ${phase}: there is nothing to go on with. \`aiex runs fork ${id} --at N\` goes on from an earlier event of it.`,
      );
    const isKept = phase !== "failed" && (await home.care(id)) === "kept";
    if (!isKept) {
      await this.#letGo(home, id);
      if (costUsdMax !== undefined) await allowAside(this.#writing(home, id), costUsdMax);
      const { workspace, parent } = await pages.about(home, id);
      await home.begin({ id, workspace, parent }, "resume", undefined);
    }
    const command = { type: "resume", by, ...(onUnknown === undefined ? {} : { onUnknown }) } as const;
    if (isKept || onUnknown !== undefined) await home.tell(id, command);
    if (onUnknown !== undefined) await this.#answerBelow(home, id, { by, onUnknown });
    return isKept ? pages.summary(home, id) : pages.settled(home, id, ({ epoch }) => epoch > before.epoch);
  }

  /** Resolves once whoever had a run that failed has ended: where they are still there, nobody else begins it. */
  async #letGo(home: RunHome, id: string): Promise<void> {
    const { clock } = this.#options.world;
    const until = clock.now() + deskLimits.releaseMs;
    while ((await home.care(id)) === "kept" && clock.now() < until) await sleep(deskLimits.letGoLookEveryMs);
  }

  /** What is answered of a run is answered of its parts. */
  async #answerBelow(
    home: RunHome,
    id: string,
    answer: Pick<Asked<"resume">, "by" | "onUnknown">,
  ): Promise<void> {
    for (const part of await this.#options.parts.below(home, id)) {
      const isAsking = part.questions > 0 && !isOver(part.phase);
      if (isAsking) await this.resume({ id: part.id, ...answer }).catch(() => undefined);
    }
  }

  async answer({ id, ...answer }: Asked<"answer">): Promise<RunSummary> {
    const { homes, pages } = this.#options;
    const home = await homes.of(id);
    const { asked } = await pages.about(home, id, answer.question);
    const before = await pages.summary(home, id);
    if (isAnswered(id, asked, answer)) return before;
    if (isOver(before.phase))
      throw new RunRefusal("run_over", `Run ${id} is ${before.phase}: it waits for no answer any more.`);
    const isTold = (await home.care(id)) === "kept" && (await home.tell(id, { type: "answer", ...answer }));
    if (!isTold) await answerAside(this.#writing(home, id), answer);
    return pages.settled(home, id, ({ questions }) => questions < before.questions);
  }

  async cutShort({ id, by }: Asked<"cut_short">): Promise<boolean> {
    const home = await this.#options.homes.of(id);
    return (await home.care(id)) === "kept" && (await home.tell(id, { type: "cut_short", by }));
  }

  /** @param accepted as in `submit` */
  async fork({ id: from, at, by }: Asked<"fork">, accepted: (id: string) => void): Promise<void> {
    const { homes, world, node } = this.#options;
    const home = await homes.of(from);
    const { store } = home;
    const id = newRunId(world);
    const { spec } = await fork({ world, node, store, from, id, at, by });
    homes.note(id, home);
    await this.#begin(
      home,
      { id, workspace: spec?.workspace },
      { reason: "resume", on: undefined },
      accepted,
    );
  }

  async remove({ id }: Asked<"remove">): Promise<null> {
    const { homes, pages, parts } = this.#options;
    const home = await homes.of(id);
    const { phase } = await pages.summary(home, id);
    if (!isOver(phase) && phase !== "interrupted")
      throw new RunRefusal(
        "run_not_over",
        `Run ${id} is ${phase}. End it first: \`aiex runs cancel ${id}\`.`,
      );
    await parts.endBelow(home, id, { type: "cancel", by: this.#options.node });
    // It goes last: cut off before that, it can be found and removed again.
    for (const part of await parts.below(home, id)) await this.#remove(home, part.id);
    await this.#remove(home, id);
    return null;
  }

  async #remove(home: RunHome, id: string): Promise<void> {
    const { homes, pages } = this.#options;
    await home.forget(id);
    await home.store.remove(id);
    homes.forget(id);
    pages.forget(id);
  }

  async blob({
    id,
    hash,
    offset,
    bytesMax,
  }: Asked<"blob">): Promise<{ readonly bytes: Uint8Array; readonly total: number }> {
    const { homes } = this.#options;
    const home = await homes.of(id);
    const place = await home.store.open(id, "read");
    try {
      const bytes = await place.blobs.get(hash);
      if (bytes === undefined)
        throw new RunRefusal("bad_run", `Run ${id} has nothing under ${hash}, or what is there is damaged.`);
      const end = offset + Math.min(bytesMax, deskLimits.pieceBytesMax);
      return { bytes: bytes.slice(offset, end), total: bytes.length };
    } finally {
      await place.close();
    }
  }

  async #begin(
    home: RunHome,
    spec: Pick<RunSpec, "id" | "workspace" | "parent">,
    { reason, on }: { readonly reason: "start" | "resume"; readonly on: string | undefined },
    accepted: (id: string) => void,
  ): Promise<void> {
    const { id } = spec;
    // Somebody has to find it where this program ends before it is begun: nobody does with one that no list shows.
    const isFound = home.kind === "placed" && (await isListed(home, id));
    if (isFound) accepted(id);
    try {
      await home.begin(spec, reason, on);
    } catch (error) {
      if (home.kind === "placed") this.#options.owe(id);
      if (!isFound) throw error;
    }
    accepted(id);
  }

  #writing({ store }: RunHome, id: string): RunWriting {
    const { world, node } = this.#options;
    return { world, node, store, id };
  }
}

/** Whether a run that was just written down is on the list, which is a moment behind; false where nobody can say so now. */
async function isListed({ store }: RunHome, id: string): Promise<boolean> {
  for (let looks = 0; looks < deskLimits.listedLooksMax; looks += 1) {
    if (await store.isListed(id).catch(() => false)) return true;
    await sleep(deskLimits.listedLookEveryMs);
  }
  return false;
}
