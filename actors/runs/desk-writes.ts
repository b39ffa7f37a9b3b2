// What is written of a run that no process has: by whoever was asked, who claims its log for that and lets go of it at once.
import type { World } from "../../runtime/world.ts";
import { RunRefusal } from "./desk-refused.ts";
import { keep } from "./kept.ts";
import { runLimits } from "./limits.ts";
import { endingFact } from "./run-end.ts";
import type { RunFact } from "./run-entry.ts";
import { RunLog } from "./run-log.ts";
import type { RunEnding } from "./run-options.ts";
import type { RunSpec } from "./run-spec.ts";
import { isAnswerTo, type QuestionRecord, RunState } from "./run-state.ts";
import type { RunPlace, RunStore } from "./run-store.ts";
import { isOver } from "./run-summary.ts";

export interface RunWriting {
  readonly world: World;
  readonly node: string;
  readonly store: RunStore;
  readonly id: string;
}

/**
 * Writes what `decide` makes of how the run stands; nothing where that is empty. From here on an earlier owner writes nothing more.
 * @throws as `RunStore.open`, `RunLog.claim`; what `decide` throws
 */
async function writeAside(
  writing: RunWriting,
  decide: (state: RunState) => readonly RunFact[],
): Promise<void> {
  const place = await writing.store.open(writing.id, "own");
  try {
    await writeIn(place, writing, decide);
  } finally {
    await place.close();
  }
}

async function writeIn(
  place: RunPlace,
  { world, node, store, id }: RunWriting,
  decide: (state: RunState) => readonly RunFact[],
): Promise<void> {
  const { log, entries } = await RunLog.claim({ world, id, place, node });
  const state = new RunState();
  for (const entry of entries) state.apply(entry);
  const facts = decide(state);
  if (facts.length > 0) for (const entry of await log.append(facts)) state.apply(entry);
  const summary = state.summary(log.bytes);
  if (summary !== undefined) await store.note(summary);
}

/**
 * Writes the first entry of a run. One that is there already was accepted before: who asked had not heard of it.
 * @returns whether it was not there
 * @throws as `writeAside`
 */
export async function acceptAside(writing: RunWriting, spec: RunSpec): Promise<boolean> {
  const { store, id } = writing;
  // Its log is not claimed for nothing: its owner would be over.
  if (await isAccepted(store, id)) return false;
  const place = await store.open(id, "own");
  try {
    const { plan, ...rest } = spec;
    const kept = await keep(place.blobs, plan);
    const fact: RunFact = { type: "accepted", spec: { ...rest, plan: kept }, steps: plan.steps.length };
    await writeIn(place, writing, (state) => (state.spec === undefined ? [fact] : []));
    return true;
  } finally {
    await place.close();
  }
}

/** True where a run is, or somebody is about to write it. @throws as `RunStore.open`, `Journal.end` */
export async function isWritten(store: RunStore, id: string): Promise<boolean> {
  const place = await store.open(id, "read");
  try {
    return (await place.journal.end(place.log)).position > 0;
  } finally {
    await place.close();
  }
}

/** That somebody has claimed its log says nothing: he may be gone. */
async function isAccepted(store: RunStore, id: string): Promise<boolean> {
  const place = await store.open(id, "read");
  try {
    const { records } = await place.journal.read(place.log, 0);
    return records.some(({ kind }) => kind === "event");
  } finally {
    await place.close();
  }
}

/** @throws as `isAnswered`, `writeAside` */
export async function answerAside(writing: RunWriting, answer: RunAnswering): Promise<void> {
  await writeAside(writing, ({ phase, questions }) =>
    // It may have come to its end meanwhile.
    isOver(phase) || isAnswered(writing.id, questions.get(answer.question), answer)
      ? []
      : [{ type: "answered", ...answer }],
  );
}

export interface RunAnswering {
  readonly question: string;
  readonly choice: string;
  readonly by: string;
}

/** True where it has this answer already. @throws {RunRefusal} it is no question of the run, or has another answer, or that is none */
export function isAnswered(
  id: string,
  asked: Pick<QuestionRecord, "choices" | "choice"> | undefined,
  { question, choice }: RunAnswering,
): boolean {
  if (asked === undefined)
    throw badAnswer(`Run ${id} has not asked "${question}". \`aiex runs show ${id}\` shows what it asks.`);
  const { choices, choice: given } = asked;
  if (!isAnswerTo(asked, choice)) throw badAnswer(whyNone(choices, choice));
  if (given !== undefined && given !== choice)
    throw badAnswer(`That has been answered already, with "${given}".`);
  return given !== undefined;
}

function whyNone(choices: readonly string[], choice: string): string {
  if (choices.length > 0) return `"${choice}" is no answer to that. Answers are: ${choices.join(", ")}.`;
  const most = runLimits.answerCharactersMax;
  return choice.trim() === ""
    ? "That is no answer: it holds no text."
    : `An answer has at most ${most} characters, and this one has ${choice.length}. Send less of it.`;
}

function badAnswer(words: string): RunRefusal {
  return new RunRefusal("bad_run", words);
}

/** @throws as `writeAside` */
export async function endAside(writing: RunWriting, ending: RunEnding): Promise<void> {
  await writeAside(writing, ({ spec, phase }) =>
    spec === undefined || isOver(phase) ? [] : [endingFact(ending)],
  );
}

/** Of a run that failed, and is to go on. @throws as `writeAside` */
export async function allowAside(writing: RunWriting, costUsdMax: number): Promise<void> {
  await writeAside(writing, ({ phase, costUsdMax: before }) =>
    phase === "failed" && before !== costUsdMax ? [{ type: "allowed", costUsdMax }] : [],
  );
}

/** Its process has failed again and again. @throws as `writeAside` */
export async function failCrashed(writing: RunWriting, why: string): Promise<void> {
  const message = `Its process failed again and again: ${why} \`aiex runs resume ${writing.id}\` tries it again.`;
  await writeAside(writing, ({ spec, phase }) =>
    spec === undefined || isOver(phase) ? [] : [{ type: "failed", code: "crashed", message }],
  );
}
