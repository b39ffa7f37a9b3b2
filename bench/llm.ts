// Models through the coordinator and through the endpoint, before a server that answers at once: beside the vendors' SDKs on their
// default fetch, and beside Portkey's gateway. How fast a breaker that has opened is open everywhere, and a request that is given up
// is over.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { measure, type Peer, percentile, type Reach, shared } from "./measure.ts";
import type { NodeWork } from "./models/asking-node.ts";
import { type Dialect, dialects } from "./models/dialects.ts";
import { type Endpoint, ownEndpoint, portkeyEndpoint } from "./models/endpoint.ts";
import type { ModelWork } from "./models/works.ts";
import { type Broker, brokerVersion, startBroker } from "./nodes/broker.ts";
import { Program } from "./nodes/program.ts";
import type { Figures } from "./nodes/works.ts";
import { anthropicName, ollamaName, openaiName, portkeyName, undiciName } from "./peer-names.ts";

const sdkNames: Readonly<Record<Dialect, string>> = {
  openai: openaiName,
  anthropic: anthropicName,
  ollama: ollamaName,
};

const streamPieces = 100_000;

type Ask = (work: ModelWork) => Promise<Figures>;

const programs: Program[] = [];
const server = await begun("server", []);
const origin = `http://127.0.0.1:${server.figures.port}`;

await compareAlone();
if (brokerVersion() === undefined)
  console.error(
    "There is no nats-server (on the PATH, or named by AIEX_NATS_SERVER): clusters are left out.",
  );
else await compareCluster();
await compareEndpoint();
for (const program of programs) await program.end();

/** A node alone beside each SDK. */
async function compareAlone(): Promise<void> {
  const { program: node } = await begun("asking-node", ["alone", origin]);
  const undici = await bare("undici");
  for (const entry of dialects) {
    const sdk = await bare(entry);
    const name = sdkNames[entry];
    const others = [
      { name, does: "the SDK on its default fetch", ask: sdk },
      ...(entry === "openai" ? [{ name: undiciName, does: "undici.request, no SDK", ask: undici }] : []),
    ];
    const ask: Ask = (work) => node.figures({ ...work, entry, origin } satisfies NodeWork);
    await compareAnswers(`${entry} through the coordinator`, ask, others, {
      p50: { against: name, atLeast: 1 / 0.8 },
      rate: { against: name, atLeast: 1.5 },
    });
    const direct: Ask = (work) => node.figures({ ...work, entry, isDirect: true, origin } satisfies NodeWork);
    const reach = { against: name, atLeast: 0.9 };
    await compareStream(`${entry} through the coordinator`, ask, others, reach);
    await compareStream(`${entry}, the provider alone`, direct, others, reach);
    await compareCancel(`${entry} through the coordinator`, ask, others);
    await compareMemory(`${entry} through the coordinator`, () => mibOf(ask), others);
  }
}

/** A reader whose entry another node has, and a breaker of three nodes. */
async function compareCluster(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "aiex-bench-models-"));
  const broker = await startBroker("any", ["-js", "-sd", folder]);
  try {
    await compareRemote(broker);
    await compareBreaker(broker);
  } finally {
    await broker.end();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function compareRemote({ url }: Broker): Promise<void> {
  const { program: alone } = await begun("asking-node", ["alone", origin]);
  const { program: owner } = await begun("asking-node", ["owner", origin, url]);
  const { program: reader } = await begun("asking-node", ["reader", "none", url]);
  const entry = "openai";
  await reader.figures({ kind: "knows", entry } satisfies NodeWork);
  const ask: Ask = (work) => reader.figures({ ...work, entry, origin } satisfies NodeWork);
  const here: Ask = (work) => alone.figures({ ...work, entry, origin } satisfies NodeWork);
  const sdk = await bare(entry);
  const others = [
    { name: "alone", does: "the same where the node has the entry itself", ask: here },
    { name: openaiName, does: "the SDK on its default fetch", ask: sdk },
  ];
  await compareAnswers("openai on another node over NATS", ask, others, {});
  await measure({
    name: "openai on another node over NATS, one at a time, more than alone at the median",
    ...{ unit: "ms", better: "lower" },
    ours: async () => {
      const there = await ask({ kind: "answers", atOnce: 1 });
      const own = await here({ kind: "answers", atOnce: 1 });
      return part(there, "p50") - part(own, "p50");
    },
    reach: { atMost: 0.6 },
  });
  await compareStream("openai on another node over NATS", ask, others, {
    against: openaiName,
    atLeast: 0.8,
  });
  await compareCancel("openai on another node over NATS", ask, []);
  for (const program of [alone, owner, reader]) await program.end();
}

async function compareBreaker({ url }: Broker): Promise<void> {
  const nodes: Program[] = [];
  for (const name of ["one", "two", "three"])
    nodes.push((await begun("asking-node", [name, origin, url])).program);
  const entry = "openai";
  const [first, ...others] = nodes;
  const rounds = shared(async () => {
    const tookMs: number[] = [];
    for (let count = 0; count < 30; count += 1) {
      const opened = await first?.figures({ kind: "fail", entry } satisfies NodeWork);
      const seen = await Promise.all(
        others.map((other) => other.figures({ kind: "opened", entry } satisfies NodeWork)),
      );
      tookMs.push(...seen.map((one) => part(one, "atMs") - part(opened ?? {}, "atMs")));
      for (const node of nodes) await node.figures({ kind: "close", entry } satisfies NodeWork);
      for (const node of nodes) await node.figures({ kind: "closed", entry } satisfies NodeWork);
    }
    return { p50: percentile(tookMs, 50), p99: percentile(tookMs, 99) };
  });
  for (const which of ["p50", "p99"] as const)
    await measure({
      name: `breaker that opened here, open on another node, ${which}`,
      ...{ unit: "ms", better: "lower" },
      ours: rounds(which),
      ...(which === "p50" ? { reach: { atMost: 50 } } : {}),
      note: "Three nodes over a broker on one machine; a round is 30 times that requests of one node fail until its breaker opens.",
    });
  for (const node of nodes) await node.end();
}

/** The endpoint for other tools beside a gateway, each asked by a client of the same code. */
async function compareEndpoint(): Promise<void> {
  const own = await ownEndpoint(origin);
  let portkey: Promise<Endpoint> | undefined;
  const theirs = (): Promise<Endpoint> => {
    portkey ??= portkeyEndpoint(origin);
    return portkey;
  };
  const ask: Ask = (work) => own.client.figures(work);
  const others = [
    {
      name: portkeyName,
      does: "@portkey-ai/gateway with a custom host",
      ask: async (work: ModelWork) => (await theirs()).client.figures(work),
    },
  ];
  const name = "aiex serve --openai";
  await compareAnswers(name, ask, others, {
    p50: { against: portkeyName, atLeast: 2 },
    rate: { against: portkeyName, atLeast: 3 },
  });
  await compareStream(name, ask, others, undefined);
  await compareCancel(name, ask, others);
  const peers = [
    {
      name: portkeyName,
      does: "@portkey-ai/gateway with a custom host",
      round: async () => (await theirs()).mib(),
    },
  ];
  await measure({ ...memory(name), ours: () => own.mib(), peers });
  await own.end();
  await (await portkey?.catch(() => undefined))?.end();
}

interface Other {
  readonly name: string;
  readonly does: string;
  readonly ask: Ask;
}

async function compareAnswers(
  name: string,
  ask: Ask,
  others: readonly Other[],
  reaches: { readonly p50?: Reach; readonly rate?: Reach },
): Promise<void> {
  await ask({ kind: "warm" });
  // Who cannot answer is told of with the figures.
  for (const other of others) await other.ask({ kind: "warm" }).catch(() => {});
  for (const [atOnce, how, parts] of [
    [1, "one at a time", ["p50", "p99"]],
    [32, "32 at a time", ["rate", "p50", "p99"]],
  ] as const) {
    const work = { kind: "answers", atOnce } as const;
    const rounds = shared(() => ask(work) as Promise<Record<"p50" | "p99" | "rate", number>>);
    const theirs = others.map((other) => ({
      other,
      rounds: shared(() => other.ask(work) as Promise<Record<"p50" | "p99" | "rate", number>>),
    }));
    for (const which of parts) {
      const reach = which === "p99" || (which === "p50" && atOnce > 1) ? undefined : reaches[which];
      await measure({
        name: `${name}, ${how}, ${which === "rate" ? "answers" : which}`,
        unit: which === "rate" ? "answers/s" : "ms",
        better: which === "rate" ? "higher" : "lower",
        ours: rounds(which),
        peers: theirs.map(({ other, rounds: round }) => ({ ...named(other), round: round(which) })),
        ...(reach === undefined ? {} : { reach }),
      });
    }
  }
}

function compareStream(
  name: string,
  ask: Ask,
  others: readonly Other[],
  reach: Reach | undefined,
): Promise<void> {
  const work = { kind: "stream", pieces: streamPieces } as const;
  return measure({
    name: `${name}, one stream of 100,000 chunks`,
    ...{ unit: "chunks/s", better: "higher" },
    ours: async () => part(await ask(work), "rate"),
    peers: others.map((other) => ({
      ...named(other),
      round: async () => part(await other.ask(work), "rate"),
    })),
    ...(reach === undefined ? {} : { reach }),
  });
}

async function compareCancel(name: string, ask: Ask, others: readonly Other[]): Promise<void> {
  const work = { kind: "cancel" } as const;
  const rounds = shared(() => ask(work) as Promise<Record<"p50" | "p99", number>>);
  const theirs = others.map((other) => ({
    other,
    rounds: shared(() => other.ask(work) as Promise<Record<"p50" | "p99", number>>),
  }));
  for (const which of ["p50", "p99"] as const)
    await measure({
      name: `${name}, from giving up to the end of the provider's connection, ${which}`,
      ...{ unit: "ms", better: "lower" },
      ours: rounds(which),
      peers: theirs.map(({ other, rounds: round }) => ({ ...named(other), round: round(which) })),
      ...(which === "p99" ? { reach: { atMost: 200 } } : {}),
      rounds: 3,
    });
}

function compareMemory(name: string, ours: () => Promise<number>, others: readonly Other[]): Promise<void> {
  const peers = others.map((other) => ({ ...named(other), round: () => mibOf(other.ask) }));
  return measure({ ...memory(name), ours, peers });
}

function memory(name: string) {
  return {
    name: `${name}, memory after all of it`,
    ...({ unit: "MiB", better: "lower" } as const),
    ...{ rounds: 1, warmsUp: false },
    note: "The most that the program that asks has taken; of an endpoint what it has at the end.",
  };
}

function named({ name, does }: Other): Omit<Peer, "round"> {
  return { name, does };
}

async function mibOf(ask: Ask): Promise<number> {
  return part(await ask({ kind: "memory" }), "mib");
}

/** A program that asks by an SDK alone, started when it is asked first. */
async function bare(name: string): Promise<Ask> {
  const { program } = await begun("bare", [name, origin]);
  return (work) => program.figures(work);
}

async function begun(name: string, given: readonly string[]) {
  const program = new Program("any", `../models/${name}`, given);
  programs.push(program);
  return { program, figures: await program.ready() };
}

function part(figures: Figures, name: string): number {
  return figures[name] ?? Number.NaN;
}
