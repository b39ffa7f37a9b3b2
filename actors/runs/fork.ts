// A run of its own that goes on from an entry of another one: it begins with a copy of what is written up to there.
import type { World } from "../../runtime/world.ts";
import { deskLimits } from "./desk-limits.ts";
import { RunRefusal, unknownRun } from "./desk-refused.ts";
import { RunTail } from "./desk-tail.ts";
import type { RunEntry, RunFact } from "./run-entry.ts";
import { RunLog } from "./run-log.ts";
import { RunState } from "./run-state.ts";
import type { RunPlace, RunStore } from "./run-store.ts";

export interface ForkOptions {
  readonly world: World;
  readonly node: string;
  readonly store: RunStore;
  /** Of the run that is there, and of the one to be. */
  readonly from: string;
  readonly id: string;
  /** The last entry that they share; the last that there is, unless given. One that ended the run is left out. */
  readonly at: number | undefined;
  readonly by: string;
}

/**
 * Resolves with how the new run stands when all of it lasts. One that was cut off in the middle is known by `isHalfForked`.
 * @throws {RunRefusal} `unknown_run`, `no_such_event`; as `RunStore.open`, `RunLog.claim`
 */
export async function fork(options: ForkOptions): Promise<RunState> {
  const { world, node, store, from, id } = options;
  const source = await store.open(from, "read");
  try {
    const facts = await factsUpTo(source, options);
    const target = await store.open(id, "own");
    try {
      await copyBlobs(source, target);
      const { log } = await RunLog.claim({ world, id, place: target, node });
      const state = new RunState();
      for (let next = 0; next < facts.length; next += factsAtOnce) {
        const appended = facts.slice(next, next + factsAtOnce).map((fact) => log.append([fact]));
        for (const entries of await Promise.all(appended)) for (const entry of entries) state.apply(entry);
      }
      const summary = state.summary(log.bytes);
      if (summary !== undefined) await store.note(summary);
      return state;
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

/** Copied in the middle of what it shares with its origin: whoever made it is gone, and nobody was told of it. */
export function isHalfForked({ spec, n }: RunState): boolean {
  return spec?.forkedFrom !== undefined && n < spec.forkedFrom.at;
}

/** That many wait for one another's place in a record. */
const factsAtOnce = 1_000;

async function factsUpTo(
  source: RunPlace,
  { from, id, at, by, world }: ForkOptions,
): Promise<readonly RunFact[]> {
  const tail = new RunTail(from, source);
  await tail.advance();
  const { n, spec } = tail.state;
  if (spec === undefined) throw unknownRun(from);
  if (at !== undefined && at > n)
    throw new RunRefusal(
      "no_such_event",
      `Run ${from} has no event ${at}: its last one is ${n}. Give one from 1 to ${n}.`,
    );
  const entries: RunEntry[] = [];
  for (let next = 1; next <= (at ?? n); ) {
    const page = await tail.page(next, deskLimits.pageBytesMax);
    entries.push(...page.entries);
    next = page.next;
  }
  const shared = entries.slice(0, at ?? n);
  const last = shared.at(-1);
  if (last !== undefined && isEnd(last)) shared.pop();
  const forkedFrom = { id: from, at: shared.length };
  const createdAt = world.clock.wallTime();
  return shared.map(({ n: _, at: __, node: ___, ...fact }): RunFact => {
    if (fact.type !== "accepted") return fact;
    // A part of another run is a run of its own from there on.
    const { parent: ____, deadlineAt, ...spec } = fact.spec;
    // One that has passed would end it before it begins.
    const later = deadlineAt !== undefined && deadlineAt > createdAt ? deadlineAt : undefined;
    return { ...fact, spec: { ...spec, id, by, createdAt, forkedFrom, deadlineAt: later } };
  });
}

function isEnd({ type }: RunEntry): boolean {
  return type === "done" || type === "failed" || type === "cancelled";
}

/** What is kept beside the log; the same bytes have the same name everywhere. */
async function copyBlobs({ blobs }: RunPlace, target: RunPlace): Promise<void> {
  for (const { hash } of await blobs.list()) {
    if (await target.blobs.has(hash)) continue;
    const bytes = await blobs.get(hash);
    // What is damaged there is missing here: whoever needs it says so.
    if (bytes !== undefined) await target.blobs.put(bytes);
  }
}
