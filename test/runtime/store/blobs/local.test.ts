// Blobs in LMDB: they do what all do.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LmdbEnvironment } from "../../../../runtime/journal/journals/lmdb-environment.ts";
import { LocalBlobs } from "../../../../runtime/store/blobs/local.ts";
import { realWorld } from "../../../../runtime/worlds/real.ts";
import { type BlobsScene, itKeepsBlobs } from "./blobs-conformance.ts";

const world = realWorld();
/** The first bytes of the keys of heads and of pieces. */
const kinds = { head: 5, first: 6, last: 6 } as const;

itKeepsBlobs("Blobs in LMDB", scene);

async function scene(): Promise<BlobsScene> {
  const folder = await mkdtemp(join(tmpdir(), "aiex-blobs-"));
  let environment = await LmdbEnvironment.open(world, folder);
  return {
    of: (scope) => new LocalBlobs(scope, environment, world.clock),
    change: (_, hash, piece, make) =>
      environment.write(0, (table) => {
        const kind = kinds[piece];
        const hashed = Buffer.from(hash, "hex");
        const all = [...table.keys(Uint8Array.of(kind), Uint8Array.of(kind + 1))].map((key) =>
          Buffer.from(key),
        );
        const key = all.filter((each) => each.includes(hashed)).at(piece === "first" ? 0 : -1);
        const was = key && table.get(key);
        if (key === undefined || was === undefined) throw new Error(`There is no ${piece} piece of ${hash}.`);
        const bytes = make(was);
        if (bytes === undefined) table.remove(key);
        else table.put(key, bytes);
      }),
    reopen: async () => {
      await environment.close();
      environment = await LmdbEnvironment.open(world, folder);
    },
    until: (promise) => promise,
    close: async () => {
      await environment.close();
      await rm(folder, { recursive: true });
    },
  };
}
