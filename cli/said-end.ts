// What an answer came to that was followed to its end: who gave it and what it took, and the exit code.
import { CompletionFailed, type Failure } from "../actors/llm/failure.ts";
import type { Said } from "../actors/operations/say.ts";
import type { RunEnd, Runs } from "../supervisors/runs/runs.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import { showNotice } from "./failure.ts";
import type { AnswerView } from "./followed-answer.ts";
import type { Host } from "./host.ts";
import { millisecondsText } from "./render/amounts.ts";
import { renderJson } from "./render/json.ts";
import { costText } from "./render/run-words.ts";
import { resultOf } from "./run-end.ts";

/** What a run is called whose output is an answer. */
export const answerKind = "answer";

/** @param isKept false where a run that failed cannot be tried again, as nothing is kept of it @throws what `resultOf` throws */
export async function saidIn(runs: Runs, end: RunEnd, isKept = true): Promise<Said> {
  const result = await resultOf(runs, end, isKept);
  return (result.kind === "data" ? result.output : undefined) as Said;
}

/** Undefined where it was not answered. */
export function saidCode(said: Said): ExitCode | undefined {
  if (!said.ok) return undefined;
  return said.completion.finish === "partial" ? exitCodes.partial : exitCodes.ok;
}

type Told = Extract<Said, { readonly ok: true }>;

/** The text was shown as it came; this says what it took, with the times of `asked` where this command has asked. */
export async function showSaid(host: Host, said: Said, asked: AnswerView | undefined): Promise<ExitCode> {
  const told = toldIn(said);
  const { completion, entry, costUsd } = told;
  const { usage, request_id: id } = completion;
  const tokens =
    usage === undefined ? "" : `, ${usage.input_tokens} tokens to it, ${usage.output_tokens} from it`;
  const request = id === undefined ? "" : `, request ${id}`;
  const who = `${entry}, ${completion.model}${request}`;
  await showNotice(`${who}${tokens}, ${costText(costUsd)}${timesText(asked)}.`, host);
  return showPart(host, told);
}

/** All of it for programs, why there is no answer too. @throws {CompletionFailed} it was not answered */
export async function showSaidJson(
  host: Host,
  said: Said,
  { firstMs, tookMs }: AnswerView,
): Promise<ExitCode> {
  const times = { first_ms: firstMs === undefined ? null : Math.round(firstMs), took_ms: Math.round(tookMs) };
  const { parts, ...what } = said.ok ? shownAnswer(said) : unanswered(said.failure);
  const failure = said.failure === undefined ? null : shownFailure(said.failure);
  await host.stdout.write(renderJson({ schema: "aiex.llm-test/1", ...what, ...times, parts, failure }));
  return showPart(host, toldIn(said));
}

function shownAnswer({ completion, entry, parts, costUsd }: Told) {
  const { text, model, finish, usage = null, request_id = null } = completion;
  return { ...{ entry, model, finish, text, usage, cost_usd: costUsd }, request_id, parts };
}

function unanswered({ entry, requestId }: Failure) {
  const nothing = { model: null, finish: null, text: "", usage: null, cost_usd: null };
  return { entry: entry ?? null, ...nothing, request_id: requestId ?? null, parts: [] };
}

function shownFailure({ code, message, retryable, entry, retryAfterMs, phase, requestId }: Failure) {
  return {
    ...{ code, message, retryable, entry: entry ?? null, phase: phase ?? null },
    ...{ request_id: requestId ?? null, retry_after_ms: retryAfterMs ?? null },
  };
}

/** @throws {CompletionFailed} */
function toldIn(said: Said): Told {
  if (said.ok) return said;
  throw new CompletionFailed(said.failure, said.tries);
}

async function showPart(host: Host, told: Told): Promise<ExitCode> {
  const { failure } = told;
  if (failure !== undefined) await showNotice(`That is a part of an answer only. ${failure.message}`, host);
  return saidCode(told) ?? exitCodes.ok;
}

function timesText(asked: AnswerView | undefined): string {
  if (asked === undefined) return "";
  const { firstMs, tookMs } = asked;
  const first = firstMs === undefined ? "" : `the first words after ${millisecondsText(firstMs)}, `;
  return `; ${first}all of it after ${millisecondsText(tookMs)}`;
}
