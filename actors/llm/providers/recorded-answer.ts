// An answer that a provider gave, as a script has it: pure.
import { sanitizeData } from "../../../runtime/observe/sanitize.ts";
import type { Secret } from "../../../runtime/secret.ts";
import { mask, maskSecrets } from "../../workspace/masking.ts";
import type { Completion, CompletionRequest } from "../completion.ts";
import type { ModelEvent, ToolCall } from "../model-event.ts";
import { ProviderError } from "../provider.ts";
import type { ScriptedAnswer } from "./scripted-answers.ts";
import { lastUserMessage, messageDigest } from "./scripted-turn.ts";

export interface TimedEvent {
  readonly event: ModelEvent;
  /** Milliseconds since the request. */
  readonly atMs: number;
}

export interface Heard {
  readonly entry: string;
  readonly request: CompletionRequest;
  readonly events: readonly TimedEvent[];
  readonly end: Completion | ProviderError;
  /** Milliseconds from the request to its end. */
  readonly tookMs: number;
  readonly secrets: readonly Secret[];
}

/** A message up to this length stands in the script as it is, so that a person sees what is answered. */
const whenCharactersMax = 2_000;

type Pieces = Exclude<ScriptedAnswer["say"], string | undefined>;

export function recordedAnswer({ entry, request, events, end, tookMs, secrets }: Heard): ScriptedAnswer {
  const safe = (text: string): string => withoutSecrets(text, secrets);
  const lastMs = events.at(-1)?.atMs ?? 0;
  const heard = end instanceof ProviderError ? events : withRest(events, end, tookMs);
  return {
    entry,
    ...whenOf(lastUserMessage(request), safe),
    say: piecesOf(heard, safe),
    // Before its end, where nothing was said before the first piece either.
    ...(heard.length === 0 ? { after_ms: whole(tookMs) } : { every_ms: whole(tookMs - lastMs) }),
    ...(end instanceof ProviderError ? { fail: failOf(end, safe) } : endOf(end)),
  };
}

/** What was answered but never heard, as of a provider that does not stream. */
function withRest(
  events: readonly TimedEvent[],
  { text, tool_calls = [] }: Completion,
  tookMs: number,
): readonly TimedEvent[] {
  const said = events.some(({ event }) => event.type === "text");
  const called = events.some(({ event }) => event.type === "tool_call");
  const rest: ModelEvent[] = [
    ...(said || text === "" ? [] : [{ type: "text" as const, text }]),
    ...(called ? [] : tool_calls.map((call) => ({ type: "tool_call" as const, call }))),
  ];
  return [...events, ...rest.map((event) => ({ event, atMs: tookMs }))];
}

function whenOf(
  message: string,
  safe: (text: string) => string,
): Pick<ScriptedAnswer, "when" | "when_digest"> {
  if (message === "") return {};
  const isShown = message.length <= whenCharactersMax && safe(message) === message;
  return isShown ? { when: message } : { when_digest: messageDigest(message) };
}

/** Text that came in the same millisecond is one piece. A secret may have come in several, so it is looked for in the whole. */
function piecesOf(events: readonly TimedEvent[], safe: (text: string) => string): Pieces {
  const texts = { text: cut(events, "text", safe), reasoning: cut(events, "reasoning", safe) };
  const pieces: Pieces = [];
  let beforeMs = 0;
  for (const { event, atMs } of events) {
    const after_ms = whole(atMs - beforeMs);
    beforeMs += after_ms;
    const last = pieces.at(-1);
    if (event.type === "tool_call") {
      const { id, name, arguments: given } = event.call;
      pieces.push({ tool_call: { id, name, arguments: safeArguments(given, safe) }, after_ms });
    } else if (event.type === "text") {
      const text = texts.text.shift() ?? "";
      if (after_ms === 0 && typeof last === "object" && "text" in last) last.text += text;
      else pieces.push({ text, after_ms });
    } else {
      const reasoning = texts.reasoning.shift() ?? "";
      if (after_ms === 0 && typeof last === "object" && "reasoning" in last) last.reasoning += reasoning;
      else pieces.push({ reasoning, after_ms });
    }
  }
  return pieces;
}

/** What was said in one way, its secrets masked, in as many pieces as it came in. */
function cut(
  events: readonly TimedEvent[],
  type: "text" | "reasoning",
  safe: (text: string) => string,
): string[] {
  const parts = events.flatMap(({ event }) => (event.type === type && "text" in event ? [event.text] : []));
  const said = parts.join("");
  const masked = safe(said);
  if (masked === said) return parts;
  let at = 0;
  return parts.map((part, index) => {
    const end = index === parts.length - 1 ? masked.length : at + part.length;
    const piece = masked.slice(at, end);
    at = end;
    return piece;
  });
}

function endOf({ finish, model, usage }: Completion): Partial<ScriptedAnswer> {
  return {
    ...(finish === "partial" ? {} : { finish }),
    model,
    ...(usage === undefined ? {} : { usage }),
  };
}

function failOf(
  { code, message, retryAfterMs, phase }: ProviderError,
  safe: (text: string) => string,
): NonNullable<ScriptedAnswer["fail"]> {
  return {
    code,
    message: safe(message).slice(0, 1_000),
    ...(retryAfterMs === undefined ? {} : { retry_after_ms: whole(retryAfterMs) }),
    ...(phase === undefined ? {} : { phase }),
  };
}

function withoutSecrets(text: string, secrets: readonly Secret[]): string {
  const known = secrets.reduce((rest, secret) => {
    const value = secret.reveal();
    return value === "" ? rest : rest.replaceAll(value, mask);
  }, text);
  const prose = maskSecrets(known, { isCode: false });
  if (!/^\s*[{[]/.test(known)) return prose.text;
  const named = maskSecrets(known, { isCode: true });
  if (prose.masked + named.masked === 0) return known;
  // JSON stays JSON: a name tells of the string beside it, and the rest is looked for in each string.
  try {
    const data: unknown = JSON.parse(named.text);
    return JSON.stringify(sanitizeData(data, (one) => maskSecrets(one, { isCode: false }).text));
  } catch {
    return prose.text;
  }
}

/** Empty where it is no JSON any more. */
function safeArguments(
  given: ToolCall["arguments"],
  safe: (text: string) => string,
): Record<string, unknown> {
  try {
    return JSON.parse(safe(JSON.stringify(given)));
  } catch {
    return {};
  }
}

function whole(ms: number): number {
  return Math.min(3_600_000, Math.max(0, Math.round(ms)));
}
