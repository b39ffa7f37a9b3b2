// Follows a run for a person: shows what it does, has its questions answered, and leaves it in good order when the person does.
import { shortId } from "../actors/runs/run-id.ts";
import { AiexError } from "../runtime/errors.ts";
import type { FollowOptions, RunEnd, RunQuestion, Runs } from "../supervisors/runs/runs.ts";
import type { Asking } from "./asking.ts";
import { effectChoiceWords } from "./command-tables/runs.ts";
import { showNotice } from "./failure.ts";
import type { RunView } from "./followed-view.ts";
import { Questioner } from "./question.ts";
import { choicesText } from "./render/run-words.ts";

export interface FollowShown {
  readonly view: RunView;
  /** The first entry that is wanted; the first of all where it is left out. */
  readonly from?: number | undefined;
  readonly serve?: FollowOptions["serve"];
  /** Why a run that is let go cannot be gone on with, where that is so. */
  readonly unkept?: string | undefined;
  /** Answers what the command itself can answer; undefined for all that is a person's to answer. */
  readonly answer?: ((question: RunQuestion) => Promise<string | undefined>) | undefined;
}

/** The run waits for a person, and none is there. */
class AnswerNeeded extends AiexError {
  readonly code = "answer_needed";
}

/** @throws what following throws; {AnswerNeeded}; what the command was interrupted with, after the run was left */
export async function followRun(
  asking: Asking,
  runs: Runs,
  id: string,
  { view, from = 1, serve, answer, unkept }: FollowShown,
): Promise<RunEnd> {
  const { host, interruption } = asking;
  const questioner = new Questioner(host);
  const stopped = new AbortController();
  const onQuestion = async (question: RunQuestion): Promise<string | undefined> => {
    const answered = await view.aside(async () => {
      const own = await answer?.(question);
      return own === undefined && questioner.isThere ? questioner.ask(question) : own;
    });
    if (answered === undefined) stopped.abort(new AnswerNeeded(needText(id, question)));
    return answered;
  };
  try {
    return await runs.follow(id, {
      from,
      signal: AbortSignal.any([interruption.signal, stopped.signal]),
      onEntry: (entry) => view.entry(entry),
      onLost: (why) => view.lost(why),
      onQuestion,
      serve,
    });
  } catch (error) {
    await view.end();
    await left(asking, runs, id, unkept);
    throw error;
  } finally {
    await view.end();
  }
}

/** Lets go of the run, whatever ended the following; a person who went away is told how to go on with it. */
async function left(
  { host, interruption }: Asking,
  runs: Runs,
  id: string,
  unkept: string | undefined,
): Promise<void> {
  const isInterrupted = interruption.exitCode() !== undefined;
  const why = isInterrupted ? "its command was interrupted" : "nobody followed it any more";
  const goesOn = await runs.leave(id, why).catch(() => undefined);
  if (!isInterrupted) return;
  const short = shortId(id);
  if (goesOn === true) await showNotice(`Run ${short} goes on. Follow it: aiex runs follow ${short}`, host);
  else if (unkept !== undefined) await showNotice(unkept, host);
  else await showNotice(`Run ${short} is kept. Go on with it: aiex runs resume ${short}`, host);
}

function needText(id: string, { text, choices }: RunQuestion): string {
  const short = shortId(id);
  const isAboutEffect = choices.some((choice) => effectChoiceWords.some((word) => word === choice));
  const advice = isAboutEffect
    ? `Answer it with \`aiex runs resume ${short} --on-unknown ${choices.join("|")}\`.`
    : `Answer it at a terminal, with \`aiex runs follow ${short}\` or \`aiex runs resume ${short}\`.`;
  return `Run ${short} asks, and nobody is at a terminal to answer: ${text}${choicesText(choices)}. ${advice}`;
}
