import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Breaker,
  type BreakerAction,
  type BreakerChange,
  type BreakerEvent,
  type BreakerRules,
  breakerStep,
  breakerWakeMs,
  changeOf,
  newBreaker,
} from "../../../../actors/llm/gate/breaker-state.ts";
import type { GateOutcome } from "../../../../actors/llm/gate.ts";
import type { Pid, Ref } from "../../../../runtime/index.ts";

const rules: BreakerRules = {
  failureThreshold: 3,
  recoveryMs: 1_000,
  failureRate: 0.5,
  windowRequests: 10,
  slowMs: 200,
  slowRate: 0.8,
};

function pid(id: number): Pid {
  return { node: "test", incarnation: 0, id };
}

/** A breaker that is fed by hand, with a clock that stands still until it is moved. */
function breaker(given: Partial<BreakerRules> = {}, node = "test") {
  let state: Breaker = newBreaker({ ...rules, ...given }, node);
  let permits = 0;
  let nowMs = 0;
  const feed = (event: DistributiveOmit<BreakerEvent, "nowMs">): readonly BreakerAction[] => {
    const step = breakerStep(state, { ...event, nowMs } as BreakerEvent);
    state = step.state;
    return step.actions;
  };
  const ask = (waitMs = 0, holder = 1) => {
    permits += 1;
    const permit = `${node}${permits}`;
    const from: Ref = { node, incarnation: 0, ref: permits };
    const actions = feed({ type: "asked", permit, holder: pid(holder), from, dueMs: nowMs + waitMs });
    return { permit, kinds: kindsOf(actions), actions };
  };
  const report = (permit: string, outcome: GateOutcome, firstMs?: number) =>
    kindsOf(feed({ type: "reported", permit, outcome, firstMs }));
  return {
    feed,
    ask,
    report,
    /** One request that ends so. */
    request: (outcome: GateOutcome, firstMs?: number) => report(ask().permit, outcome, firstMs),
    pass: (ms: number) => {
      nowMs += ms;
    },
    probe: (permit: string, granted: boolean) => kindsOf(feed({ type: "probe", permit, granted })),
    hear: (change: BreakerChange) => kindsOf(feed({ type: "heard", change })),
    state: () => state,
    change: () => changeOf(state, nowMs),
    wakeMs: () => breakerWakeMs(state),
  };
}

type DistributiveOmit<T, K extends string> = T extends unknown ? Omit<T, K> : never;

function kindsOf(actions: readonly BreakerAction[]): readonly string[] {
  return actions.map((action) => (action.type === "tell" ? action.is : action.type));
}

function opened(given: Partial<BreakerRules> = {}, node = "test") {
  const subject = breaker({ ...given, failureThreshold: 1 }, node);
  expect(subject.request("failure")).toEqual(["spread", "opened"]);
  return subject;
}

function halfOpen(node = "test") {
  const subject = opened({}, node);
  subject.pass(1_000);
  return subject;
}

describe("breakerStep, closed,", () => {
  test("opens after as many failures in a row as its threshold says, and tells everybody", () => {
    const subject = breaker();
    expect(subject.request("failure")).toEqual([]);
    expect(subject.request("failure")).toEqual([]);
    expect(subject.request("failure")).toEqual(["spread", "opened"]);
    expect(subject.state().is).toBe("open");
    expect(subject.change()).toEqual({
      ...{ version: 1, by: "test", isOpen: true, isHeld: false, leftMs: 1_000, failures: 3 },
    });
  });

  test("starts to count again after a success, and not after what says nothing", () => {
    const subject = breaker();
    for (const outcome of ["failure", "failure", "success", "failure", "neutral", "failure"] as const) {
      subject.request(outcome);
      expect(subject.state().is).toBe("closed");
    }
    subject.request("failure");
    expect(subject.state().is).toBe("open");
  });

  test("opens at a share of failures of a whole window, and of no less", () => {
    const subject = breaker({ failureThreshold: 100, windowRequests: 4 });
    for (const outcome of ["success", "failure", "failure"] as const) subject.request(outcome);
    expect(subject.state().is).toBe("closed");
    subject.request("success");
    expect(subject.state().is).toBe("open");
  });

  test("forgets what is older than its window", () => {
    const subject = breaker({ failureThreshold: 100, windowRequests: 4, failureRate: 0.75 });
    const outcomes = ["failure", "failure", "success", "success", "success", "failure", "failure"] as const;
    for (const outcome of outcomes) subject.request(outcome);
    expect(subject.state().is).toBe("closed");
    subject.request("failure");
    expect(subject.state().is).toBe("open");
  });

  test("opens where too many answers begin late, although all are right", () => {
    const subject = breaker({ windowRequests: 5 });
    for (const firstMs of [201, 300, 200, 900]) subject.request("success", firstMs);
    expect(subject.state().is).toBe("closed");
    subject.request("success", 5_000);
    expect(subject.state().is).toBe("open");
  });

  test("takes no answer for slow where nothing is said of that", () => {
    const subject = breaker({ windowRequests: 2, slowMs: undefined });
    for (let i = 0; i < 10; i += 1) subject.request("success", 1e9);
    expect(subject.state().is).toBe("closed");
  });

  test("counts one permit once, and none that it has not given", () => {
    const subject = breaker({ failureThreshold: 2 });
    const { permit } = subject.ask();
    subject.report(permit, "failure");
    subject.report(permit, "failure");
    subject.report("never given", "failure");
    expect(subject.state()).toMatchObject({ is: "closed", failures: 1 });
  });

  test("takes back what a holder that ended had", () => {
    const subject = breaker();
    for (const holder of [1, 1, 2]) subject.ask(0, holder);
    subject.feed({ type: "gone", holder: pid(1) });
    expect([subject.state().permits.size, subject.state().failures]).toEqual([1, 0]);
  });
});

describe("breakerStep, open,", () => {
  test("admits nobody, says when to come back, and takes no word of what was granted before", () => {
    const subject = breaker({ failureThreshold: 1 });
    const early = subject.ask();
    subject.request("failure");
    subject.pass(400);
    expect(subject.ask(10_000).actions).toMatchObject([{ type: "refuse", retryInMs: 600 }]);
    expect(subject.report(early.permit, "success")).toEqual([]);
    expect(subject.state().is).toBe("open");
    expect(subject.wakeMs()).toBe(1_000);
  });

  test("stays so for good where a person opened it, until one closes it", () => {
    const subject = breaker();
    subject.feed({ type: "ordered", order: "open" });
    subject.pass(1e9);
    subject.feed({ type: "woken" });
    expect(subject.ask().kinds).toEqual(["refuse"]);
    expect(subject.state()).toMatchObject({ is: "open", isHeld: true });
    expect(subject.wakeMs()).toBeUndefined();
    expect(kindsOf(subject.feed({ type: "ordered", order: "close" }))).toEqual(["spread", "closed"]);
    expect(subject.ask().kinds).toEqual(["grant"]);
  });
});

describe("breakerStep, half open,", () => {
  test("has the cluster say who tries, and lets nobody else through meanwhile", () => {
    const subject = halfOpen();
    const first = subject.ask();
    expect(first.kinds).toEqual(["half_opened", "try"]);
    expect(subject.ask().kinds).toEqual(["refuse"]);
    expect(subject.probe(first.permit, true)).toEqual(["grant"]);
    expect(subject.ask().kinds).toEqual(["refuse"]);
  });

  test("closes with a success and lets all go who waited", () => {
    const subject = halfOpen();
    const { permit } = subject.ask();
    subject.probe(permit, true);
    expect([subject.ask(500).kinds, subject.ask(500).kinds]).toEqual([[], []]);
    expect(subject.report(permit, "success")).toEqual(["spread", "tried", "grant", "grant", "closed"]);
    expect(subject.state()).toMatchObject({ is: "closed", failures: 0, version: 2 });
    expect(subject.state().permits.size).toBe(2);
  });

  test("opens again with a failure and refuses all who waited", () => {
    const subject = halfOpen();
    const { permit } = subject.ask();
    subject.probe(permit, true);
    subject.ask(500);
    expect(subject.report(permit, "failure")).toEqual(["spread", "tried", "refuse", "opened"]);
    expect(subject.change()).toMatchObject({ version: 2, leftMs: 1_000 });
  });

  test("refuses who cannot wait any longer", () => {
    const subject = halfOpen();
    subject.probe(subject.ask().permit, true);
    subject.ask(300);
    expect(subject.wakeMs()).toBe(1_300);
    subject.pass(300);
    expect(kindsOf(subject.feed({ type: "woken" }))).toEqual(["refuse"]);
  });

  test.each(["neutral", "gone"] as const)(
    "has another one try when the first came to nothing (%s)",
    (end) => {
      const subject = halfOpen();
      const first = subject.ask(0, 1);
      subject.probe(first.permit, true);
      const second = subject.ask(500, 2);
      const actions =
        end === "gone"
          ? kindsOf(subject.feed({ type: "gone", holder: pid(1) }))
          : subject.report(first.permit, "neutral");
      expect(actions).toEqual(["tried", "try"]);
      expect(subject.probe(second.permit, true)).toEqual(["grant"]);
      expect(subject.report(first.permit, "success")).toEqual([]);
      expect(subject.state().is).toBe("half_open");
    },
  );

  test("waits for what another node finds out, and asks again after a while", () => {
    const subject = halfOpen();
    const asked = subject.ask(5_000);
    expect(subject.probe(asked.permit, false)).toEqual([]);
    expect(subject.ask().kinds).toEqual(["refuse"]);
    expect(subject.wakeMs()).toBe(2_000);
    subject.pass(1_000);
    expect(kindsOf(subject.feed({ type: "woken" }))).toEqual(["try"]);
    expect(
      subject.hear({ version: 2, by: "other", isOpen: false, isHeld: false, leftMs: 0, failures: 0 }),
    ).toEqual(["tried", "grant", "closed"]);
    // The right to try comes too late, and is given back.
    expect(subject.probe(asked.permit, true)).toEqual(["tried"]);
  });

  test("refuses who cannot wait where another node tries", () => {
    const subject = halfOpen();
    expect(subject.probe(subject.ask(0).permit, false)).toEqual(["refuse"]);
  });
});

describe("breakerStep, told by other nodes,", () => {
  const open: BreakerChange = { version: 1, by: "b", isOpen: true, isHeld: false, leftMs: 700, failures: 5 };

  test("opens for as long as is left, and tells nobody on", () => {
    const subject = breaker();
    expect(subject.hear(open)).toEqual(["opened"]);
    expect(subject.change()).toEqual(open);
    expect(subject.ask().actions).toMatchObject([{ type: "refuse", retryInMs: 700 }]);
  });

  test("changes nothing by what comes late, twice or out of order", () => {
    const subject = breaker();
    const closed = { ...open, version: 2, isOpen: false, leftMs: 0, failures: 0 };
    subject.hear(closed);
    for (const change of [open, closed, open]) expect(subject.hear(change)).toEqual([]);
    expect(subject.state().is).toBe("closed");
  });

  test("comes to the same everywhere, in whichever order it hears", () => {
    const change = fc.record({
      version: fc.integer({ min: 1, max: 4 }),
      by: fc.constantFrom("a", "b", "c"),
      isOpen: fc.boolean(),
      isHeld: fc.constant(false),
      leftMs: fc.constant(700),
      failures: fc.constant(1),
    });
    fc.assert(
      fc.property(
        fc.uniqueArray(change, { selector: ({ version, by }) => `${version}${by}` }),
        fc.nat(),
        (changes, seed) => {
          const [one, other] = [breaker(), breaker()];
          for (const each of changes) one.hear(each);
          const shuffled = changes
            .map((each, index) => ({ each, at: (index * 7_919 + seed) % 31 }))
            .toSorted((left, right) => left.at - right.at);
          for (const { each } of [...shuffled, ...shuffled]) other.hear(each);
          expect(other.change()).toEqual(one.change());
          expect(other.state().is).toBe(one.state().is);
        },
      ),
    );
  });

  test("is not closed by a late success of the node that it heard it from", () => {
    const subject = breaker();
    const { permit } = subject.ask();
    subject.hear(open);
    expect(subject.report(permit, "success")).toEqual([]);
    expect(subject.state().is).toBe("open");
  });
});

const commands = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({ do: fc.constant("ask" as const), holder: fc.integer({ min: 1, max: 3 }) }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant("report" as const),
        pick: fc.nat(),
        outcome: fc.constantFrom<GateOutcome>("success", "failure", "failure", "neutral"),
      }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant("probe" as const), granted: fc.boolean() }) },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constant("gone" as const), holder: fc.integer({ min: 1, max: 3 }) }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constant("pass" as const), ms: fc.integer({ min: 1, max: 1_200 }) }),
    },
  ),
  { maxLength: 80 },
);

describe("breakerStep, whatever happens,", () => {
  test("answers everybody once, tries with one at a time, and never lets anybody through when open", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), commands, (failureThreshold, run) => {
        const subject = breaker({ failureThreshold });
        const answered = new Set<number>();
        let asked = 0;
        let trying: string | undefined;
        const given: string[] = [];
        const look = (actions: readonly BreakerAction[]): void => {
          for (const action of actions) {
            if (action.type === "try") trying = action.permit;
            if (action.type !== "grant" && action.type !== "refuse") continue;
            expect(answered.has(action.from.ref)).toBe(false);
            answered.add(action.from.ref);
            if (action.type !== "grant") continue;
            given.push(action.permit);
            expect(subject.state().is).not.toBe("open");
          }
          const { is, permits } = subject.state();
          if (is === "half_open") expect(permits.size).toBeLessThanOrEqual(1);
          if (is === "open") expect(permits.size).toBe(0);
        };
        for (const command of run) {
          if (command.do === "ask") {
            asked += 1;
            look(subject.ask(600, command.holder).actions);
          } else if (command.do === "report") {
            const permit = given[command.pick % Math.max(1, given.length)] ?? "none";
            look(subject.feed({ type: "reported", permit, outcome: command.outcome, firstMs: undefined }));
          } else if (command.do === "probe") {
            if (trying !== undefined)
              look(subject.feed({ type: "probe", permit: trying, granted: command.granted }));
            trying = undefined;
          } else if (command.do === "gone") look(subject.feed({ type: "gone", holder: pid(command.holder) }));
          else {
            subject.pass(command.ms);
            look(subject.feed({ type: "woken" }));
          }
        }
        const { waiters, probe } = subject.state();
        expect(waiters.length + (probe === undefined || probe.isSure ? 0 : 1)).toBeLessThanOrEqual(
          asked - answered.size,
        );
      }),
      { numRuns: Number(process.env.AIEX_PROPERTY_RUNS ?? 300) },
    );
  });
});
