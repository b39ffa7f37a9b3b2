// The checkers themselves: each catches a ledger that is broken in its own way, and none objects to one that is sound.
import { describe, expect, test } from "vitest";
import type { KeptSpec, RunEntry, RunFact } from "../../actors/runs/run-entry.ts";
import { checkers, judge } from "./checkers.ts";
import {
  type EffectKind,
  type Entry,
  type Happening,
  type LogRecord,
  type PromisedRun,
  partProvider,
} from "./ledger.ts";

const run = "r1";
const [one, other] = ["n1", "n2"];
const output = (by: string) => ({ value: { by } });

const promised = (onUnknown = "ask", kind: EffectKind = "mail"): Happening => {
  const plan: PromisedRun = { steps: ["a", "end"], result: "end", onUnknown, effects: { "a/k": kind } };
  return { type: "planned", run, plan };
};

/** Facts of each owner in turn: the first has epoch 1. */
function records(...owners: readonly (readonly [node: string, facts: readonly RunFact[]])[]): LogRecord[] {
  let n = 0;
  return owners.flatMap(([node, facts], index): LogRecord[] => {
    const entries = facts.map((fact): RunEntry => {
      n += 1;
      return { ...fact, n, at: 0, node };
    });
    const epoch = index + 1;
    const [claimed, wrote] = [epoch * 2 - 1, epoch * 2];
    return [
      { kind: "claim", epoch, position: claimed, by: node, entries: [] },
      { kind: "event", epoch, position: wrote, by: undefined, entries },
    ];
  });
}

const owned = (epoch: number): RunFact => ({ type: "owned", epoch, reason: "start" });
const started = (step: string): RunFact => ({ type: "step_started", step, operation: "play", attempt: 1 });
const finished = (step: string, by: string): RunFact => ({
  ...{ type: "step_finished", step, output: output(by), added: 0 },
});
const intent: RunFact = { type: "intent", effect: "a/k", step: "a", kind: "mail", about: null };
const outcome = (found = false): RunFact => ({ type: "outcome", effect: "a/k", fate: "done", found });
const answered = (choice: string): RunFact => ({
  ...{ type: "answered", question: "effect:a/k", choice, by: "somebody" },
});
const interrupted: RunFact = {
  ...{ type: "usage", step: "a", provider: "p", model: "m", inputTokens: 1, outputTokens: 1, costUsd: 0 },
  interrupted: true,
};
const done = (by = "y"): RunFact => ({ type: "done", output: output(by) });
const cancelled: RunFact = { type: "cancelled", by: "somebody" };
const failed = (code: string): RunFact => ({ type: "failed", code, message: "it could not" });

/** A small life: one owner is lost in the middle of an effect, another one asks and goes on. */
const first: readonly RunFact[] = [owned(1), started("a"), intent];
const rest: readonly RunFact[] = [finished("a", "x"), started("end"), finished("end", "y"), done()];
const second: readonly RunFact[] = [owned(2), started("a"), answered("retry"), intent, outcome(), ...rest];
const life = records([one, first], [other, second]);

const happened = (node = one, epoch = 1, effect = "a/k"): Happening => ({
  ...{ type: "happened", run, effect, kind: "mail", node, epoch },
});
const claimed = (node: string, epoch: number): Happening => ({ type: "claimed", run, node, epoch });
const worked = (step: string, epoch: number, saw: Readonly<Record<string, unknown>> = {}): Happening => ({
  ...{ type: "worked", run, step, node: one, epoch, saw },
});
const noted = (type: "noted" | "recalled", value: unknown, epoch = 1): Happening => ({
  ...{ type, run, step: "a", epoch, key: "k", value },
});
const wrote = (node: string, epoch: number, of: readonly LogRecord[] = life): Happening => {
  const entries = of.filter((record) => record.epoch === epoch).flatMap((record) => record.entries);
  return { type: "wrote", run, node, epoch, entries };
};
const shown = (n: number, of: readonly LogRecord[] = life): Happening[] =>
  of
    .flatMap(({ entries }) => entries)
    .flatMap((entry) => (entry.n === n ? [{ type: "shown", reader: "r1-x", run, entry }] : []));
const log = (of: readonly LogRecord[] = life): Happening => ({ type: "log", run, records: of });
const stands = (phase = "done", next = 1): Happening => ({
  ...{ type: "stands", run, phase, readers: { "r1-x": next } },
});

function ledger(...steps: readonly (Happening | readonly Happening[])[]): Entry[] {
  return steps.flat().map((happening) => ({ atMs: 0, ...happening }));
}

const allShown = Array.from({ length: 12 }, (_, index) => shown(index + 1));
const sound = ledger(
  ...([promised(), { type: "accepted", run }, claimed(one, 1), wrote(one, 1), worked("a", 1)] as const),
  ...[noted("recalled", undefined), noted("noted", 7), happened(), claimed(other, 2), wrote(other, 2)],
  ...[
    noted("recalled", 7),
    happened(other, 2),
    worked("end", 1, { a: "x" }),
    ...allShown,
    log(),
    stands("done", 13),
  ],
);

/** The log of one owner, and what is planned of it. */
function lone(facts: readonly RunFact[], plan: Happening = promised()): Happening[] {
  return [plan, log(records([one, [owned(1), ...facts]]))];
}

/** A run with parts, by what is written of the run and of each of them. */
function withParts(whole: readonly RunFact[], ...its: readonly (readonly RunFact[])[]): Happening[] {
  const accepted = (id: string, part?: string): RunFact => {
    const parent = part === undefined ? {} : { parent: { run, root: run, step: "a", part } };
    const spec = { id, plan: { value: null }, ...parent } as unknown as KeptSpec;
    return { type: "accepted", spec, steps: 1 };
  };
  return [
    log(records([one, [accepted(run), ...whole]])),
    ...its.map((facts, index): Happening => {
      const part = `part${index}`;
      return { type: "log", run: part, records: records([one, [accepted(part, "same"), ...facts]]) };
    }),
  ];
}

const paid: RunFact = { ...interrupted, provider: partProvider, interrupted: false } as RunFact;

const [before = first[0], ...changed] = first;
const otherLife = records(
  [one, [before ?? intent, { ...started("b") }, ...changed.slice(1)]],
  [other, second],
);
const [claim, event] = records([one, first]);
const lateEvent: LogRecord[] = [...life, { ...(event as LogRecord), position: 9 }];

const broken: readonly (readonly [check: string, problem: RegExp, entries: readonly Entry[]])[] = [
  ["lasting", /entry 2 of r1 that n1 was told to last .* is other/, ledger(wrote(one, 1), log(otherLife))],
  ["lasting", /entry 4 of r1 that n2 .* is lost/, ledger(wrote(other, 2), log(records([one, first])))],
  ["lasting", /entry 2 of r1 that r1-x was shown .* is other/, ledger(shown(1), shown(2), log(otherLife))],
  ["numbers", /r1-x is shown 3, and not 2/, ledger(shown(1), shown(3))],
  ["numbers", /r1-x is shown 1, and not 2/, ledger(shown(1), shown(1))],
  ["numbers", /r1-x is at 3/, ledger(shown(1), stands("done", 3))],
  [
    "steps",
    /a of r1 has step_finished at 4/,
    ledger(...lone([started("a"), finished("a", "x"), finished("a", "z")])),
  ],
  ["steps", /a of r1 has step_started at 3/, ledger(...lone([finished("a", "x"), started("a")]))],
  ["steps", /n1 begins a of r1 again/, ledger(wrote(other, 2), worked("a", 2))],
  ["steps", /end of r1 is given "z" of a/, ledger(wrote(other, 2), worked("end", 2, { a: "z" }))],
  ["notes", /k of a of r1 is 8, and was noted as 7/, ledger(noted("noted", 7), noted("recalled", 8))],
  ["notes", /is undefined, and was noted/, ledger(noted("noted", 7), noted("recalled", undefined))],
  [
    "effects",
    /a\/k of r1 \(mail\) happened 2 times, and 0 were decided/,
    ledger(happened(), happened(), ...lone([intent, intent, outcome()])),
  ],
  [
    "effects",
    /a\/k of r1 \(file_write\) happened 2 times/,
    ledger(happened(), happened(), ...lone([intent, outcome()], promised("ask", "file_write"))),
  ],
  [
    "effects",
    /called a model 1 times again, and 0 were counted/,
    ledger(happened(), happened(), ...lone([intent, intent], promised("ask", "model_call"))),
  ],
  ["effects", /counts as done, and did not happen/, ledger(...lone([intent, outcome()]))],
  ["effects", /a of r1 is done, and nothing says so of a\/k/, ledger(...lone([finished("a", "x")]))],
  ["effects", /had not written that in epoch 2/, ledger(wrote(one, 1), happened(other, 2))],
  ["effects", /had not written that in epoch 1/, ledger(wrote(one, 1), happened(), happened())],
  ["epochs", /n2 claims epoch 1 of r1, which is n1's/, ledger(claimed(one, 1), claimed(other, 1))],
  ["epochs", /n2 writes in epoch 1 of r1, which is n1's/, ledger(claimed(one, 1), wrote(other, 1))],
  ["epochs", /what epoch 1 of r1 wrote at 9 is behind the claim of 2/, ledger(log(lateEvent))],
  ["epochs", /n1 claims epoch 1 of r1 behind epoch 2/, ledger(log([...life, claim as LogRecord]))],
  [
    "epochs",
    /n1 wrote entry 1 of r1 in the epoch of n2/,
    ledger(log([{ ...(claim as LogRecord), by: other }, event as LogRecord])),
  ],
  ["epochs", /tells of epoch 2 in epoch 1/, ledger(...lone([owned(2)]))],
  ["ends", /was accepted, and nothing is written/, ledger({ type: "accepted", run }, log([]))],
  [
    "ends",
    /r1 is running at 3, and not over/,
    ledger(promised(), log(records([one, first])), stands("running")),
  ],
  ["ends", /r1 failed with crashed/, ledger(...lone([failed("crashed")]), stands("failed"))],
  ["ends", /r1 failed with effect_unknown/, ledger(...lone([failed("effect_unknown")]), stands("failed"))],
  ["ends", /r1 is done without a/, ledger(...lone([finished("end", "y"), done()]), stands())],
  [
    "ends",
    /gives another output than end/,
    ledger(...lone([finished("a", "x"), finished("end", "y"), done("z")]), stands()),
  ],
  ["ends", /r1-x waits for 2 of r1, which has 12/, ledger(promised(), log(), stands("done", 2))],
  ["ends", /r1 goes on after its end at 2/, ledger(...lone([done(), answered("retry")]))],
  ["parts", /r1 is over \(cancelled\), and its part part0 is not/, ledger(withParts([cancelled], [paid]))],
  ["parts", /a part of r1 is there twice/, ledger(withParts([done()], [done()], [done()]))],
  ["parts", /used 2 tokens, and 4 are counted/, ledger(withParts([paid, paid, done()], [paid, done()]))],
  ["liveness", /it hangs/, ledger({ type: "stuck", what: "it hangs" })],
  ["liveness", /when all is stopped: 1 timer/, ledger({ type: "remains", what: "1 timer" })],
];

describe("A checker of runs", () => {
  test("says nothing of a ledger that is sound", () => {
    expect(judge(sound)).toEqual([]);
    expect(judge([])).toEqual([]);
  });

  test.each(broken)("of %s objects: %s", (check, problem, entries) => {
    const found = judge(entries).filter((violation) => violation.check === check);
    expect(found.map((violation) => violation.problem)).toContainEqual(expect.stringMatching(problem));
  });

  test("is proven here, whichever it is", () => {
    const proven = new Set(broken.map(([check]) => check));
    expect(proven.size).toBe(checkers.length);
  });

  test("allows what was counted, decided about, looked at or has not happened", () => {
    const twice = [happened(), happened()];
    const effectsOf = (...entries: readonly Happening[]) =>
      judge(ledger(...entries)).filter(
        ({ check, problem }) => check === "effects" && !problem.includes("epoch"),
      );
    expect(effectsOf(...twice, ...lone([intent, answered("retry"), intent, outcome()]))).toEqual([]);
    expect(effectsOf(...twice, ...lone([intent, intent, outcome()], promised("retry")))).toEqual([]);
    expect(effectsOf(...twice, ...lone([interrupted, intent], promised("ask", "model_call")))).toEqual([]);
    expect(effectsOf(...lone([intent, answered("done"), outcome(true)]))).toEqual([]);
  });

  test("allows a failed run to go on where a person wanted that", () => {
    const resumed: RunFact = { type: "owned", epoch: 2, reason: "resume" };
    const end = [finished("a", "x"), finished("end", "y"), done()];
    const of = records(
      [one, [owned(1), answered("fail"), failed("effect_unknown")]],
      [other, [resumed, ...end]],
    );
    const found = judge(ledger(promised(), log(of), stands("done", 8)));
    expect(found.filter(({ check, problem }) => check === "ends" && !problem.includes("r1-x"))).toEqual([]);
  });

  test("allows an owner of an earlier epoch to begin what it cannot know to be done", () => {
    expect(judge(ledger(claimed(other, 2), wrote(other, 2), worked("a", 1)))).toEqual([]);
    expect(judge(ledger(noted("noted", 7, 2), noted("recalled", undefined, 1)))).toEqual([]);
  });
});
