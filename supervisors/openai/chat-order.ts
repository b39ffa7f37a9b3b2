// A request for a chat completion in OpenAI's form, as an order for the coordinator.
import { type CompletionOrder, completionOrder } from "../../actors/llm/completion.ts";
import { type ChatRequest, chatRequest } from "./chat-request.ts";
import { endpointLimits } from "./limits.ts";
import { modelChoice } from "./model-word.ts";
import { badRequest, type Problem } from "./problem.ts";

export interface ChatOrder {
  readonly order: CompletionOrder;
  /** The model as it was named. */
  readonly model: string;
  readonly isStream: boolean;
  /** Whether a stream ends with what was used. */
  readonly wantsUsage: boolean;
  /** What was given and changes nothing: wishes that not every provider knows, and words that nobody here does. */
  readonly ignored: readonly string[];
}

export type ReadOrder =
  | { readonly ok: true; readonly order: ChatOrder }
  | { readonly ok: false; readonly problem: Problem };

/** @param body as it came: what is no JSON is refused like any other */
export function readChatOrder(body: Uint8Array): ReadOrder {
  const json = parsed(body);
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    return refused(badRequest("The body must be one JSON object: { model, messages, ... }."));
  }
  const given = json as Readonly<Record<string, unknown>>;
  const unable = unableOf(given);
  if (unable !== undefined) return refused(unable);
  const read = chatRequest.safeParse(given);
  if (!read.success) return refused(issueProblem(read.error.issues[0]));
  const { data } = read;
  const order = orderOf(data);
  // What nobody may ask of a model is refused here, in the words of who asked.
  const checked = completionOrder.safeParse(order);
  if (!checked.success) return refused(issueProblem(checked.error.issues[0]));
  return {
    ok: true,
    order: {
      order,
      model: data.model,
      isStream: data.stream === true,
      wantsUsage: data.stream_options?.include_usage === true,
      ignored: ignoredOf(given),
    },
  };
}

function orderOf(chat: ChatRequest): CompletionOrder {
  const { messages, temperature, tools, tool_choice, response_format, stream } = chat;
  const { provider, model } = modelChoice(chat.model);
  const most = chat.max_completion_tokens ?? chat.max_tokens;
  const user = chat.user ?? chat.safety_identifier;
  const schema = response_format?.type === "json_schema" ? response_format.json_schema : undefined;
  return {
    request: {
      messages,
      ...(model === undefined ? {} : { model }),
      ...(most == null ? {} : { max_output_tokens: most }),
      ...(temperature == null ? {} : { temperature }),
      ...(schema === undefined ? {} : { answer_schema: { name: schema.name, schema: schema.schema } }),
      ...(tools == null || tools.length === 0 ? {} : { tools }),
      ...(tool_choice == null ? {} : { tool_choice }),
    },
    ...(provider === undefined ? {} : { provider }),
    ...(user == null || user === "" ? {} : { user }),
    // Who has it streamed looks on.
    lane: stream === true ? "interactive" : "normal",
    deadline_ms: endpointLimits.answerMsMax,
    limit_wait_ms: endpointLimits.limitWaitMsMax,
  };
}

/** What would change the meaning of the answer, and cannot be had. Whoever asks for it must hear so. */
const unable: Readonly<Record<string, (value: unknown) => string | undefined>> = {
  n: (value) =>
    value === 1 ? undefined : "Only one answer at a time can be had: leave n out, and ask again",
  stop: (value) =>
    isEmpty(value) ? undefined : "Words that end an answer are not passed on: leave stop out",
  logprobs: (value) => (value === false ? undefined : "Likelihoods cannot be had: leave logprobs out"),
  top_logprobs: (value) => (value === 0 ? undefined : "Likelihoods cannot be had: leave top_logprobs out"),
  logit_bias: (value) =>
    isEmpty(value) ? undefined : "Single tokens cannot be weighed: leave logit_bias out",
  functions: (value) => (isEmpty(value) ? undefined : "Give functions as tools: [{ type, function }]"),
  function_call: (value) => (value === "auto" || value === "none" ? undefined : "Give tool_choice instead"),
  audio: () => "There are answers in text only: leave audio out",
  modalities: (value) =>
    Array.isArray(value) && value.every((one) => one === "text")
      ? undefined
      : 'There are answers in text only: modalities is ["text"]',
  web_search_options: () => "Searching the web cannot be had: leave web_search_options out",
};

function unableOf(given: Readonly<Record<string, unknown>>): Problem | undefined {
  for (const [name, refusal] of Object.entries(unable)) {
    const value = given[name];
    const why = value == null ? undefined : refusal(value);
    if (why !== undefined) return badRequest(`${why}.`, name, "unsupported_parameter");
  }
  return undefined;
}

const used = new Set([...Object.keys(chatRequest.shape), ...Object.keys(unable)]);

function ignoredOf(given: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.keys(given)
    .filter((name) => !used.has(name) && given[name] != null && /^[\w.-]{1,64}$/.test(name))
    .slice(0, ignoredShownMax);
}

// They go into a header.
const ignoredShownMax = 20;

interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

function issueProblem(issue: Issue | undefined): Problem {
  const { path, message } = issue ?? { path: [], message: "it is not accepted" };
  const own = path[0] === "request" ? path.slice(1) : path;
  const param = own.map(String).join(".");
  if (param === "") return badRequest(`The request is not accepted: ${message}.`);
  return badRequest(`${param}: ${message}.`, param);
}

function parsed(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    return undefined;
  }
}

function isEmpty(value: unknown): boolean {
  if (typeof value === "string") return value === "";
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}

function refused(problem: Problem): ReadOrder {
  return { ok: false, problem };
}
