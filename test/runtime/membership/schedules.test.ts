// What holds of membership whatever happens, and in whatever order.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { MembershipEvent } from "../../../runtime/membership/membership.ts";
import { Scene, times } from "./scene.ts";

const alpha = { node: "alpha", incarnation: 100 } as const;

/** Milliseconds between two signs of life, and what the sign is. */
const sign = fc.record({
  afterMs: fc.integer({ min: 1, max: times.silentMs + times.confirmMs - times.tickMs }),
  kind: fc.constantFrom("beat", "traffic", "pong"),
});

/** Lets time pass with ticks that are up to a tick late. Gives the downs with their times. */
function ticking(scene: Scene, phase: number, untilMs: number): readonly number[] {
  const downs: number[] = [];
  for (let at = nextTick(scene.now, phase); at <= untilMs; at = nextTick(at, phase)) {
    scene.now = at;
    if (scene.at({ type: "tick" }).some((action) => action.startsWith("down"))) downs.push(at);
  }
  scene.now = untilMs;
  return downs;
}

function nextTick(now: number, phase: number): number {
  return (Math.floor((now - phase) / times.tickMs) + 1) * times.tickMs + phase;
}

describe("membership", () => {
  test("puts nobody down who shows signs of life within the time to down", () => {
    fc.assert(
      fc.property(
        fc.array(sign, { minLength: 5, maxLength: 60 }),
        fc.nat(times.tickMs - 1),
        (signs, phase) => {
          const scene = new Scene();
          scene.beat("alpha");
          for (const { afterMs, kind } of signs) {
            expect(ticking(scene, phase, scene.now + afterMs)).toEqual([]);
            if (kind === "beat") scene.beat("alpha");
            else if (kind === "traffic") scene.at({ type: "traffic", ...alpha });
            else scene.at({ type: "ping_result", ...alpha, outcome: { kind: "pong", incarnation: 100 } });
          }
          expect(scene.members).toEqual(["alpha"]);
        },
      ),
    );
  });

  test("puts a dead node down after 3 s, at most a tick later, and once", () => {
    fc.assert(
      fc.property(
        fc.array(sign, { maxLength: 20 }),
        fc.nat(times.tickMs - 1),
        fc.constantFrom("timeout" as const, "no_responders" as const, "disconnected" as const),
        (signs, phase, kind) => {
          const scene = new Scene();
          scene.beat("alpha");
          for (const { afterMs } of signs) {
            ticking(scene, phase, scene.now + afterMs);
            scene.beat("alpha");
          }
          const died = scene.now;
          ticking(scene, phase, died + times.silentMs + 100);
          scene.at({ type: "ping_result", ...alpha, outcome: { kind } });
          const [down, ...others] = ticking(scene, phase, died + 60_000);
          expect(others).toEqual([]);
          // Where nobody listens either, a tick less.
          const least = kind === "no_responders" ? times.downMs - times.tickMs : times.downMs;
          expect((down ?? 0) - died).toBeGreaterThanOrEqual(least);
          expect((down ?? 0) - died).toBeLessThanOrEqual(times.downMs + times.tickMs);
        },
      ),
    );
  });

  const anything = fc.record({
    afterMs: fc.nat(4_000),
    node: fc.constantFrom("alpha", "beta", "self"),
    what: fc.constantFrom(
      "beat",
      "beat",
      "beat",
      "late beat",
      "leaving",
      "restart",
      "stuck",
      "broken",
      "traffic",
      "carrier_lost",
      "carrier_back",
      "frozen",
    ),
  });

  test("keeps its rules in any order of events", () => {
    fc.assert(
      fc.property(fc.array(anything, { maxLength: 80 }), fc.nat(times.tickMs - 1), (steps, phase) => {
        const scene = new Scene();
        const incarnations = new Map<string, number>();
        const seqs = new Map<string, number>();
        const rules = new Rules();
        for (const { afterMs, node, what } of steps) {
          const end = scene.now + afterMs;
          for (let at = nextTick(scene.now, phase); at <= end; at = nextTick(at, phase)) {
            scene.now = at;
            rules.check(scene, { type: "tick" });
          }
          scene.now = end;
          const incarnation = (incarnations.get(node) ?? 100) + (what === "restart" ? 1 : 0);
          incarnations.set(node, incarnation);
          const seq = (seqs.get(node) ?? 1) + (what === "late beat" ? 0 : 1);
          seqs.set(node, seq);
          rules.check(scene, eventOf(what, node, incarnation, seq));
        }
      }),
      { numRuns: 300 },
    );
  });

  test("changes its view of a node at most once in 3 s, however its link flaps", () => {
    const phases = fc.array(fc.integer({ min: 500, max: 8_000 }), { minLength: 10, maxLength: 40 });
    fc.assert(
      fc.property(phases, (durations) => {
        const scene = new Scene();
        const changes: number[] = [];
        for (const [index, duration] of durations.entries())
          for (const action of scene.pass(Math.ceil(duration / 250) * 250, index % 2 === 0 ? ["alpha"] : []))
            if (!action.includes("ping")) changes.push(Number.parseInt(action, 10));
        for (const [index, at] of changes.slice(1).entries())
          expect(at - (changes[index] ?? 0)).toBeGreaterThanOrEqual(times.stabilityMs);
      }),
    );
  });

  test("sees a node whose link is up and down every second without a break", () => {
    const scene = new Scene();
    const decided: string[] = [];
    for (let round = 0; round < 60; round += 1)
      decided.push(...scene.pass(1_000, ["alpha"]), ...scene.pass(1_000));
    expect(decided.filter((action) => !action.includes("ping"))).toEqual(["1000 connect alpha 100"]);
  });
});

function eventOf(what: string, node: string, incarnation: number, seq: number): MembershipEvent {
  if (what === "carrier_lost" || what === "carrier_back") return { type: what };
  if (what === "frozen") return { type: what, gapMs: 5_000 };
  if (what === "broken" || what === "traffic") return { type: what, node, incarnation };
  const state = what === "leaving" ? "leaving" : "up";
  const lagMs = what === "stuck" ? times.stuckMs : 0;
  const beat = { incarnation, seq, state, load: 0, lagMs, host: "there", osPid: 7, version: "1" } as const;
  return { type: "beat", node, beat };
}

/** What may never happen. */
class Rules {
  readonly #up = new Map<string, number>();
  readonly #changedAt = new Map<string, number>();
  readonly #connectedAt = new Map<string, number>();
  #sightSince: number | undefined = 0;
  #hasLeft = false;

  check(scene: Scene, event: MembershipEvent): void {
    const actions = scene.at(event);
    if (this.#hasLeft) expect(actions).toEqual([]);
    // With the own carrier the members are connected again at once.
    if (event.type === "carrier_back") this.#sightSince = scene.now;
    if (event.type === "frozen" && !this.#hasLeft) expect(actions[0]).toBe("break_all");
    else expect(actions).not.toContain("break_all");
    for (const action of actions) this.#checkAction(scene.now, action.split(" "));
    if (event.type === "carrier_lost") this.#sightSince = undefined;
    if (event.type === "frozen" && this.#sightSince !== undefined) this.#sightSince = scene.now;
    if (!this.#hasLeft) expect([...this.#up.keys()].sort()).toEqual([...scene.members].sort());
  }

  #checkAction(now: number, [type = "", node = "", number = "", reason = ""]: readonly string[]): void {
    const incarnation = Number(number);
    const isWitnessed = reason === "left" || reason === "incarnation";
    if (type === "leave") this.#hasLeft = true;
    else if (type === "connect") {
      expect([incarnation, undefined]).toContain(this.#up.get(node));
      expect(node).not.toBe("self");
      expect(this.#sightSince).toBeDefined();
      if (!this.#up.has(node)) this.#changedAt.set(`${node} ${incarnation}`, now);
      expect(now - (this.#connectedAt.get(`${node} ${incarnation}`) ?? -1e9)).toBeGreaterThanOrEqual(3_000);
      this.#connectedAt.set(`${node} ${incarnation}`, now);
      this.#up.set(node, incarnation);
    } else if (type === "down") {
      expect(this.#up.get(node)).toBe(incarnation);
      this.#up.delete(node);
      if (isWitnessed) return;
      expect(now - (this.#sightSince ?? now)).toBeGreaterThanOrEqual(3_000);
      if (reason !== "stuck")
        expect(now - (this.#changedAt.get(`${node} ${incarnation}`) ?? 0)).toBeGreaterThanOrEqual(3_000);
    }
  }
}
