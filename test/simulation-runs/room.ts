// One play from one seed: some nodes that carry runs, people who ask for them and follow them, faults at random, a calm, and what the
// checkers say to it.
import { inspect } from "node:util";
import { RunState } from "../../actors/runs/run-state.ts";
import { runLogName } from "../../actors/runs/stores/run-log-name.ts";
import { ExitSelf } from "../../runtime/process/exit-reason.ts";
import type { Played, Room } from "../seeds/room.ts";
import { judge } from "./checkers.ts";
import { beFair, calm, drawVictim, strike } from "./faults.ts";
import { type Entry, entryText, type LogRecord } from "./ledger.ts";
import { People } from "./people.ts";
import { entriesIn } from "./recorded-store.ts";
import { type Busy, type Program, Stage } from "./stage.ts";

/** So long after the last fault every run is over, beside what it waits for by its plan. */
const convergeMs = 30_000;
/** One that nobody has begun is found by then. */
const foundMs = 45_000;
/** Between two looks at whether it is so. */
const lookMs = 250;
/** Effects take longer than this, most of them. */
const busyLookMs = 10;
/** Far more than a node takes to halt, and far from for ever. */
const haltMsMax = 60_000;
/** What was waited for, and came before, is let go by then. */
const restMs = 2_000;
/** The parts of a run are over by then, once that is. */
const partsMs = 40_000;

export const runsRoom: Room<Entry> = {
  script: "sim:runs",
  folder: "simulation-runs",
  play,
  entryText,
};

async function play(seed: number): Promise<Played<Entry>> {
  const stage = new Stage(seed);
  // What code of a process that has ended throws is nothing to anybody.
  const noteStray = (thrown: unknown): void => {
    if (!(thrown instanceof ExitSelf)) stage.note({ type: "stuck", what: `nobody caught ${textOf(thrown)}` });
  };
  process.on("unhandledRejection", noteStray);
  const begin = (name: string): void => void stage.start(name);
  try {
    const people = stage.plan.runs.map((run) => new People(stage, run));
    for (const { name, promised } of stage.plan.runs)
      stage.note({ type: "planned", run: name, plan: promised });
    beFair(stage);
    for (const name of stage.plan.names) if (stage.draw.chance(0.9)) begin(name);
    await pass(stage, stage.draw.one([0, 300, 1_000]));
    const isOver = (): boolean => people.every((each) => each.isOver);
    for (let round = 0; round < stage.odds.rounds && !isOver(); round += 1)
      await playRound(stage, people, round, begin);
    calm(stage, begin);
    await converge(stage, people);
    if (stage.hasParts) await pass(stage, partsMs);
    await see(stage, people);
    await end(stage);
  } catch (thrown) {
    stage.note({ type: "stuck", what: textOf(thrown) });
  } finally {
    process.off("unhandledRejection", noteStray);
    for (const { world } of stage.past) world.kill();
  }
  const { entries } = stage.ledger;
  return { seed, hash: stage.ledger.hash(), entries, violations: judge(entries) };
}

async function playRound(
  stage: Stage,
  people: readonly People[],
  round: number,
  begin: (name: string) => void,
): Promise<void> {
  const { draw, odds } = stage;
  const tend = (): void => {
    for (const each of people) each.tend(round);
  };
  tend();
  await pass(stage, draw.between(0, odds.roundMsMax / 2));
  const busy = draw.chance(0.7) ? await untilBusy(stage) : undefined;
  strike(stage, busy?.program.name ?? drawVictim(stage), begin);
  meddle(stage, busy, people);
  tend();
  await pass(stage, draw.between(50, odds.roundMsMax));
}

/** Until some effect is under way, or a round's time has passed. */
async function untilBusy(stage: Stage): Promise<Busy | undefined> {
  const until = stage.world.elapsedMs + stage.odds.roundMsMax;
  while (stage.world.elapsedMs < until) {
    const busy = [...stage.busy.values()].filter(({ program }) => !program.isGone && !program.world.isFrozen);
    if (busy.length > 0) return stage.draw.one(busy);
    await pass(stage, busyLookMs);
  }
  return undefined;
}

/** What people do beside asking: move a run, end its process, end a reader. */
function meddle(stage: Stage, busy: Busy | undefined, people: readonly People[]): void {
  const { draw, odds, plan } = stage;
  const program = draw.maybeOne(stage.awake());
  const { run, readers } = people.find((each) => each.run.name === busy?.run) ?? draw.one(people);
  if (draw.chance(odds.killReader)) {
    const reader = draw.one(readers);
    stage.note({ type: "fault", what: `kill ${reader.name}` });
    reader.kill();
  }
  if (program === undefined) return;
  if (draw.chance(odds.move)) {
    const node = draw.one(plan.names);
    stage.note({ type: "fault", what: `move ${run.name} ${node} by ${program.label}` });
    // Whatever comes of it is to be seen in the run.
    void program.node.ownership?.move(`runs/${run.id}`, node).catch(() => undefined);
  }
  if (!draw.chance(odds.killProcess)) return;
  const name = draw.one([`run.${run.id}`, `run.${run.id}.reader`]);
  for (const { node, label } of stage.awake()) {
    const pid = node.whereis(name);
    if (pid === undefined) continue;
    stage.note({ type: "fault", what: `kill ${name} on ${label}` });
    node.exit(pid, "kill");
  }
}

/** Lets time pass. What the code of a node throws on the way is noted, and the world goes on. */
async function pass(stage: Stage, ms: number): Promise<void> {
  const until = stage.world.elapsedMs + ms;
  for (let strays = 0; strays < 100; strays += 1) {
    try {
      await stage.world.advance(Math.max(0, until - stage.world.elapsedMs));
      return;
    } catch (thrown) {
      stage.note({ type: "stuck", what: `nobody caught ${textOf(thrown)}` });
    }
  }
}

/** Until every run is over, and everybody who follows it knows. */
async function converge(stage: Stage, people: readonly People[]): Promise<void> {
  const plannedMs = Math.max(...people.map(({ run }) => run.plannedMs));
  const begun = new Set(stage.ledger.entries.flatMap((entry) => (hasBegun(entry) ? [entry.run] : [])));
  const sweepMs = people.every(({ run }) => begun.has(run.name)) ? 0 : foundMs;
  const until = stage.world.elapsedMs + convergeMs + plannedMs + sweepMs;
  const isOver = (): boolean => people.every(({ isContent }) => isContent);
  while (!isOver() && stage.world.elapsedMs < until) {
    for (const each of people) each.tend(Number.POSITIVE_INFINITY);
    await pass(stage, lookMs);
  }
  // Who has seen the end of a run is a moment ahead of who lets it go.
  await pass(stage, lookMs);
}

function hasBegun(entry: Entry): entry is Extract<Entry, { readonly type: "wrote" }> {
  return entry.type === "wrote" && entry.entries.some(({ type }) => type === "owned");
}

async function see(stage: Stage, people: readonly People[]): Promise<void> {
  for (const { run, readers } of people) {
    const records = await recordsOf(stage, run.id);
    stage.note({ type: "log", run: run.name, records });
    const state = new RunState();
    for (const { entries } of records) for (const entry of entries) state.apply(entry);
    const next = readers.map((reader) => [reader.name, reader.next] as const);
    stage.note({ type: "stands", run: run.name, phase: state.phase, readers: Object.fromEntries(next) });
  }
  for (const id of stage.logged) {
    const records = await recordsOf(stage, id);
    if (isPart(records)) stage.note({ type: "log", run: id, records });
  }
}

function isPart(records: readonly LogRecord[]): boolean {
  const [first] = records.flatMap(({ entries }) => entries);
  return first?.type === "accepted" && first.spec.parent !== undefined;
}

async function recordsOf({ journal }: Stage, id: string): Promise<readonly LogRecord[]> {
  const found: LogRecord[] = [];
  for (let after = 0; ; ) {
    const { records, isEnd } = await journal.read(runLogName(id), after);
    for (const { kind, epoch, position, payload } of records) {
      after = position;
      const by = kind === "claim" ? new TextDecoder().decode(payload) : undefined;
      found.push({ kind, epoch, position, by, entries: kind === "event" ? entriesIn(payload) : [] });
    }
    if (isEnd) return found;
  }
}

async function end(stage: Stage): Promise<void> {
  const programs = [...stage.programs.values()];
  for (const program of programs) {
    program.isGone = true;
    await stage.world.until(program.node.halt(), haltMsMax);
  }
  await pass(stage, restMs);
  for (const program of programs) noteRemains(stage, program);
}

function noteRemains(stage: Stage, { label, world, kernel }: Program): void {
  const left = (count: number, what: string): void => {
    if (count > 0) stage.note({ type: "remains", what: `${count} ${what} on ${label}` });
  };
  left(world.armed, "armed timers");
  left(kernel.calls.size, "pending calls");
}

function textOf(thrown: unknown): string {
  return thrown instanceof Error
    ? (thrown.stack ?? String(thrown)).split("\n").slice(0, 6).join(" | ")
    : inspect(thrown, { depth: 2 });
}
