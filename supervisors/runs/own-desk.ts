// The runs of this program's user without what works on them: to look at them takes neither parsers nor models.
import { Applications, type LogDestination, startNode, type World } from "../../runtime/index.ts";
import { Misuse } from "../../runtime/process/failures.ts";
import type { Configuration } from "../config.ts";
import { startLog } from "../log.ts";
import { runsTree } from "../trees/runs.ts";
import { ownRuns } from "./own.ts";
import { openOwnStore } from "./own-store.ts";
import type { Runs } from "./runs.ts";

export interface OwnDeskOptions {
  readonly world: World;
  readonly configuration: Configuration;
  /** Hears of a failure that belongs to no request; everything is being stopped then. */
  readonly onFailure: (thrown: unknown) => void;
  /** Where the log goes that has no file, and what its file does not take. Default: nowhere. */
  readonly log?: LogDestination;
}

export interface OwnDesk {
  /** For everything but making runs and having them go on. */
  readonly runs: Runs;
  /** Why they are not kept, where that is so: a sentence for people. */
  readonly notice: string | undefined;
  stop(): Promise<void>;
}

export async function startOwnDesk({
  world,
  configuration,
  onFailure,
  log,
}: OwnDeskOptions): Promise<OwnDesk> {
  const { values, folders } = configuration;
  const node = startNode({ world, name: "aiex", health: {}, onHalt: () => undefined });
  node.onFailure(onFailure);
  const endLog = await startLog(node, values, log);
  const { store, notice } = await openOwnStore(world, folders.data);
  const { pipeline, runs: configured } = values;
  const tree = runsTree({
    ...{ world, node: node.name, pipeline, configuration: configured, store },
    operations: {},
    workspaceOf: () => {
      throw new Misuse("No run goes on here: what works on them was not started.");
    },
  });
  const applications = new Applications(node, [{ name: "aiex", tree }]);
  const stop = async (): Promise<void> => {
    await applications.shutdown(values.runtime.shutdown_deadline_ms);
    await store.close();
    await endLog();
  };
  try {
    await applications.startAll("aiex");
  } catch (error) {
    await stop();
    throw error;
  }
  return { runs: ownRuns({ node, place: store.place }), notice, stop };
}
