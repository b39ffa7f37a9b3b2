// Runs that this program alone keeps going: each under a local supervisor, for as long as the program runs.
import { call, child, named, type Supervisor, startChild, whereis } from "../../runtime/index.ts";
import type { RunHome } from "./desk-home.ts";
import { deskLimits } from "./desk-limits.ts";
import { RunRefusal } from "./desk-refused.ts";
import { RunHeld } from "./failures.ts";
import { type KeeperOptions, keeperName, type RunKeeper, runKeeper } from "./keeper.ts";
import { runProcessName } from "./run-desk-protocol.ts";
import type { RunStore } from "./run-store.ts";

export interface OwnHomeOptions {
  readonly store: RunStore;
  readonly kind: "own" | "brief";
  readonly keeper: Omit<KeeperOptions, "store">;
  /** Who has the keepers. */
  readonly supervisor: Supervisor;
}

/** Its functions are for code of processes. */
export function ownHome({ store, kind, keeper, supervisor }: OwnHomeOptions): RunHome {
  const logic = runKeeper({ ...keeper, store: () => store });
  const home: RunHome = {
    store,
    kind,
    care: async (id) =>
      whereis(keeperName(id)) !== undefined || (await isHeld(store, id)) ? "kept" : "left",
    process: (id) => whereis(runProcessName(id)),
    begin: async ({ id }, reason) => {
      if (whereis(keeperName(id)) !== undefined) return;
      // Another program of this machine may work on it: that is said here, and not found out by its process again and again.
      if (reason !== "start") await (await store.open(id, "own")).close();
      const spec = child(logic, {
        ...{ id, name: keeperName(id), input: { id, reason } },
        restart: "transient",
        shutdownMs: deskLimits.releaseMs + 1_000,
      });
      const outcome = await startChild(supervisor, spec);
      const isThere = outcome.ok || whereis(keeperName(id)) !== undefined;
      if (!isThere)
        throw new RunRefusal(
          "store_unavailable",
          `Run ${id} could not be begun: ${JSON.stringify(outcome)}.`,
        );
    },
    tell: (id, command) =>
      call(named<RunKeeper>(keeperName(id)), "tell", command, { timeoutMs: deskLimits.askMs }).catch(
        () => false,
      ),
    stop: async (id) => {
      const pid = whereis(runProcessName(id));
      if (pid !== undefined) await home.tell(id, { type: "release", why: "It was stopped." });
    },
    forget: async () => {},
    tidies: () => kind === "brief",
  };
  return home;
}

/** Another program of this machine works on it. */
async function isHeld(store: RunStore, id: string): Promise<boolean> {
  try {
    await (await store.open(id, "own")).close();
    return false;
  } catch (error) {
    if (error instanceof RunHeld) return true;
    throw error;
  }
}
