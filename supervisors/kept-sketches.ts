// What is kept of files for the index, as the configuration and this installation have it.
import { join } from "node:path";
import { engineFingerprint } from "../actors/analysis/engine.ts";
import { chokidarWatches } from "../actors/context/index/chokidar-watches.ts";
import { lmdbSketchStore } from "../actors/context/index/sketch-stores/lmdb.ts";
import { noSketchStore } from "../actors/context/index/sketch-stores/none.ts";
import { noWatches } from "../actors/context/index/watch.ts";
import type { World } from "../runtime/world.ts";
import type { Configuration } from "./config.ts";
import type { Sketches } from "./trees/context-index.ts";

/** Nothing is opened before it is needed. */
export async function keptSketches(
  world: World,
  { values, cacheDirectory }: Configuration,
): Promise<Sketches> {
  const bytesMax = values.context.index_max_mb * 1024 * 1024;
  const engine = await engineFingerprint(world.files);
  const isKept =
    bytesMax > 0 && cacheDirectory !== undefined && engine !== undefined && world.kind === "real";
  return {
    engine: engine ?? "",
    watches: world.kind === "real" ? chokidarWatches() : noWatches,
    open: async () =>
      isKept ? lmdbSketchStore({ world, folder: join(cacheDirectory, "index"), bytesMax }) : noSketchStore,
  };
}
