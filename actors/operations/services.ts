// What operations ask: the files of their run's workspace, and the parsers by their registered names.
import type { AnswerCache } from "../analysis/answer-cache.ts";
import { askParser } from "../analysis/ask-parser.ts";
import type { BareRequest, BareResponse, ParseRequest, ParseResponse } from "../analysis/protocol.ts";
import type { ContextAnswers, ContextQuestion } from "../context/index/question.ts";
import type { StepContext } from "../pipeline/plan.ts";
import { runProcessName } from "../runs/run-desk-protocol.ts";
import type { NamedPath, OwnerAway } from "../workspace/access.ts";
import { awaitWorkspace } from "../workspace/desk-protocol.ts";
import type { KeptFile, Listing, ReaderFailure, ReadRequest, ReadSource } from "../workspace/reader.ts";

/** @throws what the access throws where the workspace's owner ends meanwhile: the step is then tried again */
export async function listFiles(
  context: StepContext,
  path: string,
  how: NamedPath = {},
): Promise<Listing | ReaderFailure> {
  return present(context, await context.workspace.list(path, how));
}

/** A file as it was when any step of the run read it first, where its workspace keeps that; else as it is now. */
export async function readFile(
  context: StepContext,
  request: ReadRequest,
): Promise<ReadSource | ReaderFailure> {
  const key = JSON.stringify(["file", request.root ?? null, request.path]);
  const kept = (await context.recall(key, "run")) as KeptFile | undefined;
  const asked = kept === undefined ? request : { ...request, kept };
  const answer = await present(context, await context.workspace.read(asked));
  if (answer.ok && answer.kept !== undefined && answer.kept.hash !== kept?.hash)
    await context.note(key, answer.kept, "run");
  return answer;
}

/** What the index of the files says, wherever those are. @throws as `listFiles` */
export async function askWorkspace<Q extends ContextQuestion>(
  context: StepContext,
  question: Q,
): Promise<ContextAnswers[Q["kind"]]> {
  const answer = await present(context, await context.workspace.context(question));
  return answer as ContextAnswers[Q["kind"]];
}

/** What only the owner of the workspace can say; where it is away, the run waits for it and this step is tried again then. */
export async function present<Answer extends object>(
  context: StepContext,
  answer: Answer | OwnerAway,
): Promise<Answer> {
  if (!isAway(answer)) return answer;
  // First it waits, then it says so: whoever hears of it may be back already.
  const waiting = context.wait("workspace", answer.message);
  awaitWorkspace(answer.workspace, runProcessName(context.run));
  return waiting;
}

function isAway(answer: object): answer is OwnerAway {
  return "code" in answer && answer.code === "workspace_away";
}

/** Whether two texts are the same but for their comments and docstrings. */
export function compareBare(index: number, request: BareRequest): Promise<BareResponse> {
  return askParser(index, request);
}

/** What the parsers say of a text, from the cache where they have said it before. */
export async function parse(
  index: number,
  request: ParseRequest,
  cache: AnswerCache,
): Promise<ParseResponse> {
  const kept = await cache.get(request);
  if (kept !== undefined) return kept;
  const answer = await askParser(index, request);
  if (answer.ok) await cache.put(request, answer);
  return answer;
}
