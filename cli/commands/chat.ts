// `aiex ai chat`: a conversation with a model, as a run of this program or of a node, from a terminal, a pipe, or one message.
import { conversationTypes, sayKey, turnOf } from "../../actors/chat/conversation.ts";
import { shortId } from "../../actors/runs/run-id.ts";
import { isOver } from "../../actors/runs/run-summary.ts";
import { type ChatOrder, chatKind } from "../../supervisors/runs/chat.ts";
import { RunRefused } from "../../supervisors/runs/refused.ts";
import type { RunShown, Runs, ServedWorkspace } from "../../supervisors/runs/runs.ts";
import type { Asking } from "../asking.ts";
import { History, historyPath } from "../attach/history.ts";
import { terminalLimits } from "../attach/limits.ts";
import type { LineInput } from "../attach/screen.ts";
import type { ChatInput } from "../chat/line-queue.ts";
import { type ChatFormat, talk } from "../chat/talk.ts";
import type { ExitCode } from "../exit-codes.ts";
import { showNotice } from "../failure.ts";
import type { Host, Settings } from "../host.ts";
import { withLibrary } from "../library.ts";
import { stdinBytesMax } from "../limits.ts";
import { numberValue, optionValue, type ParsedCommand } from "../parse.ts";
import { placementBy, placementOf } from "../placement.ts";
import { type RunPlace, runsAt, withRun } from "../run-places.ts";
import { workspaceFor } from "../served-workspace.ts";
import { sessionChoice } from "../session-choice.ts";
import { readSettings } from "../settings.ts";
import { readStdin } from "../stdin.ts";
import { UsageError } from "../usage.ts";

const topic = "ai chat";
const allowedWords = ["read", "change"] as const;

/** What every way into a conversation needs. */
interface Begun {
  readonly settings: Settings;
  readonly input: ChatInput;
}

export async function chat(asking: Asking): Promise<ExitCode> {
  const { parsed, host, interruption } = asking;
  const resumed = optionValue(parsed, "resume");
  const forked = optionValue(parsed, "fork");
  if (resumed !== undefined && forked !== undefined)
    throw new UsageError(
      "--resume goes on with a conversation and --fork with a copy of it. Give one of them.",
      topic,
    );
  const earlier = resumed ?? forked;
  if (earlier !== undefined) refuseWith(parsed, resumed === undefined ? "fork" : "resume");
  const settings = await readSettings(host, interruption);
  const begun = { settings, input: await inputOf(asking) };
  if (earlier !== undefined) return goOn(asking, begun, earlier, forked !== undefined);
  const said = placementOf(parsed, host);
  const placement = said === "here" ? undefined : (said ?? placementBy(await settings.connection()));
  const order = orderOf(parsed);
  if (placement === undefined) {
    const here = await settings.chat(order);
    return withLibrary(settings, host, interruption, async ({ runs, notice }) =>
      talked(asking, begun, { runs, isOwn: true }, await runs.submit(here), { unkept: notice }),
    );
  }
  const serve = await settings.workspace();
  const there = await settings.chat({ ...order, workspace: serve.ref });
  const remotes = await interruption.orInterrupted(host.remotes());
  return runsAt(asking, remotes, placement, async ({ runs, node }) => {
    const id = await runs.submit(there, placement.node === undefined ? undefined : node);
    return talked(asking, begun, { runs, isOwn: false }, id, { serve });
  });
}

/** With a conversation that there is, or with another one that begins with what was said in it. */
async function goOn(asking: Asking, begun: Begun, earlier: string, isForked: boolean): Promise<ExitCode> {
  const use = async ({ runs, isOwn, summary }: RunPlace & { readonly summary: RunShown["summary"] }) => {
    if (summary.kind !== chatKind)
      throw new RunRefused(
        "bad_run",
        `Run ${shortId(summary.id)} is no conversation (${summary.kind}). Go on with it: aiex runs resume ${shortId(summary.id)}`,
      );
    const shown = await runs.show(summary.id);
    if (isForked) {
      const id = await runs.fork(summary.id, lastQuestion(shown));
      return talked(asking, begun, { runs, isOwn }, id, { shownFrom: shownFrom(await runs.show(id)) });
    }
    if (isOver(summary.phase) && summary.phase !== "failed")
      throw new RunRefused(
        "run_over",
        `Conversation ${shortId(summary.id)} is over (${summary.phase}). Go on with a copy of it: aiex ai chat --fork ${shortId(summary.id)}`,
      );
    const { id } = await runs.resume(summary.id);
    const serve = isOwn ? undefined : await workspaceFor(asking, runs, id);
    return talked(asking, begun, { runs, isOwn }, id, { serve, shownFrom: shownFrom(shown) });
  };
  return withRun(asking, earlier, use, { goesOn: true });
}

interface Talked {
  readonly serve?: ServedWorkspace | undefined;
  readonly unkept?: string | undefined;
  readonly shownFrom?: number;
}

async function talked(
  { parsed, host, interruption }: Asking,
  { settings, input }: Begun,
  { runs }: { readonly runs: Runs; readonly isOwn: boolean },
  run: string,
  { serve, unkept, shownFrom = 1 }: Talked,
): Promise<ExitCode> {
  if (unkept !== undefined) await showNotice(unkept, host);
  const format = formatOf(parsed);
  return talk({ host, interruption, settings, runs, run, input, format, shownFrom, serve, unkept });
}

/** A conversation is gone on with as it is. */
function refuseWith({ options }: ParsedCommand, way: string): void {
  const given = [
    "conversation-type",
    "context",
    "provider",
    "model",
    "allow",
    "max-cost",
    "deadline",
    "session",
    "no-session",
  ].find((name) => options.has(name));
  if (given === undefined) return;
  throw new UsageError(
    `--${given} belongs to a new conversation, and --${way} goes on with one as it is. /context, /model and /provider change it from within.`,
    topic,
  );
}

function orderOf(parsed: ParsedCommand): ChatOrder {
  const type = optionValue(parsed, "conversation-type");
  const path = optionValue(parsed, "context");
  return {
    type: conversationTypes.find((word) => word === type),
    paths: path === undefined ? [] : [path],
    provider: optionValue(parsed, "provider"),
    model: optionValue(parsed, "model"),
    allowed: allowedWords.find((word) => word === optionValue(parsed, "allow")) ?? "ask",
    deadlineMs: numberValue(parsed, "deadline"),
    costUsdMax: numberValue(parsed, "max-cost"),
    session: sessionChoice(parsed),
  };
}

async function inputOf({ parsed, host, interruption }: Asking): Promise<ChatInput> {
  const message = optionValue(parsed, "message");
  if (message !== undefined) {
    const bytes =
      message === "-"
        ? await interruption.orInterrupted(
            readStdin(host.stdin, stdinBytesMax, "a shorter message, or a file with --context"),
          )
        : undefined;
    const text = bytes === undefined ? message : new TextDecoder().decode(bytes);
    if (text.trim() === "") throw new UsageError("--message holds no text.", topic);
    return { kind: "message", text };
  }
  if (!("pipe" in host.stdin))
    throw new UsageError("Standard input cannot be read line by line here. Use --message.", topic);
  const stream = host.stdin as Host["stdin"] & LineInput;
  const { env, stdout, world } = host;
  const isTerminal = stream.isTTY === true && stdout.isTTY === true && env.TERM !== "dumb";
  const kind = isTerminal && formatOf(parsed) === "text" ? "terminal" : "lines";
  const file = kind === "terminal" ? new History(world.files, historyPath(env, "chat-history")) : undefined;
  const lines = (await file?.load()) ?? [];
  return { kind, stream, history: { lines, linesMax: terminalLimits.historyLinesMax, file } };
}

function formatOf(parsed: ParsedCommand): ChatFormat {
  const format = optionValue(parsed, "format");
  return format === "json" || format === "ndjson" ? format : "text";
}

/** The event in which a conversation asked last what the person wants to say: from there on it goes on. */
function lastQuestion({ entries }: RunShown): number | undefined {
  return entries.findLast((entry) => entry.type === "asked" && isSay(entry))?.n;
}

/** What a person has not seen yet: the answer that was under way, else nothing. */
function shownFrom({ entries, summary }: RunShown): number {
  const said = entries.findLast(
    (entry) => entry.type === "answered" && isSay({ ...entry, step: stepOf(entry) }),
  );
  const isUnderWay =
    said !== undefined && !entries.some((entry) => entry.type === "step_finished" && entry.n > said.n);
  return isUnderWay ? said.n : summary.n + 1;
}

function isSay({ question, step }: { readonly question: string; readonly step: string }): boolean {
  return turnOf(step) !== undefined && question === `${step}/${sayKey}`;
}

function stepOf({ question }: { readonly question: string }): string {
  return question.slice(0, question.lastIndexOf("/"));
}
