// A program that owns its share of what a cluster owns: `owner.js <name> <url>`. Told to end, it hands everything over first.

import { connectNats } from "aiex/carriers/nats";
import {
  beginOwnership,
  clusterSupervisor,
  durable,
  ok,
  placedChild,
  realWorld,
  replyWith,
  saveCheckpoint,
  self,
  server,
  startNode,
} from "aiex/runtime";
import { natsStore } from "aiex/stores/nats";
import { childIds, cluster, supervisorName } from "./owned.ts";
import { ready } from "./works.ts";

const [name = "", servers = ""] = process.argv.slice(2);

/** Answers with the node that it is on, when what it has counted lasts. */
const counter = durable(
  server("counter", {
    init: () => ok(0),
    calls: {
      add: async (count: number, more: number) => {
        const next = count + more;
        await saveCheckpoint(next);
        return replyWith(self().node, next);
      },
    },
  }),
  { key: "counter", version: 1 },
);

const world = realWorld();
const node = startNode({ world, name, boundary: "trust", distribution: { cluster } });
const children = childIds.map((id) => placedChild(counter, { id }));
await node.spawn(clusterSupervisor(supervisorName, { children }), { name: supervisorName });
const carrier = await connectNats({ servers, name });
await node.distribution?.join(carrier);
const ownership = await beginOwnership(node, natsStore({ connection: carrier.connection, cluster, world }));
process.once("SIGTERM", () => void leave());
ready();

async function leave(): Promise<void> {
  await ownership.drain({ deadlineMs: 10_000 });
  await ownership.leave();
  await node.halt();
  await carrier.close();
  process.exit();
}
