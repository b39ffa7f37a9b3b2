// One event of a run: as a line for people, and as a line of JSON for programs.
import { printable } from "../../actors/rendering/printable.ts";
import { plural } from "../../actors/rendering/report-order.ts";
import { newsOf } from "../../actors/runs/answer-news.ts";
import type { Kept, RunEntry } from "../../actors/runs/run-entry.ts";
import { shortId } from "../../actors/runs/run-id.ts";
import { escapeJson, sanitizeData } from "../../runtime/observe/sanitize.ts";
import { isRecord } from "../../runtime/wire/shape.ts";
import { paint, type Terminal } from "../terminal.ts";
import { bytesText, millisecondsText } from "./amounts.ts";
import { choicesText, costText, isoTime, timeOfDay, waitText } from "./run-words.ts";

/** `v seq ts run node type` and what the event has beside them; one line. */
export function eventJson(run: string, entry: RunEntry): string {
  const { n, at, node, type, ...rest } = entry;
  return `${escapeJson(JSON.stringify({ v: eventVersion, seq: n, ts: isoTime(at), run, node, type, ...rest }))}\n`;
}

/** What a run came to, as the line behind those of its events: `result` is the document. */
export function resultEvent(
  run: string,
  { n, at, node }: Pick<RunEntry, "n" | "at" | "node">,
  result: unknown,
): string {
  const line = { v: eventVersion, seq: n, ts: isoTime(at), run, node, type: "result", result };
  return `${escapeJson(JSON.stringify(line))}\n`;
}

/** Nothing that a run says is trusted: it is made printable first. */
export function eventText(untrusted: RunEntry, terminal: Terminal): string {
  const entry = sanitizeData(untrusted, (text) => printable(text, terminal));
  const head = `${String(entry.n).padStart(4)}  ${timeOfDay(entry.at)}  ${entry.node}`;
  return `${paint(terminal, "gray", head)}  ${eventWords(entry)}\n`;
}

function eventWords(entry: RunEntry): string {
  switch (entry.type) {
    case "accepted":
      return `accepted: ${entry.spec.title} (${plural(entry.steps, "step")}, by ${entry.spec.by})`;
    case "owned":
      return ownedWords(entry);
    case "released":
      return `let go: ${entry.why}`;
    case "step_started":
      return `step ${entry.step} began${entry.attempt > 1 ? `, attempt ${entry.attempt}` : ""}`;
    case "step_finished":
      return `step ${entry.step} is done${keptWords(entry.output)}${entry.added > 0 ? `, ${plural(entry.added, "step")} more` : ""}`;
    case "step_failed":
      return `step ${entry.step} failed, attempt ${entry.attempt}: ${entry.reason}`;
    case "noted":
      return `${entry.step === "" ? "the run" : `step ${entry.step}`} noted ${entry.key}${keptWords(entry.value)}`;
    case "waiting":
      return waitText({ for: entry.for, why: entry.why, until: entry.until });
    case "going_on":
      return "goes on";
    case "allowed":
      return `may cost ${costText(entry.costUsdMax)} from now on`;
    case "text":
      return `step ${entry.step} writes: ${entry.text}`;
    case "told":
      return toldWords(entry);
    case "done":
      return `done${keptWords(entry.output)}`;
    case "failed":
      return `failed${entry.step === undefined ? "" : ` at step ${entry.step}`}, ${entry.code}: ${entry.message}`;
    case "cancelled":
      return `cancelled by ${entry.by}`;
    default:
      return effectWords(entry);
  }
}

type Owned = Extract<RunEntry, { readonly type: "owned" }>;

function ownedWords({ node, epoch, reason, from, tookMs }: Owned): string {
  const before = from === undefined ? "" : `, from ${from}`;
  const gap = tookMs === undefined ? "" : ` after ${millisecondsText(tookMs)}`;
  return `owned by ${node}${before}${gap} (${reason.replaceAll("_", " ")}, epoch ${epoch})`;
}

function toldWords(entry: Extract<RunEntry, { readonly type: "told" }>): string {
  const { step, name } = entry;
  const news = newsOf(entry);
  if (news === undefined) return partWords(entry) ?? `step ${step} tells ${name}`;
  const { entry: provider, reason } = news;
  return news.name === "restarted"
    ? `step ${step} begins its answer anew, by ${provider}: ${reason}`
    : `${provider} goes on with the answer of step ${step}: ${reason}`;
}

/** Of a part of the run, which is a run of its own. */
function partWords({ step, name, about }: Extract<RunEntry, { readonly type: "told" }>): string | undefined {
  if (name !== "part" || !isRecord(about)) return undefined;
  const { part, run, phase, node } = about;
  if (typeof run !== "string") return undefined;
  return `part ${part} of step ${step} is ${phase} on ${node}, as run ${shortId(run)}`;
}

type EffectEntry = Extract<
  RunEntry,
  { readonly type: "intent" | "outcome" | "asked" | "answered" | "cut_short" | "usage" }
>;

function effectWords(entry: EffectEntry): string {
  switch (entry.type) {
    case "intent":
      return `about to do ${entry.effect} (${entry.kind})`;
    case "outcome": {
      const why = entry.reason === undefined ? "" : `: ${entry.reason}`;
      return `${entry.effect} ${fateWords[entry.fate]}${entry.found ? ", as was found out" : ""}${why}`;
    }
    case "asked":
      return `asks: ${entry.text}${choicesText(entry.choices)}`;
    case "answered":
      return `answered by ${entry.by}: ${entry.choice}`;
    case "cut_short":
      return `step ${entry.step} was cut short by ${entry.by}`;
    case "usage": {
      const { provider, model, inputTokens, outputTokens, costUsd, interrupted } = entry;
      const tokens = `${inputTokens ?? "?"} tokens to it, ${outputTokens ?? "?"} from it`;
      const lost = interrupted ? "; its answer was lost" : "";
      return `asked ${provider}${model === null ? "" : `, ${model}`}: ${tokens}, ${costText(costUsd)}${lost}`;
    }
  }
}

/** What is small is for programs; of what is large it is said how much it is. */
function keptWords(kept: Kept): string {
  return "blob" in kept ? ` (${bytesText(kept.bytes)})` : "";
}

const fateWords = { done: "happened", not_done: "did not happen", failed: "failed" } as const;

/** Of the shape of these lines. */
const eventVersion = 1;
