// Pulses over a real broker: the thread of the build in dist that beats by itself, and the main thread where that fails.
import { afterEach, describe, expect, test } from "vitest";
import { connectNats, type NatsCarrier } from "../../../runtime/carriers/nats.ts";
import { type Beat, decodeBeat } from "../../../runtime/membership/beat.ts";
import { membershipTimes } from "../../../runtime/membership/limits.ts";
import type { Pulse, PulseOptions, StartPulse } from "../../../runtime/membership/pulse.ts";
import { inlinePulse } from "../../../runtime/membership/pulses/inline.ts";
import { loopLoad } from "../../../runtime/membership/pulses/loop-load.ts";
import { workerPulse } from "../../../runtime/membership/pulses/worker.ts";
import { subjects } from "../../../runtime/wire/subject.ts";
import { realWorld } from "../../../runtime/worlds/real.ts";
import { type NatsServer, natsServer } from "../../nats/nats-server.ts";

const times = membershipTimes(0.1);
const subject = subjects("test").beat("alpha");

const open: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

interface Ward {
  readonly pulse: Pulse;
  readonly beats: readonly Beat[];
  readonly trouble: readonly string[];
  /** Waits for a beat, from now on. */
  heard(what: (beat: Beat) => boolean): Promise<Beat>;
}

async function ward(server: NatsServer, start: (server: NatsServer) => StartPulse): Promise<Ward> {
  const carriers: NatsCarrier[] = [];
  for (const name of ["ear", "alpha"]) carriers.push(await connectNats({ servers: server.url, name }));
  const [ear, carrier] = carriers as [NatsCarrier, NatsCarrier];
  for (const each of carriers) open.push(() => each.close());
  const beats: Beat[] = [];
  const waiting = new Set<(beat: Beat) => void>();
  ear.subscribe(subject, ({ payload }) => {
    const beat = decodeBeat(payload);
    if (beat === undefined) throw new Error("That was no beat.");
    beats.push(beat);
    for (const hear of [...waiting]) hear(beat);
  });
  await ear.connection.flush();
  const heard = (what: (beat: Beat) => boolean): Promise<Beat> =>
    new Promise((resolve) => {
      const hear = (beat: Beat): void => {
        if (!what(beat)) return;
        waiting.delete(hear);
        resolve(beat);
      };
      waiting.add(hear);
    });
  const trouble: string[] = [];
  const options: PulseOptions = {
    world: realWorld(),
    carrier,
    subject,
    origin: { incarnation: 5, host: "here", osPid: 1, version: "0.1.0" },
    status: { state: "joining", load: 0 },
    times,
    onTrouble: (why) => trouble.push(why),
  };
  const pulse = start(server)(options);
  open.push(() => pulse.stop({ farewell: false }));
  return { pulse, beats, trouble, heard };
}

const fromThread = ({ url }: NatsServer): StartPulse => workerPulse({ servers: url, name: "alpha.beat" });

describe("a thread that beats", () => {
  test("says what the node is and what it is told of its state and load", async () => {
    const { pulse, heard } = await ward(await natsServer(), fromThread);
    const { seq, ...first } = await heard(() => true);
    expect(first).toMatchObject({
      incarnation: 5,
      state: "joining",
      host: "here",
      osPid: 1,
      version: "0.1.0",
    });
    const next = heard(({ state }) => state === "draining");
    pulse.tick({ state: "draining", load: 0.25 });
    expect(await next).toMatchObject({ load: 0.25 });
    expect((await next).seq).toBeGreaterThan(seq);
  });

  test("goes on while the main thread stands still, and says for how long it has", async () => {
    const { pulse, heard, trouble } = await ward(await natsServer(), fromThread);
    await heard(() => true);
    pulse.tick({ state: "up", load: 0 });
    const late = heard(({ lagMs }) => lagMs >= 3 * times.beatMs);
    const before = pulse.sentBeats;
    for (let waits = 0; pulse.sentBeats < before + 6 && waits < 1_000; waits += 1) standStill(10);
    expect((await late).state).toBe("up");
    const well = heard(({ lagMs }) => lagMs < times.beatMs);
    pulse.tick({ state: "up", load: 0 });
    pulse.tick({ state: "draining", load: 0 });
    await well;
    expect(trouble).toEqual([]);
  });

  test("says goodbye last, and is gone", async () => {
    const { pulse, beats, heard } = await ward(await natsServer(), fromThread);
    await heard(() => true);
    const leaving = heard(({ state }) => state === "leaving");
    await pulse.stop({ farewell: true });
    const last = await leaving;
    expect(beats.at(-1)).toEqual(last);
    expect(Math.max(...beats.map(({ seq }) => seq))).toBe(last.seq);
  });

  test("goes without a word where that is wanted", async () => {
    const { pulse, beats, heard } = await ward(await natsServer(), fromThread);
    await heard(() => true);
    await pulse.stop({ farewell: false });
    expect(beats.map(({ state }) => state)).not.toContain("leaving");
  });

  test("beats on after the broker was away", async () => {
    const server = await natsServer();
    const { heard, trouble } = await ward(server, fromThread);
    const { seq } = await heard(() => true);
    await server.restart();
    await heard((beat) => beat.seq > seq);
    expect(trouble).toEqual([]);
  });

  test("that cannot connect is replaced by the main thread, which says so", async () => {
    const server = await natsServer({ config: 'authorization { users: [{ user: "a", password: "b" }] }' });
    const { port } = server;
    const url = `nats://a:b@127.0.0.1:${port}`;
    const wrong = `nats://a:c@127.0.0.1:${port}`;
    const { pulse, heard, trouble } = await ward({ ...server, url }, () =>
      workerPulse({ servers: wrong, name: "alpha.beat" }),
    );
    expect(await heard(() => true)).toMatchObject({ incarnation: 5, state: "joining" });
    const next = heard(({ state }) => state === "up");
    pulse.tick({ state: "up", load: 0 });
    await next;
    expect(pulse.sentBeats).toBeGreaterThan(0);
    expect(trouble).toEqual([expect.stringMatching(/main thread beats: .*does not let us in/)]);
    expect(trouble.join()).not.toContain("a:c");
    const leaving = heard(({ state }) => state === "leaving");
    await pulse.stop({ farewell: true });
    await leaving;
  });
});

describe("a main thread that beats", () => {
  test("says how late it is", async () => {
    const { pulse, heard } = await ward(await natsServer(), () => inlinePulse);
    await heard(() => true);
    const late = heard(({ lagMs }) => lagMs >= times.beatMs);
    standStill(3 * times.beatMs);
    await late;
    expect(pulse.sentBeats).toBeGreaterThan(0);
  });
});

describe("the load of an event loop", () => {
  test("is a share of the time since it was last asked for", () => {
    const load = loopLoad();
    for (let round = 0; round < 3; round += 1) {
      const share = load();
      expect(share).toBeGreaterThanOrEqual(0);
      expect(share).toBeLessThanOrEqual(1);
    }
  });
});

/** Holds this thread up. */
function standStill(durationMs: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, durationMs);
}
