// Plays one schedule in a room of its own: carries out its deeds, mends everything, and judges.
import type { NodeProcess } from "./node-process.ts";
import { RawPeer, type Recording } from "./raw-peer.ts";
import { Room } from "./room.ts";
import { type Deed, names, type Step, scheduleOf } from "./schedule.ts";

/** Of all times: a schedule takes half a minute. */
const factor = 0.4;
/** What a node may keep in buffers when all is quiet: no window of any session holds anything then. */
const idleBufferBytesMax = 32 * 1024 * 1024;

/** What is kept to be said again: some seconds of it. */
const recordedFramesMax = 500;

export interface Played {
  readonly steps: readonly Step[];
  /** What was wrong, in words; undefined where nothing was. */
  readonly failure: string | undefined;
  readonly entries: number;
}

export async function playSchedule(seed: number): Promise<Played> {
  const steps = scheduleOf(seed, factor);
  const room = await Room.open({ factor });
  try {
    const recorder = await RawPeer.join(room, "recorder");
    const recording = await recorder.record("*", "*", recordedFramesMax);
    await room.start(...names);
    beginTraffic(room);
    for (const { deed, waitMs } of steps) {
      if (deed.do === "replay") repeat(recorder, recording);
      else await carryOut(room, deed);
      await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
    await recorder.close();
    await mend(room);
    await room.judge();
    await isTidy(room);
    return { steps, failure: undefined, entries: count(room) };
  } catch (error) {
    return { steps, failure: error instanceof Error ? error.message : String(error), entries: count(room) };
  } finally {
    await room.close();
  }
}

/** All the time everybody sends to everybody. */
function beginTraffic(room: Room): void {
  for (const from of names)
    for (const to of names.filter((name) => name !== from))
      nodeOf(room, from)?.begin({ do: "stream", to, bursts: 200, each: 3, everyMs: 60 });
}

function repeat(recorder: RawPeer, { frames }: Recording): void {
  for (const { subject, bytes } of [...frames].reverse()) recorder.repeat(subject, bytes);
}

async function carryOut(room: Room, deed: Exclude<Deed, { readonly do: "replay" }>): Promise<void> {
  switch (deed.do) {
    case "stream":
      nodeOf(room, deed.from)?.begin({ ...deed, each: 20, everyMs: 20 });
      return;
    case "entangle": {
      const [from, node] = [nodeOf(room, deed.from), deed.to];
      from?.begin({ do: "monitor", node, name: "reader" });
      from?.begin({ do: "link", node });
      from?.begin({ do: "call", node, type: "hang", count: 5, timeoutMs: 600_000 });
      from?.begin({ do: "call", node, type: "bump", count: 5, timeoutMs: 600_000 });
      return;
    }
    case "start":
      await room.launch(deed.node);
      return;
    case "broker":
      return carryOutOnBroker(room, deed.what);
    default:
      return carryOutOn(nodeOf(room, deed.node), deed);
  }
}

type OnNode = Exclude<Deed, { readonly do: "stream" | "entangle" | "start" | "broker" | "replay" }>;

async function carryOutOn(node: NodeProcess | undefined, deed: OnNode): Promise<void> {
  switch (deed.do) {
    case "kill":
      return node?.kill();
    case "freeze":
      return node?.freeze();
    case "thaw":
      return node?.thaw();
    case "darken":
      return node?.proxy.blackhole(true);
    case "lighten":
      return node?.proxy.blackhole(false);
    case "cut":
      return node?.proxy.cut();
    case "shut":
      node?.proxy.refuse(true);
      return node?.proxy.cut();
    case "open":
      return node?.proxy.refuse(false);
    case "crash":
      return void node?.begin({ do: "crash" });
    case "block":
      return void node?.begin({ do: "block", ms: deed.ms });
  }
}

async function carryOutOnBroker(
  { broker }: Room,
  what: (Deed & { readonly do: "broker" })["what"],
): Promise<void> {
  switch (what) {
    case "kill":
      return broker.kill();
    case "pause":
      return broker.pause();
    case "resume":
      return broker.resume();
    case "restart":
    case "return":
      return broker.restart();
  }
}

/** Ends every fault, and starts whoever is dead. */
async function mend(room: Room): Promise<void> {
  // A broker that stands still goes on before it ends.
  await room.broker.restart();
  for (const { proxy } of room.nodes) {
    proxy.blackhole(false);
    proxy.refuse(false);
  }
  for (const node of room.alive) if (node.isFrozen) node.thaw();
  for (const name of names) {
    await room.eventually(`${name} to be a member`, async () => {
      const node = nodeOf(room, name) ?? (await room.launch(name));
      await node.says(({ type }) => type === "ready" || type === "refused", "how it began").catch(() => {});
      if (node.all("refused").length > 0) await node.ended;
      return !node.hasEnded && node.all("ready").length > 0;
    });
  }
}

async function isTidy(room: Room): Promise<void> {
  for (const node of room.alive) {
    const { bufferBytes, subscriptions } = await room.status(node);
    if (bufferBytes > idleBufferBytesMax)
      throw new Error(`${node.id} keeps ${bufferBytes} bytes in buffers when all is quiet.`);
    if (subscriptions > subscriptionsOfNode)
      throw new Error(
        `${node.id} has ${subscriptions} subscriptions; there is use for ${subscriptionsOfNode}.`,
      );
  }
}

/** For messages, beats, groups, and answers. */
const subscriptionsOfNode = 4;

function nodeOf(room: Room, name: string): NodeProcess | undefined {
  return room.alive.find((node) => node.name === name);
}

function count({ nodes }: Room): number {
  return nodes.reduce((sum, { entries }) => sum + entries.length, 0);
}
