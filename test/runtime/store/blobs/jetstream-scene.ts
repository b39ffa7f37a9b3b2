// The blobs of a store on a real broker, and how a test gets at the messages behind them.
import { durableNames } from "../../../../runtime/broker/durable-names.ts";
import { natsStore } from "../../../../runtime/store/nats-store.ts";
import { answered, type JetStreamRoom, newCluster, withoutStream, world } from "../jetstream-room.ts";
import type { BlobsScene } from "./blobs-conformance.ts";

export async function blobsSceneOf({ two, manager }: JetStreamRoom): Promise<BlobsScene> {
  const cluster = newCluster();
  const name = durableNames(cluster).objectStore("blobs");
  const stream = `OBJ_${name}`;
  const open = () => natsStore({ connection: two, cluster, world });
  let store = open();
  // Made before a test begins: a set takes its time to agree on where it is.
  await answered(() => store.blobs("any").list());
  return {
    of: (scope) => store.blobs(scope),
    change: async (_, hash, piece, make) => {
      const pattern = piece === "head" ? `$O.${name}.M.>` : `$O.${name}.C.>`;
      const { state } = await manager.streams.info(stream, { subjects_filter: pattern });
      const found = Object.keys(state.subjects ?? {}).filter((each) => each.includes(hash));
      const subject = found.sort().at(piece === "first" ? 0 : -1);
      if (subject === undefined) throw new Error(`There is no ${piece} piece of ${hash}.`);
      const was = await manager.streams.getMessage(stream, { last_by_subj: subject });
      const bytes = make(was.data);
      if (bytes === undefined) await manager.streams.purge(stream, { filter: subject });
      else await two.jetstream().publish(subject, bytes);
    },
    reopen: async () => {
      await store.close();
      store = open();
    },
    until: (promise) => promise,
    close: async () => {
      await store.close();
      await withoutStream(manager, stream);
    },
  };
}
