// The caretaker: one process in the whole cluster, which takes out what nodes have left that went away for good.
import {
  clusterLeases,
  clusterSupervisor,
  durable,
  type LeaseInfo,
  noReply,
  ok,
  placedChild,
  replyWith,
  server,
  sweepLease,
} from "../../runtime/index.ts";
import { caretakerLimits } from "./limits.ts";

/** Times in milliseconds by the wall clock. */
interface Care {
  /** Leases that are over, and since when that is known; by their identity. */
  readonly over: Readonly<Record<string, number>>;
  /** Leases that were taken out, of all times. */
  readonly removed: number;
  /** When it last looked. */
  readonly lookedAt: number | null;
}

/** `now` is the wall clock: days do not have to be exact, and survive every move of the process. */
const logic = (now: () => number) =>
  server("caretaker", {
    init: () => ok<Care>({ over: {}, removed: 0, lookedAt: null }, soon),
    calls: {
      status: (care: Care) => replyWith(care, care, soon),
    },
    info: async (care: Care) => noReply(await look(care, now()), soon),
  });

const soon = { timeoutMs: caretakerLimits.lookEveryMs };

async function look(care: Care, now: number): Promise<Care> {
  const over: Record<string, number> = {};
  let { removed } = care;
  for (const lease of clusterLeases().filter(({ state }) => state !== "held")) {
    const since = care.over[keyOf(lease)] ?? now;
    const isGone = now - since >= caretakerLimits.awayMs;
    if (isGone && (await isSwept(lease))) removed += 1;
    else if (Object.keys(over).length < caretakerLimits.nodesMax) over[keyOf(lease)] = since;
  }
  return { over, removed, lookedAt: now };
}

/** What cannot be taken out now is taken out another time. */
async function isSwept(lease: LeaseInfo): Promise<boolean> {
  return sweepLease(lease).catch(() => false);
}

function keyOf({ node, incarnation, term }: LeaseInfo): string {
  return `${node} ${incarnation} ${term}`;
}

/** The name of what every cluster has one of, whatever runs on it. */
export const housekeepingName = "cluster";

/** The supervisor of what a cluster needs itself. Runs on every node; its child on one. */
export function housekeeping(now: () => number) {
  const caretaker = durable(logic(now), { key: "caretaker", version: 1 });
  return clusterSupervisor(housekeepingName, { children: [placedChild(caretaker, { id: "caretaker" })] });
}
