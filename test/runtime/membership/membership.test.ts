// The decisions of membership, one by one.
import { describe, expect, test } from "vitest";
import { membershipTimes } from "../../../runtime/membership/limits.ts";
import { Scene, times, verdicts } from "./scene.ts";

const alpha = { node: "alpha", incarnation: 100 } as const;

function met(): Scene {
  const scene = new Scene();
  scene.pass(10_000, []);
  scene.beat("alpha");
  return scene;
}

describe("a node that is heard for the first time", () => {
  test("is connected to at once, and once", () => {
    const scene = new Scene();
    expect(scene.beat("alpha")).toEqual(["connect alpha 100"]);
    expect(scene.beat("alpha")).toEqual([]);
    expect(scene.pass(60_000, ["alpha"])).toEqual([]);
    expect(scene.members).toEqual(["alpha"]);
  });

  test.each(["joining", "draining"] as const)("is a member while it is %s", (state) => {
    const scene = new Scene();
    expect(scene.beat("alpha", { state })).toEqual(["connect alpha 100"]);
    expect(scene.state.peers.get("alpha")?.beat.state).toBe(state);
  });

  test("is none that leaves, and none that stands still", () => {
    const scene = new Scene();
    expect(scene.beat("alpha", { state: "leaving" })).toEqual([]);
    expect(scene.beat("beta", { lagMs: times.stuckMs })).toEqual([]);
    expect(scene.members).toEqual([]);
  });

  test("is no member where it is a command", () => {
    const scene = new Scene();
    expect(scene.beat("cli-ana")).toEqual([]);
    expect(scene.state.peers.size).toBe(0);
  });

  test("is connected to when the own carrier is back, where it was heard before", () => {
    const scene = new Scene();
    scene.at({ type: "carrier_lost" });
    expect(scene.beat("alpha")).toEqual([]);
    scene.pass(1_000);
    expect(scene.at({ type: "carrier_back" })).toEqual([]);
    expect(scene.beat("alpha")).toEqual(["connect alpha 100"]);
  });
});

describe("a silent node", () => {
  test("is asked after 2 s, with every tick, and is down after 3", () => {
    const scene = met();
    const since = scene.now;
    const decided = scene.pass(5_000).map((action) => `${Number.parseInt(action, 10) - since} ${action}`);
    expect(decided.map((action) => action.replace(/ \d+/, ""))).toEqual([
      "2000 ping alpha 100",
      "2250 ping alpha 100",
      "2500 ping alpha 100",
      "2750 ping alpha 100",
      "3000 down alpha 100 missed_beats",
    ]);
  });

  test("is told to have nobody on its subject where that is known", () => {
    const scene = met();
    scene.pass(2_000);
    scene.at({ type: "ping_result", ...alpha, outcome: { kind: "no_responders" } });
    expect(verdicts(scene.pass(500))).toEqual([]);
    expect(verdicts(scene.pass(250))).toEqual([`${scene.now} down alpha 100 no_responders`]);
  });

  test.each<readonly [string, (scene: Scene) => unknown]>([
    ["beats", (scene) => scene.beat("alpha")],
    ["sends anything else", (scene) => scene.at({ type: "traffic", ...alpha })],
    [
      "answers",
      (scene) => scene.at({ type: "ping_result", ...alpha, outcome: { kind: "pong", incarnation: 100 } }),
    ],
  ])("is not judged when it %s", (_, stir) => {
    const scene = met();
    scene.pass(2_750);
    stir(scene);
    expect(scene.state.peers.get("alpha")?.suspectedAt).toBeUndefined();
    expect(scene.pass(1_750)).toEqual([]);
    expect(verdicts(scene.pass(1_250))).toEqual([`${scene.now} down alpha 100 missed_beats`]);
  });

  test.each(["timeout", "disconnected"] as const)("is judged in spite of a %s", (kind) => {
    const scene = met();
    scene.pass(2_000);
    scene.at({ type: "ping_result", ...alpha, outcome: { kind } });
    expect(verdicts(scene.pass(1_000))).toEqual([`${scene.now} down alpha 100 missed_beats`]);
  });

  test("has its second to answer, though the ticks came late", () => {
    const scene = met();
    scene.now += 2_900;
    expect(scene.at({ type: "tick" })).toEqual(["ping alpha 100"]);
    scene.now += 250;
    expect(scene.at({ type: "tick" })).toEqual(["ping alpha 100"]);
    scene.now += 500;
    expect(scene.at({ type: "tick" })).toEqual(["down alpha 100 missed_beats"]);
  });

  test("is not helped by what another incarnation sends", () => {
    const scene = met();
    scene.pass(2_000);
    scene.at({ type: "traffic", node: "alpha", incarnation: 99 });
    scene.at({
      type: "ping_result",
      node: "alpha",
      incarnation: 99,
      outcome: { kind: "pong", incarnation: 99 },
    });
    scene.at({ type: "ping_result", ...alpha, outcome: { kind: "pong", incarnation: 99 } });
    scene.at({ type: "ping_result", ...alpha, outcome: { kind: "pong", incarnation: 101 } });
    expect(verdicts(scene.pass(1_000))).toEqual([`${scene.now} down alpha 100 missed_beats`]);
  });
});

describe("a beat", () => {
  test.each<readonly [string, Parameters<Scene["beat"]>[1]]>([
    ["that came before", { seq: 5 }],
    ["that was overtaken", { seq: 4 }],
    ["of an earlier incarnation", { incarnation: 99, seq: 100 }],
  ])("%s says nothing", (_, given) => {
    const scene = met();
    scene.beat("alpha", { seq: 5 });
    scene.pass(2_750);
    expect(scene.beat("alpha", given)).toEqual([]);
    expect(verdicts(scene.pass(250))).toEqual([`${scene.now} down alpha 100 missed_beats`]);
  });

  test("of the next incarnation puts the one before down first", () => {
    const scene = met();
    expect(scene.beat("alpha", { incarnation: 101, seq: 1 })).toEqual([
      "down alpha 100 incarnation",
      "connect alpha 101",
    ]);
    expect(scene.beat("alpha", { incarnation: 100, seq: 50 })).toEqual([]);
    expect(scene.members).toEqual(["alpha"]);
  });

  test("of the next incarnation after a verdict is a node that is new", () => {
    const scene = met();
    scene.pass(3_000);
    expect(scene.beat("alpha", { incarnation: 101 })).toEqual(["connect alpha 101"]);
  });

  test("of a smaller incarnation counts once the other is over: a clock was set back", () => {
    const scene = met();
    scene.pass(3_250);
    expect(scene.beat("alpha", { incarnation: 90 })).toEqual([]);
    scene.pass(3_000);
    expect(scene.beat("alpha", { incarnation: 90 })).toEqual(["connect alpha 90"]);
  });

  test("that says goodbye puts its node down at once", () => {
    const scene = met();
    expect(scene.beat("alpha", { state: "leaving" })).toEqual(["down alpha 100 left"]);
    expect(scene.pass(20_000)).toEqual([]);
    expect(scene.members).toEqual([]);
  });

  test("behind a goodbye that came another way does not bring its node back", () => {
    const scene = met();
    expect(scene.at({ type: "left", ...alpha })).toEqual(["down alpha 100 left"]);
    expect(scene.at({ type: "left", ...alpha })).toEqual([]);
    expect(scene.beat("alpha")).toEqual([]);
    expect(scene.beat("alpha", { state: "leaving" })).toEqual([]);
    expect(scene.pass(20_000)).toEqual([]);
  });

  test("of a node whose event loop stands still is a verdict in the end, and not before", () => {
    const scene = met();
    for (let lagMs = 0; lagMs < times.stuckMs; lagMs += 1_000) {
      expect(scene.beat("alpha", { lagMs })).toEqual([]);
      expect(scene.pass(1_000)).toEqual([]);
    }
    expect(scene.beat("alpha", { lagMs: times.stuckMs })).toEqual(["down alpha 100 stuck"]);
    scene.pass(5_000);
    expect(scene.beat("alpha", { lagMs: times.stuckMs + 5_000 })).toEqual([]);
    expect(scene.beat("alpha", { lagMs: 0 })).toEqual(["connect alpha 100"]);
  });
});

describe("a node that was judged down", () => {
  test("is back 3 s later where it is heard again, and not before", () => {
    const scene = met();
    scene.pass(3_000);
    expect(scene.admits("alpha")).toBe(false);
    expect(scene.pass(2_750, ["alpha"])).toEqual([]);
    expect(verdicts(scene.pass(1_250, ["alpha"]))).toEqual([expect.stringMatching(/connect alpha 100$/)]);
    expect(scene.admits("alpha")).toBe(true);
  });

  test("is not brought back by late traffic of its session", () => {
    const scene = met();
    scene.pass(3_000);
    expect(scene.at({ type: "traffic", ...alpha })).toEqual([]);
    expect(scene.at({ type: "broken", ...alpha })).toEqual([]);
    expect(scene.pass(30_000)).toEqual([]);
    expect(scene.members).toEqual([]);
  });

  test("is held longer each time, up to four times as long, until it was calm", () => {
    const scene = met();
    const holds: number[] = [];
    for (let round = 0; round < 5; round += 1) {
      scene.pass(3_000);
      expect(scene.members).toEqual([]);
      const since = scene.now;
      while (scene.members.length === 0) scene.pass(1_000, ["alpha"]);
      holds.push(scene.now - since);
    }
    expect(holds).toEqual([3_000, 6_000, 12_000, 12_000, 12_000]);
    scene.pass(times.calmMs, ["alpha"]);
    scene.pass(3_000);
    const since = scene.now;
    while (scene.members.length === 0) scene.pass(1_000, ["alpha"]);
    expect(scene.now - since).toBe(3_000);
  });

  test("is forgotten after a minute", () => {
    const scene = met();
    scene.pass(3_000);
    scene.pass(times.calmMs - times.tickMs);
    expect(scene.state.peers.size).toBe(1);
    scene.pass(times.tickMs);
    expect(scene.state.peers.size).toBe(0);
  });
});

describe("a session that breaks", () => {
  test("with a node that is heard is followed by another at once", () => {
    const scene = met();
    scene.pass(10_000, ["alpha"]);
    expect(scene.at({ type: "broken", ...alpha })).toEqual(["connect alpha 100"]);
  });

  test("again and again is followed by one every 3 s", () => {
    const scene = met();
    scene.pass(10_000, ["alpha"]);
    const connects: number[] = [];
    for (let round = 0; round < 60; round += 1) {
      scene.pass(250, ["alpha"]);
      const actions = [...scene.at({ type: "broken", ...alpha }), ...scene.beat("alpha")];
      if (actions.includes("connect alpha 100")) connects.push(scene.now);
    }
    expect(connects.length).toBeGreaterThan(3);
    for (const [index, at] of connects.slice(1).entries())
      expect(at - (connects[index] ?? 0)).toBeGreaterThanOrEqual(times.stabilityMs);
  });

  test("with a node that is silent waits until it is heard", () => {
    const scene = met();
    scene.pass(2_250);
    expect(scene.at({ type: "broken", ...alpha })).toEqual([]);
    scene.now += 1_000;
    expect(scene.beat("alpha")).toEqual(["connect alpha 100"]);
  });

  test("of another incarnation, or of nobody's, says nothing", () => {
    const scene = met();
    scene.pass(5_000, ["alpha"]);
    expect(scene.at({ type: "broken", node: "alpha", incarnation: 99 })).toEqual([]);
    expect(scene.at({ type: "broken", node: "beta", incarnation: 1 })).toEqual([]);
  });
});

describe("the own sight", () => {
  test("that is lost lets nobody be judged, however long, nor asked", () => {
    const scene = met();
    scene.pass(2_500);
    scene.at({ type: "carrier_lost" });
    expect(scene.pass(600_000)).toEqual([]);
    expect(scene.members).toEqual(["alpha"]);
  });

  test("that is back lets nobody be judged for 3 s; then the dead are down", () => {
    const scene = met();
    scene.at({ type: "carrier_lost" });
    scene.pass(60_000);
    scene.at({ type: "carrier_back" });
    expect(verdicts(scene.pass(2_750))).toEqual([]);
    expect(verdicts(scene.pass(250))).toEqual([`${scene.now} down alpha 100 missed_beats`]);
  });

  test("that is back connects to all members at once, but not twice within the time of stability", () => {
    const scene = met();
    scene.beat("beta", { incarnation: 200 });
    scene.at({ type: "carrier_lost" });
    scene.at({ type: "broken", ...alpha });
    scene.pass(5_000);
    expect(scene.at({ type: "carrier_back" })).toEqual(["connect alpha 100", "connect beta 200"]);
    scene.at({ type: "carrier_lost" });
    expect(scene.at({ type: "carrier_back" })).toEqual([]);
    expect(scene.beat("alpha")).toEqual([]);
    expect(verdicts(scene.pass(3_000, ["alpha"]))).toEqual([
      expect.stringMatching(/connect alpha 100$/),
      `${scene.now} down beta 200 missed_beats`,
    ]);
  });

  test("that is back does not put a busy node down by its first beat", () => {
    const scene = met();
    scene.at({ type: "carrier_lost" });
    scene.at({ type: "carrier_back" });
    expect(scene.beat("alpha", { lagMs: times.stuckMs })).toEqual([]);
  });

  test("that was never there is lost from the start", () => {
    const scene = met();
    scene.state.sightSince = undefined;
    expect(scene.pass(10_000)).toEqual([]);
  });
});

describe("a node that stood still", () => {
  test("breaks everything first, judges nobody for 3 s, and connects to who is heard", () => {
    const scene = met();
    scene.now += 20_000;
    expect(scene.at({ type: "frozen", gapMs: 20_000 })).toEqual(["break_all"]);
    expect(scene.beat("alpha")).toEqual(["connect alpha 100"]);
    scene.now += 1_000;
    expect(verdicts(scene.pass(1_750))).toEqual([]);
    expect(verdicts(scene.pass(1_000))).toEqual([expect.stringMatching(/down alpha 100 missed_beats$/)]);
  });

  test("breaks everything while its carrier is away as well, and stays blind", () => {
    const scene = met();
    scene.at({ type: "carrier_lost" });
    expect(scene.at({ type: "frozen", gapMs: 20_000 })).toEqual(["break_all"]);
    expect(scene.pass(20_000)).toEqual([]);
  });
});

describe("the own name", () => {
  const own = { incarnation: 50, host: "here", osPid: 1 } as const;

  test("is nobody else's where the own beats come back", () => {
    const scene = new Scene();
    for (let round = 0; round < 10; round += 1) {
      expect(scene.beat("self", own)).toEqual([]);
      scene.pass(1_000);
    }
  });

  test("is nobody else's where a predecessor's last beats come late", () => {
    const scene = new Scene();
    for (let round = 0; round < 3; round += 1) expect(scene.beat("self", { incarnation: 49 })).toEqual([]);
    expect(scene.pass(10_000)).toEqual([]);
  });

  test("goes to the one that started earlier, once that is heard for 2 s", () => {
    const scene = new Scene(50);
    expect(scene.beat("self", { incarnation: 40 })).toEqual([]);
    scene.pass(1_000);
    expect(scene.beat("self", { incarnation: 40 })).toEqual([]);
    scene.pass(1_000);
    expect(scene.beat("self", { incarnation: 40 })).toEqual(["conflict 40 there 7", "leave"]);
    expect(scene.beat("self", { incarnation: 40 })).toEqual([]);
    expect(scene.beat("alpha")).toEqual([]);
  });

  test("stays with the one that started earlier, which says so once", () => {
    const scene = new Scene(50);
    const decided: string[] = [];
    for (let round = 0; round < 10; round += 1) {
      decided.push(...scene.beat("self", { incarnation: 60 }));
      scene.pass(1_000);
    }
    expect(decided).toEqual(["conflict 60 there 7"]);
    expect(scene.beat("alpha")).toEqual(["connect alpha 100"]);
  });

  test.each<readonly [string, { readonly host: string; readonly osPid: number }, readonly string[]]>([
    ["the later host", { host: "afar", osPid: 9 }, ["conflict 50 afar 9", "leave"]],
    ["the earlier host", { host: "there", osPid: 9 }, ["conflict 50 there 9"]],
    ["the larger process", { host: "here", osPid: 0 }, ["conflict 50 here 0", "leave"]],
    ["the smaller process", { host: "here", osPid: 9 }, ["conflict 50 here 9"]],
  ])("is decided by %s where both started in the same millisecond", (_, rival, expected) => {
    const scene = new Scene(50);
    scene.beat("self", { incarnation: 50, ...rival });
    scene.pass(2_000);
    expect(scene.beat("self", { incarnation: 50, ...rival })).toEqual(expected);
  });

  test("is free again when the other one leaves", () => {
    const scene = new Scene(50);
    scene.beat("self", { incarnation: 40 });
    scene.pass(2_000);
    expect(scene.beat("self", { incarnation: 40, state: "leaving" })).toEqual([]);
    expect(scene.beat("self", { incarnation: 40 })).toEqual([]);
  });
});

describe("the factor", () => {
  test("scales all times together", () => {
    expect(membershipTimes(0.1)).toMatchObject({ beatMs: 100, silentMs: 200, downMs: 300, tickMs: 25 });
    for (const [name, ms] of Object.entries(membershipTimes(2)))
      expect(ms).toBe(2 * times[name as keyof typeof times]);
  });

  test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])("is not %d", (factor) => {
    expect(() => membershipTimes(factor)).toThrow(RangeError);
  });
});
