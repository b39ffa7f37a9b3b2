import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  countAt,
  type Dispatch,
  type DispatchAction,
  type DispatchEvent,
  emptyDispatch,
  step,
} from "../../../actors/llm/dispatch.ts";
import { backoffMsMax, retryAfterMsMax } from "../../../actors/llm/limits.ts";
import type { AttemptOutcome } from "../../../actors/llm/request.ts";
import type { Pid, Ref } from "../../../runtime/index.ts";
import { hello } from "./simulation.ts";

const entries = ["alpha", "beta"].map((name, index) => ({
  name,
  kind: "memory",
  concurrentMax: index + 1,
  timeoutMs: 30_000,
}));

function refOf(ref: number): Ref {
  return { node: "test", incarnation: 0, ref };
}

function pidOf(id: number): Pid {
  return { node: "test", incarnation: 0, id };
}

const commands = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ do: fc.constant("ask" as const), named: fc.boolean() }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant("start" as const), works: fc.boolean() }) },
    {
      weight: 5,
      arbitrary: fc.record({
        do: fc.constant("end" as const),
        pick: fc.nat(),
        outcome: fc.oneof(
          fc.constantFrom<AttemptOutcome | undefined>(undefined, { is: "answered" }),
          fc.nat(1_000).map((retryInMs): AttemptOutcome => ({ is: "refused", retryInMs })),
          fc.record({
            is: fc.constant("failed" as const),
            failsOver: fc.boolean(),
            mayCost: fc.boolean(),
            failure: fc.record({
              code: fc.constant("overloaded" as const),
              message: fc.constant("Too busy."),
              retryable: fc.boolean(),
              retryAfterMs: fc.constantFrom(0, 5_000, 70_000),
            }),
          }),
        ),
      }),
    },
    { weight: 3, arbitrary: fc.record({ do: fc.constant("pass" as const), pick: fc.nat() }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("expire" as const), pick: fc.nat() }) },
  ),
  { maxLength: 60 },
);

type Commands = typeof commands extends fc.Arbitrary<infer T> ? T : never;

/** Plays the world around the dispatch: starts what it asks for, keeps its timers, counts its answers. */
class Surroundings {
  state: Dispatch = emptyDispatch({ entries, retriesMax: 2 });
  nowMs = 0;
  asked = 0;
  toStart: number[] = [];
  alive: Pid[] = [];
  pauses = new Map<number, number>();
  deadlines = new Set<number>();
  /** By caller: how it was answered. */
  answered = new Map<number, number>();
  readonly #callerOf = new Map<number, number>();

  feed(event: DispatchEvent): void {
    const { state, actions } = step(this.state, event);
    this.state = state;
    for (const action of actions) this.#carryOut(action);
    this.#check();
  }

  succeed(pid: Pid): void {
    this.#note(this.#callerOf.get(pid.id) ?? -1);
  }

  #note(caller: number): void {
    this.answered.set(caller, (this.answered.get(caller) ?? 0) + 1);
  }

  #carryOut(action: DispatchAction): void {
    switch (action.type) {
      case "start":
        this.toStart.push(action.attempt);
        this.#callerOf.set(action.attempt, action.replyTo.ref);
        expect(action.timeoutMs).toBeGreaterThan(0);
        break;
      case "begin":
        this.alive.push(action.pid);
        break;
      case "stop":
        this.alive = this.alive.filter((pid) => pid.id !== action.pid.id);
        break;
      case "answer":
        this.#note(action.replyTo.ref);
        break;
      case "set_deadline":
        this.deadlines.add(action.job);
        break;
      case "set_pause":
        expect(action.delayMs).toBeLessThanOrEqual(retryAfterMsMax + backoffMsMax);
        this.pauses.set(action.job, action.delayMs);
        break;
      case "clear_timers":
        this.deadlines.delete(action.job);
        this.pauses.delete(action.job);
        break;
    }
  }

  #check(): void {
    const jobs = [...this.state.jobs.values()];
    expect([...this.deadlines].sort()).toEqual(jobs.map(({ id }) => id).sort());
    for (const { id, place } of jobs) if (place.is === "pausing") expect(this.pauses.has(id)).toBe(true);
    for (const { name, concurrentMax } of entries) {
      const running = countAt(this.state, name, "running");
      expect(running).toBeLessThanOrEqual(concurrentMax);
      // Nobody waits where there is a place.
      if (countAt(this.state, name, "waiting") > 0) expect(running).toBe(concurrentMax);
    }
    for (const times of this.answered.values()) expect(times).toBe(1);
    expect(this.answered.size + jobs.length).toBe(this.asked);
  }
}

function play(run: Commands): void {
  const around = new Surroundings();
  const pick = <T>(from: readonly T[], index: number): T | undefined =>
    from[index % Math.max(1, from.length)];
  for (const command of run) {
    around.nowMs += 100;
    const { nowMs } = around;
    switch (command.do) {
      case "ask": {
        around.asked += 1;
        const order = command.named ? { ...hello, provider: "beta" } : hello;
        around.feed({ type: "asked", order, replyTo: refOf(around.asked), nowMs });
        break;
      }
      case "start": {
        const attempt = around.toStart.shift();
        if (attempt === undefined) break;
        if (command.works) around.feed({ type: "started", attempt, pid: pidOf(attempt) });
        else around.feed({ type: "not_started", attempt, reason: "noproc", nowMs, random: 0.5 });
        break;
      }
      case "end": {
        const pid = pick(around.alive, command.pick);
        if (pid === undefined) break;
        around.alive = around.alive.filter((other) => other !== pid);
        const { outcome } = command;
        if (outcome?.is === "answered") around.succeed(pid);
        around.feed({ type: "ended", pid, reason: "normal", outcome, nowMs, random: 0.5 });
        break;
      }
      case "pass": {
        const job = pick([...around.pauses.keys()], command.pick);
        if (job === undefined) break;
        around.pauses.delete(job);
        around.feed({ type: "pause_over", job });
        break;
      }
      case "expire": {
        const job = pick([...around.deadlines], command.pick);
        if (job !== undefined) around.feed({ type: "deadline", job });
        break;
      }
    }
  }
}

describe("step()", () => {
  test("answers everybody once, fills every place and none twice, and keeps timers for whom it keeps", () => {
    const numRuns = Number(process.env.AIEX_PROPERTY_RUNS ?? 500);
    fc.assert(fc.property(commands, play), { numRuns });
  });

  test.each([
    ["may cost something", true, ["clear_timers", "answer"]],
    ["costs nothing", false, ["set_pause"]],
  ])("tries no further after a paid attempt where only one is allowed and it %s", (_, mayCost, actions) => {
    const order = { ...hello, provider: "beta", paid_attempts: 1 };
    const asked = step(emptyDispatch({ entries, retriesMax: 2 }), {
      type: "asked",
      order,
      replyTo: refOf(1),
      nowMs: 0,
    });
    const { state } = step(asked.state, { type: "started", attempt: 1, pid: pidOf(1) });
    const failure = { code: "timeout", message: "Late.", retryable: true } as const;
    const outcome = { is: "failed", failsOver: true, mayCost, failure } as const;
    const ended = step(state, {
      type: "ended",
      pid: pidOf(1),
      reason: "normal",
      outcome,
      nowMs: 1,
      random: 0,
    });
    expect(ended.actions.map(({ type }) => type)).toEqual(actions);
    const answer = ended.actions.find(({ type }) => type === "answer");
    if (mayCost) expect(answer).toMatchObject({ tries: { requests: 1, inVain: 1 } });
  });

  test("stops a process that was started for a request that is gone", () => {
    const asked = step(emptyDispatch({ entries, retriesMax: 0 }), {
      type: "asked",
      order: hello,
      replyTo: refOf(1),
      nowMs: 0,
    });
    const late = step(asked.state, { type: "deadline", job: 1 });
    expect(late.actions.map(({ type }) => type)).toEqual(["clear_timers", "answer"]);
    expect(step(late.state, { type: "started", attempt: 1, pid: pidOf(9) }).actions).toEqual([
      { type: "stop", pid: pidOf(9) },
    ]);
  });

  test.each<DispatchEvent>([
    { type: "deadline", job: 7 },
    { type: "pause_over", job: 7 },
    { type: "ended", pid: pidOf(7), reason: "killed", outcome: undefined, nowMs: 0, random: 0 },
    { type: "not_started", attempt: 7, reason: "killed", nowMs: 0, random: 0 },
  ])("does nothing about $type of what it does not know", (event) => {
    const state = emptyDispatch({ entries, retriesMax: 0 });
    expect(step(state, event)).toEqual({ state, actions: [] });
  });
});
