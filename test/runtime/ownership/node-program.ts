// The program of a node that owns things: does what the lines of its input ask, and answers each.
import { createInterface } from "node:readline";
import { connectNats } from "../../../runtime/carriers/nats.ts";
import {
  beginOwnership,
  clusterNamed,
  clusterSupervisor,
  durable,
  noReply,
  ok,
  placedChild,
  realWorld,
  receive,
  replyWith,
  saveCheckpoint,
  self,
  sendAfter,
  server,
  startKind,
  startNode,
} from "../../../runtime/index.ts";
import { natsStore } from "../../../runtime/store/nats-store.ts";
import { type OwnerOrder, type ProgramSettings, single } from "./program-order.ts";

const tickMs = 20;
/** Turns that processes of the child have had in this program. */
let turns = 0;

function tick(): void {
  turns += 1;
  sendAfter(self(), { type: "tick" }, tickMs);
}

const counter = durable(
  server("single", {
    init: () => {
      tick();
      return ok(0);
    },
    calls: {
      add: async (count: number, more: number) => {
        await saveCheckpoint(count + more);
        return replyWith(count + more, count + more);
      },
      kind: (count: number) => replyWith(startKind(), count),
    },
    info: (count: number) => {
      tick();
      return noReply(count);
    },
  }),
  { key: "single", version: 1, onRestored: { type: "tick" } },
);

const child = placedChild(counter, {
  id: "single",
  place: { strategy: "priority", nodes: ["alpha", "beta"], failoverAfterMs: 100, takeover: true },
});

async function begin({ name, cluster, url, factor }: ProgramSettings) {
  const world = realWorld();
  const node = startNode({ world, name, boundary: "trust", distribution: { cluster, factor } });
  await node.spawn(clusterSupervisor("work", { children: [child] }), { name: "work" });
  const carrier = await connectNats({ servers: url, name });
  await node.distribution?.join(carrier);
  const store = natsStore({ connection: carrier.connection, cluster, world });
  return { node, ownership: await beginOwnership(node, store) };
}

type Begun = Awaited<ReturnType<typeof begin>>;

const ends: unknown[] = [];

async function obey({ node, ownership }: Begun, order: OwnerOrder): Promise<unknown> {
  switch (order.do) {
    case "register": {
      const pid = await node.spawn(async () => {
        for (;;) await receive();
      });
      node.monitor(pid, ({ reason }) => ends.push(reason));
      return node.registerClusterName(order.name, pid);
    }
    case "where":
      return node.whereClusterName(order.name)?.node;
    case "lock":
      return new Promise((resolve, reject) => {
        node.withClusterLock(order.id, () => new Promise(() => resolve("in"))).catch(reject);
      });
    case "add":
      return node.call(clusterNamed(single), "add", order.count);
    case "kind":
      return node.call(clusterNamed(single), "kind");
    case "permit":
      return ownership.permitChild(single, order.node, order.isPermitted);
    case "look":
      return { state: ownership.state, turns, ends };
  }
}

function tell(entry: object): void {
  process.stdout.write(`${JSON.stringify({ atMs: performance.now(), ...entry })}\n`);
}

let begun: Promise<Begun> | undefined;
for await (const line of createInterface({ input: process.stdin })) {
  if (begun === undefined) {
    begun = begin(JSON.parse(line) as ProgramSettings);
    begun.then(({ node }) => tell({ type: "ready", incarnation: node.incarnation })).catch(refuse);
    continue;
  }
  const { number, ...order } = JSON.parse(line) as OwnerOrder & { readonly number: number };
  begun
    .then((parts) => obey(parts, order))
    .then(
      (value) => tell({ type: "done", order: number, value: value ?? null }),
      ({ code, message }) => tell({ type: "failed", order: number, code, message }),
    );
}
// Whoever asked is gone.
process.exit(0);

function refuse({ code, message }: { readonly code?: string; readonly message: string }): void {
  tell({ type: "refused", code, message });
}
