// Two nodes of ours: `ours.js server|client nats|socket <url or path>`.

import { connectNats } from "aiex/carriers/nats";
import { connectSocket, socketServer } from "aiex/carriers/socket";
import {
  call,
  cast,
  named,
  noReply,
  ok,
  type Pid,
  type ProtocolOf,
  realWorld,
  replyWith,
  self,
  server,
  startNode,
  stopWith,
} from "aiex/runtime";
import { inFlight, payloads, type Size } from "./sizes.ts";
import { type Contestant, contest, ready } from "./works.ts";

const [role = "", kind = "", place = ""] = process.argv.slice(2);
const world = realWorld();
const node = startNode({ world, name: role, boundary: "trust", distribution: {} });
const { distribution } = node;
const serverNode = "server";

interface Count {
  value: number;
}

const counter = server("counter", {
  init: () => ok<Count>({ value: 0 }),
  calls: {
    who: (count: Count) => replyWith(self(), count),
    add: (count: Count, by: number) => replyWith(by + 1, count),
  },
  casts: {
    take: (count: Count, _: object) => {
      count.value += 1;
      return noReply(count);
    },
    mark: (count: Count, asker: Pid) => {
      cast(asker, "seen", count.value);
      return noReply(count);
    },
  },
});

type Counter = ProtocolOf<typeof counter>;

interface Flood {
  readonly target: Pid<Counter>;
  readonly size: Size;
  readonly end: number;
  readonly done: (count: number) => void;
  /** What the receiver had counted before. */
  before: number | undefined;
  sent: number;
  seen: number;
}

const sender = server("sender", {
  init: (flood: Flood) => ok(flood),
  casts: {
    go: (flood: Flood) => {
      cast(flood.target, "mark", self());
      return noReply(flood);
    },
    seen: (flood: Flood, count: number) => {
      flood.before ??= count;
      flood.seen = count - flood.before;
      fill(flood);
      if (flood.seen < flood.sent) return noReply(flood);
      flood.done(flood.seen);
      return stopWith("normal", flood);
    },
  },
});

/** Sends as many batches as may be on their way. */
function fill(flood: Flood): void {
  const { target, size, end, seen } = flood;
  const { batch, batchesMax } = inFlight[size];
  const payload = payloads[size];
  while (flood.sent - seen < batch * batchesMax && performance.now() < end) {
    for (let left = batch; left > 0; left -= 1) cast(target, "take", payload);
    cast(target, "mark", self());
    flood.sent += batch;
  }
}

if (role === serverNode) {
  await node.spawn(counter, { name: "counter" });
  if (kind === "nats") await distribution?.join(await connectNats({ servers: place, name: role }));
  else distribution?.addCarrier(await socketServer({ world, path: place }));
  ready();
} else {
  if (kind === "nats") await distribution?.join(await connectNats({ servers: place, name: role }));
  else distribution?.addCarrier(await connectSocket({ world, path: place }));
  if (!(await node.connectNode(serverNode))) throw new Error("The other node does not answer.");
  const target = await asked(() => call(named<Counter>("counter").on(serverNode), "who"));
  contest(contestantFor(target as Pid<Counter>));
}

function contestantFor(target: Pid<Counter>): Contestant {
  return {
    caller: (loop) => asked(() => loop(() => call(target, "add", 1))),
    flood: (size, forMs) =>
      new Promise((done, reject) => {
        const end = performance.now() + forMs;
        const input: Flood = { target, size, end, done, before: undefined, sent: 0, seen: 0 };
        node.spawn(sender, { input }).then((pid) => node.cast(pid, "go"), reject);
      }),
  };
}

/** Does it in a process of its own. */
function asked<T>(work: () => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    node.spawn(() => work().then(resolve, reject)).catch(reject);
  });
}
