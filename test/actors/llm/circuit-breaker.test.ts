import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { assign, initialTransition, transition } from "xstate";
import {
  type BreakerEvent,
  breakerOf,
  circuitBreaker,
  type Outcome,
} from "../../../actors/llm/circuit-breaker.ts";
import type { Pid, Ref } from "../../../runtime/index.ts";
import { sleep } from "../../../runtime/index.ts";
import { simulation } from "./simulation.ts";

const recoveryMs = 1_000;
/** The machine as a pure function: its only look at the clock is put aside. */
const timeless = circuitBreaker.provide({ actions: { startRecovery: assign({ openUntilMs: 0 }) } });
const recovered = { type: "xstate.after.recovery.llm_circuit_breaker.open" } as unknown as BreakerEvent;
const replyTo: Ref = { node: "test", incarnation: 0, ref: 1 };

function pid(id: number): Pid {
  return { node: "test", incarnation: 0, id };
}

function breaker(failureThreshold: number) {
  let [snapshot] = initialTransition(timeless, { entry: "one", failureThreshold, recoveryMs });
  const feed = (event: BreakerEvent) => {
    const [next, actions] = transition(timeless, snapshot, event);
    snapshot = next;
    return actions.map((action) => ({ type: action.type, params: action.params as Params | undefined }));
  };
  const answerTo = (event: BreakerEvent) => {
    const [action] = feed(event).filter(({ type }) => type === "answer" || type === "refuse");
    return action?.type === "refuse" ? "refused" : action?.params?.value;
  };
  return {
    feed,
    state: () => snapshot.value,
    failures: () => snapshot.context.failures,
    permits: () => Object.keys(snapshot.context.permits).length,
    watched: () => snapshot.context.watched.length,
    /** The permit, or undefined where it was refused. */
    acquire: (holder = 1): string | undefined => {
      const answer = answerTo({ type: "acquire", holder: pid(holder), replyTo });
      return answer === "refused" ? undefined : answer?.permit;
    },
    report: (permit: string | undefined, outcome: Outcome): boolean | undefined => {
      const answer = answerTo({ type: "report", permit: permit ?? "none", outcome, replyTo });
      return answer === "refused" ? undefined : answer?.accepted;
    },
    recover: () => feed(recovered),
    die: (holder: number) => feed({ type: "sys.down", object: pid(holder) }),
  };
}

interface Params {
  readonly value?: { readonly permit?: string; readonly accepted?: boolean };
}

function opened(failureThreshold = 1) {
  const subject = breaker(failureThreshold);
  for (let i = 0; i < failureThreshold; i += 1) subject.report(subject.acquire(), "failure");
  expect(subject.state()).toBe("open");
  return subject;
}

describe("circuitBreaker, closed,", () => {
  test("opens after as many failures in a row as its threshold says", () => {
    const subject = breaker(3);
    for (const state of ["closed", "closed", "open"]) {
      expect(subject.report(subject.acquire(), "failure")).toBe(true);
      expect(subject.state()).toBe(state);
    }
  });

  test("starts to count again after a success, and not after what says nothing", () => {
    const subject = breaker(2);
    subject.report(subject.acquire(), "failure");
    subject.report(subject.acquire(), "success");
    expect(subject.failures()).toBe(0);
    subject.report(subject.acquire(), "failure");
    subject.report(subject.acquire(), "neutral");
    expect(subject.failures()).toBe(1);
    subject.report(subject.acquire(), "failure");
    expect(subject.state()).toBe("open");
  });

  test("counts one permit once", () => {
    const subject = breaker(2);
    const permit = subject.acquire();
    expect(subject.report(permit, "failure")).toBe(true);
    expect(subject.report(permit, "failure")).toBe(false);
    expect(subject.state()).toBe("closed");
  });

  test("takes back what a holder that ended had, and watches each holder once", () => {
    const subject = breaker(2);
    subject.acquire(1);
    subject.acquire(1);
    subject.acquire(2);
    expect([subject.permits(), subject.watched()]).toEqual([3, 2]);
    subject.die(1);
    expect([subject.permits(), subject.watched(), subject.failures()]).toEqual([1, 1, 0]);
  });

  test.each([
    { type: "acquire" },
    { type: "acquire", holder: "me" },
    { type: "report" },
    { type: "report", permit: "__proto__", outcome: "failure" },
    { type: "report", permit: 7, outcome: null },
    { type: "sys.down", object: { name: "somebody" } },
    { type: "nonsense" },
  ])("lives on after %j", (event) => {
    const subject = breaker(1);
    subject.feed(event as unknown as BreakerEvent);
    expect([subject.state(), subject.permits(), subject.failures()]).toEqual(["closed", 0, 0]);
  });
});

describe("circuitBreaker, open,", () => {
  test("admits nobody and ignores what was granted before", () => {
    const subject = breaker(1);
    const early = subject.acquire(1);
    subject.report(subject.acquire(2), "failure");
    expect(subject.acquire(3)).toBeUndefined();
    expect(subject.report(early, "success")).toBe(false);
    expect(subject.state()).toBe("open");
  });
});

describe("circuitBreaker, half open,", () => {
  test("admits one and refuses others until that one has reported", () => {
    const subject = opened();
    subject.recover();
    const probe = subject.acquire(1);
    expect(probe).toBeDefined();
    expect(subject.acquire(2)).toBeUndefined();
    expect(subject.report(probe, "neutral")).toBe(true);
    expect(subject.state()).toBe("half_open");
    expect(subject.acquire(2)).toBeDefined();
  });

  test("closes with a success and opens again with a failure", () => {
    const well = opened(2);
    well.recover();
    well.report(well.acquire(), "success");
    expect([well.state(), well.failures()]).toEqual(["closed", 0]);
    const ill = opened(2);
    ill.recover();
    ill.report(ill.acquire(), "failure");
    expect(ill.state()).toBe("open");
  });

  test("ignores the late result of a request from before it opened", () => {
    const subject = breaker(1);
    const early = subject.acquire(1);
    subject.report(subject.acquire(2), "failure");
    subject.recover();
    subject.acquire(3);
    for (const outcome of ["success", "failure"] as const)
      expect([subject.report(early, outcome), subject.state()]).toEqual([false, "half_open"]);
  });

  test("lets another try when the one that tried ended without a report", () => {
    const subject = opened();
    subject.recover();
    subject.acquire(1);
    subject.die(1);
    expect(subject.state()).toBe("half_open");
    expect(subject.acquire(2)).toBeDefined();
  });
});

const holders = fc.integer({ min: 1, max: 4 });
const commands = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: holders.map((holder) => ({ do: "acquire" as const, holder })) },
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant("report" as const),
        pick: fc.nat(),
        outcome: fc.constantFrom<Outcome>("success", "failure", "failure", "neutral"),
      }),
    },
    { weight: 1, arbitrary: holders.map((holder) => ({ do: "die" as const, holder })) },
    { weight: 2, arbitrary: fc.constant({ do: "recover" as const }) },
  ),
  { maxLength: 80 },
);

/** What must hold, written from the description alone: it knows who was granted a permit since the last change of state. */
function checkRun(threshold: number, run: typeof commands extends fc.Arbitrary<infer T> ? T : never): void {
  const subject = breaker(threshold);
  let state = "closed";
  let inARow = 0;
  let current: { readonly permit: string; readonly holder: number }[] = [];
  const given: string[] = [];
  const enter = (next: string): void => {
    state = next;
    current = [];
  };
  for (const command of run) {
    if (command.do === "recover") {
      subject.recover();
      if (state === "open") enter("half_open");
    } else if (command.do === "die") {
      subject.die(command.holder);
      current = current.filter((permit) => permit.holder !== command.holder);
    } else if (command.do === "acquire") {
      const permit = subject.acquire(command.holder);
      const mayPass = state === "closed" || (state === "half_open" && current.length === 0);
      expect(permit !== undefined).toBe(mayPass);
      if (permit === undefined) continue;
      expect(given).not.toContain(permit);
      given.push(permit);
      current.push({ permit, holder: command.holder });
    } else {
      const permit = given[command.pick % Math.max(1, given.length)];
      const counts = current.some((other) => other.permit === permit);
      expect(subject.report(permit, command.outcome)).toBe(counts);
      if (!counts) continue;
      current = current.filter((other) => other.permit !== permit);
      if (command.outcome === "success") inARow = 0;
      if (command.outcome === "failure") inARow += 1;
      if (state === "half_open" && command.outcome === "success") enter("closed");
      else if (command.outcome === "failure" && (state === "half_open" || inARow >= threshold)) enter("open");
    }
    expect(subject.state()).toBe(state);
    expect(subject.permits()).toBe(current.length);
    if (state === "half_open") expect(subject.permits()).toBeLessThanOrEqual(1);
  }
}

describe("circuitBreaker, whatever happens,", () => {
  test("never admits when open, tries with one, opens after failures in a row, closes with a success", () => {
    const numRuns = Number(process.env.AIEX_PROPERTY_RUNS ?? 300);
    fc.assert(fc.property(fc.integer({ min: 1, max: 4 }), commands, checkRun), { numRuns });
  });
});

describe("circuitBreaker as a process", () => {
  async function started() {
    const sim = simulation();
    await sim.until(
      sim.node.spawn(circuitBreaker, {
        input: { entry: "one", failureThreshold: 1, recoveryMs },
        name: "llm.breaker.one",
      }),
    );
    const holder = await sim.until(sim.node.spawn(() => sleep(100_000)));
    const at = breakerOf("one");
    return {
      ...sim,
      holder,
      acquire: (by = holder) => sim.until(sim.node.call(at, "acquire", { holder: by })),
      report: (permit: string, outcome: Outcome) =>
        sim.until(sim.node.call(at, "report", { permit, outcome })),
      status: () => sim.until(sim.node.call(at, "status")),
    };
  }

  async function open(subject: Awaited<ReturnType<typeof started>>) {
    const acquired = await subject.acquire();
    if (!acquired.granted) throw new Error("Expected a permit.");
    await subject.report(acquired.permit, "failure");
  }

  test("says how long it stays open, and is half open after that", async () => {
    const subject = await started();
    await open(subject);
    expect(await subject.acquire()).toEqual({ granted: false, retryInMs: recoveryMs });
    await subject.world.advance(400);
    expect(await subject.acquire()).toEqual({ granted: false, retryInMs: 600 });
    expect(await subject.status()).toEqual({
      entry: "one",
      state: "open",
      failures: 1,
      permits: 0,
      retryInMs: 600,
    });
    await subject.world.advance(600);
    expect(await subject.status()).toMatchObject({ state: "half_open", retryInMs: 0 });
    expect(await subject.acquire()).toMatchObject({ granted: true });
    expect(await subject.acquire()).toEqual({ granted: false, retryInMs: 0 });
  });

  test("is not wedged by a holder that is killed before it reports", async () => {
    const subject = await started();
    await open(subject);
    await subject.world.advance(recoveryMs);
    expect(await subject.acquire()).toMatchObject({ granted: true });
    const second = await subject.until(subject.node.spawn(() => sleep(100_000)));
    expect(await subject.acquire(second)).toMatchObject({ granted: false });
    subject.node.exit(subject.holder, "kill");
    await subject.world.settle();
    expect(await subject.acquire(second)).toMatchObject({ granted: true });
  });

  test("gives nothing to a holder that has ended already", async () => {
    const subject = await started();
    subject.node.exit(subject.holder, "kill");
    await subject.world.settle();
    await subject.acquire();
    await subject.world.settle();
    expect(await subject.status()).toMatchObject({ permits: 0 });
  });

  test("does not take a permit of its predecessor for one of its own", async () => {
    const subject = await started();
    const acquired = await subject.acquire();
    if (!acquired.granted) throw new Error("Expected a permit.");
    const first = subject.node.whereis("llm.breaker.one");
    if (first === undefined) throw new Error("Expected a breaker.");
    subject.node.exit(first, "kill");
    await subject.world.settle();
    const input = { entry: "one", failureThreshold: 1, recoveryMs };
    await subject.until(subject.node.spawn(circuitBreaker, { input, name: "llm.breaker.one" }));
    await subject.acquire();
    expect(await subject.report(acquired.permit, "failure")).toEqual({ accepted: false });
    expect(await subject.status()).toMatchObject({ state: "closed", permits: 1 });
  });
});
