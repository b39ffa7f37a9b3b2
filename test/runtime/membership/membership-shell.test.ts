// Membership over a carrier: nodes that beat, listen, ask and tell, on a network in memory.
import { describe, expect, test } from "vitest";
import type { Carrier } from "../../../runtime/carrier.ts";
import { memoryNetwork } from "../../../runtime/carriers/memory.ts";
import { simulatedWorld } from "../../../runtime/index.ts";
import { decodeBeat } from "../../../runtime/membership/beat.ts";
import { claimName } from "../../../runtime/membership/claim-name.ts";
import { membershipTimes } from "../../../runtime/membership/limits.ts";
import { Membership } from "../../../runtime/membership/membership-shell.ts";
import { NameHeld } from "../../../runtime/membership/name-held.ts";
import type { Pulse, StartPulse } from "../../../runtime/membership/pulse.ts";
import { inlinePulse } from "../../../runtime/membership/pulses/inline.ts";
import type { Identity } from "../../../runtime/membership/rival.ts";
import { decodeFrame, encodeFrame } from "../../../runtime/wire/codec.ts";
import { subjects } from "../../../runtime/wire/subject.ts";

const times = membershipTimes(1);
const subject = subjects("test");

function room() {
  const world = simulatedWorld();
  const network = memoryNetwork(world);
  const identity = (name: string, incarnation: number): Identity => ({
    name,
    incarnation,
    host: `host of ${name}`,
    osPid: incarnation,
  });
  /** Answers pings, as a node does. */
  const answering = (carrier: Carrier, self: Identity): void => {
    carrier.subscribe(subject.msgTo(self.name), ({ subject: to, payload, respond }) => {
      const parsed = subject.parse(to);
      const frame = decodeFrame(payload);
      if (parsed?.kind !== "msg" || frame.kind !== "ping") return;
      if (parsed.incarnation !== 0 && parsed.incarnation !== self.incarnation) return;
      const { incarnation, host, osPid } = self;
      respond?.(encodeFrame({ kind: "pong", incarnation, nonce: frame.nonce, host, osPid }));
    });
  };
  const start = (
    name: string,
    options: { incarnation?: number; startPulse?: StartPulse; load?: () => number } = {},
  ) => {
    const { incarnation = 1, startPulse = inlinePulse, load = () => 0 } = options;
    const carrier = network.carrier(name);
    const self = identity(name, incarnation);
    const told: string[] = [];
    const membership = new Membership({
      world,
      carrier,
      subjects: subject,
      self,
      version: "0.1.0",
      times,
      startPulse,
      load,
      listener: {
        onConnect: (node, of) => told.push(`connect ${node} ${of}`),
        onDown: (node, of, reason) => told.push(`down ${node} ${of} ${reason}`),
        onBeat: () => {},
        onBreakAll: (gapMs) => told.push(`break all ${gapMs}`),
        onConflict: (rival, mustLeave) => told.push(`conflict ${rival.osPid} ${mustLeave}`),
        onTrouble: (why) => told.push(`trouble ${why}`),
      },
    });
    answering(carrier, self);
    return { carrier, membership, told, self };
  };
  return { world, network, start, identity, answering };
}

describe("nodes that beat", () => {
  test("find each other within a second and stay so", async () => {
    const { world, start } = room();
    const [a, b, c] = [start("alpha"), start("beta"), start("gamma", { incarnation: 7 })];
    await world.advance(times.beatMs);
    expect(a.told.sort()).toEqual(["connect beta 1", "connect gamma 7"]);
    expect(c.told.sort()).toEqual(["connect alpha 1", "connect beta 1"]);
    await world.advance(600_000);
    expect([a.told.length, b.told.length, c.told.length]).toEqual([2, 2, 2]);
  });

  test("tell what they are and how they do", async () => {
    const { world, start } = room();
    const alpha = start("alpha");
    const beta = start("beta", { load: () => 0.5 });
    await world.advance(2_000);
    expect(alpha.membership.members()).toEqual([
      {
        name: "beta",
        incarnation: 1,
        state: "joining",
        load: 0.5,
        lagMs: 0,
        host: "host of beta",
        osPid: 1,
        version: "0.1.0",
        heardMsAgo: expect.any(Number),
        suspect: false,
      },
    ]);
    beta.membership.setState("up");
    await world.settle();
    expect(alpha.membership.member("beta")?.state).toBe("up");
    beta.membership.setState("draining");
    await world.settle();
    expect(alpha.membership.member("beta")?.state).toBe("draining");
    expect(alpha.membership.member("gamma")).toBeUndefined();
  });

  test("beat every second or a little sooner, and not in step", async () => {
    const { world, network, start } = room();
    const beats: number[] = [];
    network.carrier("ear").subscribe(subject.beat("alpha"), () => beats.push(world.elapsedMs));
    start("alpha");
    await world.advance(100_000);
    const gaps = beats.slice(1).map((at, index) => at - (beats[index] ?? 0));
    expect(Math.max(...gaps)).toBeLessThanOrEqual(times.beatMs);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(0.8 * times.beatMs);
    expect(new Set(gaps).size).toBeGreaterThan(50);
  });

  test("are down for the others when they vanish, left when they say so", async () => {
    const { world, start } = room();
    const [alpha, beta, gamma] = [start("alpha"), start("beta"), start("gamma")];
    await world.advance(10_000);
    await gamma.membership.stop({ farewell: true });
    await world.settle();
    expect(alpha.told.slice(2)).toEqual(["down gamma 1 left"]);
    await beta.membership.stop({ farewell: false });
    await beta.carrier.close();
    await world.advance(times.downMs + times.tickMs);
    expect(alpha.told.slice(3)).toEqual(["down beta 1 no_responders"]);
    expect(alpha.membership.members()).toEqual([]);
  });

  test("are asked when they do not beat, and are members as long as they answer", async () => {
    const { world, start, answering, network, identity } = room();
    const alpha = start("alpha");
    const beta = start("beta");
    await world.advance(1_000);
    await beta.membership.stop({ farewell: false });
    await world.advance(60_000);
    expect(alpha.told).toEqual(["connect beta 1"]);
    await beta.carrier.close();
    answering(network.carrier("beta"), identity("beta", 2));
    await world.advance(4_000);
    expect(alpha.told.slice(1)).toEqual(["down beta 1 missed_beats"]);
  });

  test("may send anything else to be members", async () => {
    const { world, start } = room();
    const alpha = start("alpha");
    const beta = start("beta");
    await world.advance(1_000);
    await beta.membership.stop({ farewell: false });
    await beta.carrier.close();
    for (let round = 0; round < 100; round += 1) {
      await world.advance(1_000);
      alpha.membership.heard("beta", 1);
    }
    expect(alpha.told).toEqual(["connect beta 1"]);
    await world.advance(4_000);
    expect(alpha.told.slice(1)).toEqual(["down beta 1 no_responders"]);
  });

  test("hear nothing in what is no beat, and nothing from commands", async () => {
    const { world, network, start } = room();
    const alpha = start("alpha");
    const stranger = network.carrier("stranger");
    for (const bytes of [new Uint8Array(), new Uint8Array(5_000), new TextEncoder().encode("{}")])
      stranger.publish(subject.beat("beta"), bytes);
    start("cli-ana");
    await world.advance(10_000);
    expect(alpha.told).toEqual([]);
  });
});

describe("a node whose carrier is away", () => {
  test("judges nobody, and is judged by the others alone", async () => {
    const { world, network, start } = room();
    const [alpha, beta] = [start("alpha"), start("beta")];
    await world.advance(5_000);
    network.disconnect("alpha");
    await world.advance(60_000);
    expect(alpha.told).toEqual(["connect beta 1"]);
    expect(beta.told).toEqual(["connect alpha 1", expect.stringMatching("down alpha 1 no_responders")]);
    network.reconnect("alpha");
    await world.settle();
    expect(beta.told.length).toBe(3);
    await world.advance(1_000);
    expect(alpha.told).toEqual(["connect beta 1", "connect beta 1"]);
    expect(beta.told.slice(2)).toEqual(["connect alpha 1"]);
  });

  test("from the start meets the others once it is there", async () => {
    const { world, network, start } = room();
    network.disconnect("alpha");
    const alpha = start("alpha");
    start("beta");
    await world.advance(10_000);
    expect(alpha.told).toEqual([]);
    network.reconnect("alpha");
    await world.advance(1_000);
    expect(alpha.told).toEqual(["connect beta 1"]);
  });
});

describe("a node that stood still", () => {
  /** Lets all of the world stand still: no timer comes. */
  function standStill(world: ReturnType<typeof simulatedWorld>, durationMs: number): void {
    const { now } = world.clock;
    const origin = world.clock as { now: () => number };
    origin.now = () => now() + durationMs;
  }

  test("breaks everything before it handles what has come in", async () => {
    const { world, start } = room();
    const alpha = start("alpha");
    start("beta");
    await world.advance(5_000);
    standStill(world, times.downMs + 1);
    alpha.membership.thaw();
    alpha.membership.thaw();
    expect(alpha.told.slice(1)).toEqual([expect.stringMatching(/^break all 3\d\d\d/)]);
    await world.advance(2_000);
    expect(alpha.told.slice(2)).toEqual(["connect beta 1"]);
  });

  test("finds out by its own timer where nothing comes in, and by a beat", async () => {
    const { world, start } = room();
    const alpha = start("alpha");
    await world.advance(5_000);
    standStill(world, 30_000);
    await world.advance(1_000);
    expect(alpha.told).toEqual([expect.stringMatching(/^break all 30\d\d\d/)]);
  });

  test("for a shorter time breaks nothing", async () => {
    const { world, start } = room();
    const alpha = start("alpha");
    await world.advance(5_000);
    standStill(world, times.downMs - times.tickMs);
    alpha.membership.thaw();
    await world.advance(1_000);
    expect(alpha.told).toEqual([]);
  });

  test.each([
    [5_000, 5, []],
    [5_000, 1, ["break all 5000"]],
    [12_000, 12, ["break all 12000"]],
  ] as const)("for %d ms, while its pulse beat %d times by itself, breaks %j", async (gapMs, beats, told) => {
    const { world, start } = room();
    let sentBeats = 0;
    const pulse: Pulse = {
      get sentBeats() {
        return sentBeats;
      },
      tick: () => {},
      stop: () => Promise.resolve(),
    };
    const alpha = start("alpha", { startPulse: () => pulse });
    await world.advance(5_000);
    standStill(world, gapMs);
    sentBeats += beats;
    alpha.membership.thaw();
    expect(alpha.told).toEqual(told);
  });
});

describe("a name", () => {
  const claim = ({ world, network, identity }: ReturnType<typeof room>, incarnation = 9): Promise<void> =>
    world.until(
      claimName(network.carrier("alpha"), {
        world,
        subjects: subject,
        self: identity("alpha", incarnation),
        times,
      }),
    );

  test("is free at once where nobody listens for it", async () => {
    const setting = room();
    await claim(setting);
    expect(setting.world.elapsedMs).toBe(0);
  });

  test("is held by who answers, and the refusal says who that is", async () => {
    const setting = room();
    setting.start("alpha", { incarnation: 4 });
    await expect(claim(setting)).rejects.toThrow(NameHeld);
    await expect(claim(setting)).rejects.toMatchObject({
      code: "name_held",
      holder: { name: "alpha", incarnation: 4, host: "host of alpha", osPid: 4 },
      message: expect.stringMatching(/"alpha".*process 4 on host of alpha.*another name/),
    });
  });

  test("is held by who beats and is too busy to answer", async () => {
    const setting = room();
    const silent = setting.network.carrier("alpha");
    silent.subscribe(subject.msgTo("alpha"), () => {});
    inlinePulse({
      world: setting.world,
      carrier: silent,
      subject: subject.beat("alpha"),
      origin: { incarnation: 3, host: "there", osPid: 5, version: "1" },
      status: { state: "up", load: 1 },
      times,
      onTrouble: () => {},
    });
    await expect(claim(setting)).rejects.toMatchObject({ holder: { host: "there", osPid: 5 } });
  });

  test("is free after the time to down where somebody listens and is dead", async () => {
    const setting = room();
    setting.network.carrier("alpha").subscribe(subject.msgTo("alpha"), () => {});
    await claim(setting);
    expect(setting.world.elapsedMs).toBe(times.downMs);
  });

  test("is free where its holder is just leaving", async () => {
    const setting = room();
    const alpha = setting.start("alpha");
    await alpha.membership.stop({ farewell: true });
    await alpha.carrier.close();
    await claim(setting);
  });

  test("that two have is left by the one that started later", async () => {
    const { world, start } = room();
    const first = start("alpha", { incarnation: 1 });
    const second = start("alpha", { incarnation: 2 });
    await world.advance(10_000);
    expect(first.told).toEqual(["conflict 2 false"]);
    expect(second.told).toEqual(["conflict 1 true"]);
  });
});

describe("membership that is stopped", () => {
  test("leaves no timer, hears nothing, and can be stopped again", async () => {
    const { world, start, network } = room();
    const alpha = start("alpha");
    const last: (string | undefined)[] = [];
    network.carrier("ear").subscribe(subject.beat("alpha"), ({ payload }) => {
      last.push(decodeBeat(payload)?.state);
    });
    await world.advance(5_000);
    await alpha.membership.stop({ farewell: true });
    await alpha.membership.stop({ farewell: true });
    await world.settle();
    expect(last.at(-1)).toBe("leaving");
    const count = last.length;
    start("beta");
    alpha.membership.thaw();
    alpha.membership.heard("beta", 1);
    await world.advance(60_000);
    expect(alpha.told).toEqual([]);
    expect(last.length).toBe(count);
  });
});
