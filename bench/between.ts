// Calls and one-way messages between two operating-system processes on one machine: two nodes of ours over a broker and over a
// socket, beside the broker's own client, Moleculer over the same broker, and distributed Erlang.
import { measure, type Peer, type Reach, type Round } from "./measure.ts";
import { brokerVersion } from "./nodes/broker.ts";
import { Field } from "./nodes/field.ts";
import { offersPlace, type Place } from "./nodes/place.ts";
import type { Size } from "./nodes/sizes.ts";
import { erlangName, natsName } from "./peer-names.ts";

const hasBroker = brokerVersion() !== undefined;
if (!hasBroker)
  console.error(
    "There is no nats-server (on the PATH, or named by AIEX_NATS_SERVER): what goes over one is left out.",
  );

await compare("any", "", compareAll);
if (offersPlace("one")) await compare("one", ", everything on one CPU", compareLatency);
else console.error("There is no taskset on this machine: the figures on one CPU are left out.");

async function compare(
  place: Place,
  suffix: string,
  work: (field: Field, suffix: string) => Promise<void>,
): Promise<void> {
  const field = new Field(place);
  try {
    await work(field, suffix);
  } finally {
    await field.end();
  }
}

async function compareAll(field: Field, suffix: string): Promise<void> {
  await compareLatency(field, suffix);
  await compareCallers(field, 100, 5, 2);
  await compareCallers(field, 1_000, 12, 5);
  await compareFlood(field, "small", "one-way between nodes, about 100 bytes", [atLeast(erlangName, 2)]);
  await compareFlood(field, "kib", "one-way between nodes, 1 KiB", [atLeast(erlangName, 1.4)]);
  await compareFlood(field, "large", "one-way between nodes, 64 KiB", [atLeast(natsName, 0.9)]);
}

/** The reaches are of calls over a broker, and of the median over a socket. */
async function compareLatency(field: Field, suffix: string): Promise<void> {
  const work = { kind: "latency" } as const;
  const request = field.nats("request() with JSON", work);
  const action = field.moleculer("broker.call", work);
  const genServer = field.erlang("gen_server:call", "latency");
  const overNats = field.ours("nats", work);
  const overSocket = field.ours("socket", work);
  const isFree = suffix === "";
  for (const [part, times] of [
    ["p50", isFree ? 0.85 : 0.65],
    ["p99", isFree ? 0.8 : undefined],
  ] as const) {
    if (hasBroker)
      await measure({
        name: `call between nodes over NATS, one at a time, ${part}${suffix}`,
        unit: "us",
        better: "lower",
        ours: overNats(part),
        peers: [request(part), action(part), genServer(part)],
        ...(times === undefined ? {} : { reach: atLeast(natsName, 1 / times) }),
      });
    await measure({
      name: `call between nodes over a socket, one at a time, ${part}${suffix}`,
      unit: "us",
      better: "lower",
      ours: overSocket(part),
      peers: [genServer(part)],
      ...(isFree && part === "p50" ? { reach: atLeast(erlangName, 1 / 1.1) } : {}),
    });
  }
}

async function compareCallers(
  field: Field,
  callers: 100 | 1_000,
  timesNats: number,
  timesErlang: number,
): Promise<void> {
  const work = { kind: "calls", callers } as const;
  const genServer = field.erlang("gen_server:call, a process for each caller", `calls_${callers}`);
  const shared = { unit: "calls/s", better: "higher" } as const;
  const many = callers.toLocaleString("en-US");
  if (hasBroker)
    await measure({
      ...shared,
      name: `calls between nodes over NATS, ${many} at a time`,
      ours: field.ours("nats", work)("value"),
      peers: [
        field.nats("request() with JSON", work)("value"),
        field.moleculer("broker.call", work)("value"),
        genServer("value"),
      ],
      reach: [atLeast(natsName, timesNats), atLeast(erlangName, timesErlang)],
    });
  await measure({
    ...shared,
    name: `calls between nodes over a socket, ${many} at a time`,
    ours: field.ours("socket", work)("value"),
    peers: [genServer("value")],
  });
}

async function compareFlood(field: Field, size: Size, name: string, reach: readonly Reach[]): Promise<void> {
  const work = { kind: "flood", size } as const;
  const genServer = field.erlang("gen_server:cast", size);
  // Of the large ones it is the bytes that count.
  const megabytes = 65_536 / 1_000_000;
  const [unit, each] = size === "large" ? ["MB/s", megabytes] : ["messages/s", 1];
  const scaled =
    (round: Round): Round =>
    async () =>
      each * (await round());
  const peer = ({ round, ...named }: Peer): Peer => ({ ...named, round: scaled(round) });
  const note =
    "Completed is what the receiver has counted. Bare bytes are published and counted by the client of NATS, without a codec and without an owner.";
  if (hasBroker)
    await measure({
      name: `${name}, over NATS`,
      unit,
      better: "higher",
      ours: scaled(field.ours("nats", work)("value")),
      peers: [
        field.nats("publish of bare bytes", work)("value"),
        field.moleculer("broker.emit", work)("value"),
        genServer("value"),
      ].map(peer),
      reach,
      note,
    });
  await measure({
    name: `${name}, over a socket`,
    unit,
    better: "higher",
    ours: scaled(field.ours("socket", work)("value")),
    peers: [peer(genServer("value"))],
  });
}

function atLeast(against: string, times: number): Reach {
  return { against, atLeast: times };
}
