// What can be asked of a node from outside, and how it answers: the verbs of `ctl` subjects, as JSON. The two sides may be of
// different versions: what is not known is left out, and what cannot be understood is answered with an error that says so.
import { z } from "zod";
import { type ContextOrder, type ContextOrdered, contextOrder, contextOrdered } from "./context-shapes.ts";
import { ControlRefused, decodeJson, openAnswer, strangeAnswer } from "./envelope.ts";
import { controlLimits } from "./limits.ts";
import { type LlmOrder, type LlmOrdered, llmOrder, llmOrdered } from "./llm-shapes.ts";
import { type Questions, questions, type ReportName, type Reports, reports } from "./reports.ts";
import {
  type RunsAnswer,
  type RunsRequest,
  runsAnswer,
  runsRequest,
  type WorkRequest,
  workRequest,
} from "./run-requests.ts";

/** `{ what: "top", by: "memoryBytes" }` and its like. */
export type InspectRequest = { [W in ReportName]: { readonly what: W } & Questions[W] }[ReportName];

/** The answer to a question, under the same word. */
export type InspectAnswer = {
  [W in ReportName]: { readonly what: W; readonly report: Reports[W] };
}[ReportName];

/** A process by its name or by its pid as `formatPid` writes it; on which node is said beside it. */
const target = z.string().min(1).max(1_000);

/** A part of the name of a placed child. */
const placed = z.string().min(1).max(1_000);

const relayTimeoutMs = z.number().min(0).max(controlLimits.relayTimeoutMsMax).optional();

const relayRequest = z.discriminatedUnion("what", [
  /** A request to another node, handed on as it is. */
  z.object({
    what: z.literal("control"),
    to: z.string(),
    verb: z.string().regex(/^[a-z_]{1,32}$/),
    request: z.record(z.string(), z.unknown()),
    timeoutMs: relayTimeoutMs,
  }),
  z.object({ what: z.literal("send"), to: z.string(), target, message: z.unknown().optional() }),
  z.object({
    what: z.literal("call"),
    to: z.string(),
    target,
    type: z.string(),
    payload: z.unknown().optional(),
    timeoutMs: relayTimeoutMs,
  }),
]);

const asked = {
  inspect: z.looseObject({ what: z.string() }),
  /** Stops in good order; the answer comes before the node is gone. */
  stop: z.object({}),
  /** Hands over what the node owns, then stops; the answer comes when that has begun, and `inspect` tells how far it is. */
  drain: z.object({ deadlineMs: z.number().min(0).max(controlLimits.drainDeadlineMsMax) }),
  /** Has another node own a placed child; the answer comes when it runs there. */
  move: z.object({ supervisor: placed, id: placed, node: z.string().min(1).max(1_000) }),
  /** Becomes a member of the cluster whose broker is at `url`. `credentials` is the text of a file, not its path. */
  join: z.object({
    url: z.string().min(1).max(2_000),
    cluster: z.string().optional(),
    credentials: z.string().max(controlLimits.credentialsCharactersMax).optional(),
    tlsCa: z.string().max(controlLimits.credentialsCharactersMax).optional(),
  }),
  relay: relayRequest,
  /** Reads runs. */
  runs: runsRequest,
  /** Has runs begun, ended and gone on with. */
  work: workRequest,
  /** Has something done about language models: a breaker opened or closed. */
  llm: llmOrder,
  /** Has something done about a session. */
  context: contextOrder,
} as const;

const answered = {
  inspect: z.object({ what: z.string(), report: z.unknown() }),
  stop: z.object({ incarnation: z.number(), osPid: z.number() }),
  /** `isNew` is false where it was draining already, until the deadline that it was given first. */
  drain: z.object({ incarnation: z.number(), osPid: z.number(), isNew: z.boolean().default(true) }),
  move: z.object({}),
  join: z.object({ url: z.string(), members: z.array(z.string()).default([]) }),
  /** For `control` what the other node answered, as it came; for `call` the reply; for `send` nothing. */
  relay: z.object({ value: z.unknown() }),
  runs: runsAnswer,
  work: runsAnswer,
  llm: llmOrdered,
  context: contextOrdered,
} as const;

export type ControlVerb = keyof typeof asked;
export const controlVerbs = Object.keys(asked) as readonly ControlVerb[];

export interface ControlRequests {
  readonly inspect: { readonly asks: InspectRequest; readonly answers: InspectAnswer };
  readonly stop: {
    readonly asks: z.input<typeof asked.stop>;
    readonly answers: z.output<typeof answered.stop>;
  };
  readonly drain: {
    readonly asks: z.input<typeof asked.drain>;
    readonly answers: z.output<typeof answered.drain>;
  };
  readonly move: {
    readonly asks: z.input<typeof asked.move>;
    readonly answers: z.output<typeof answered.move>;
  };
  readonly join: {
    readonly asks: z.input<typeof asked.join>;
    readonly answers: z.output<typeof answered.join>;
  };
  readonly relay: {
    readonly asks: z.input<typeof relayRequest>;
    readonly answers: z.output<typeof answered.relay>;
  };
  readonly runs: { readonly asks: RunsRequest; readonly answers: RunsAnswer };
  readonly work: { readonly asks: WorkRequest; readonly answers: RunsAnswer };
  readonly llm: { readonly asks: LlmOrder; readonly answers: LlmOrdered };
  readonly context: { readonly asks: ContextOrder; readonly answers: ContextOrdered };
}

/** @throws {ControlRefused} it is none */
export function decodeRequest<V extends ControlVerb>(
  self: string,
  verb: V,
  payload: Uint8Array,
): ControlRequests[V]["asks"] {
  const parsed = asked[verb].safeParse(decodeJson(self, payload, "bad_request"));
  if (!parsed.success) throw new ControlRefused(self, "bad_request", notUnderstood(self, verb, parsed.error));
  if (verb !== "inspect") return parsed.data as ControlRequests[V]["asks"];
  return question(self, parsed.data as { readonly what: string }) as ControlRequests[V]["asks"];
}

/** @throws {ControlRefused} what the other side refused with, or that its answer cannot be understood */
export function decodeAnswer<V extends ControlVerb>(
  node: string,
  verb: V,
  payload: Uint8Array,
): ControlRequests[V]["answers"] {
  return readAnswer(node, verb, openAnswer(node, payload));
}

/** @throws {ControlRefused} it is no answer to this verb */
export function readAnswer<V extends ControlVerb>(
  node: string,
  verb: V,
  answer: unknown,
): ControlRequests[V]["answers"] {
  const value = answered[verb].safeParse(answer);
  if (!value.success) throw strangeAnswer(node);
  if (verb !== "inspect") return value.data as ControlRequests[V]["answers"];
  const { what, report } = value.data as { readonly what: string; readonly report: unknown };
  const schema = Object.hasOwn(reports, what) ? reports[what as ReportName] : undefined;
  const read = schema?.safeParse(report);
  if (read?.success !== true) throw strangeAnswer(node);
  return { what, report: read.data } as ControlRequests[V]["answers"];
}

function question(self: string, given: { readonly what: string }): InspectRequest {
  const { what } = given;
  if (!Object.hasOwn(questions, what)) {
    const known = Object.keys(questions).join(", ");
    throw new ControlRefused(
      self,
      "unknown_request",
      `Node "${self}" cannot tell ${JSON.stringify(what.slice(0, 60))} of itself; it knows ${known}. It may be of an older version than this command.`,
    );
  }
  const parsed = questions[what as ReportName].safeParse(given);
  if (!parsed.success) throw new ControlRefused(self, "bad_request", notUnderstood(self, what, parsed.error));
  return { ...parsed.data, what } as InspectRequest;
}

function notUnderstood(self: string, verb: string, { issues }: z.ZodError): string {
  const [first] = issues;
  const at =
    first === undefined ? "" : ` ${first.path.map(String).join(".") || "all of it"}: ${first.message}.`;
  return `Node "${self}" does not understand the request "${verb}".${at} The versions of the command and of the node may be too far apart.`;
}
