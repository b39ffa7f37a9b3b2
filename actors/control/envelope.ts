// What stands around a request to a node and around its answer, as JSON. Commands read it without the shapes of all that can be
// asked: to load those takes longer than most commands.
import { AiexError } from "../../runtime/errors.ts";

/** Counts what an older reader would misunderstand; a new field is no reason. */
export const controlVersion = 1;

/** A node answered that it cannot, or will not, or did not understand. `code` is the other side's, such as "noproc". */
export class ControlRefused extends AiexError {
  readonly code: string;
  readonly node: string;
  constructor(node: string, code: string, message: string, retryable = false) {
    super(message, { details: { node }, retryable });
    this.node = node;
    this.code = code;
  }
}

/** Who answered, beside what. */
export interface Answerer {
  readonly node: string;
  readonly incarnation: number;
  /** The version of its program. */
  readonly program: string;
}

export function encodeRequest(request: Readonly<Record<string, unknown>>): Uint8Array {
  return encoded({ v: controlVersion, ...request });
}

export function encodeAnswer(answerer: Answerer, value: unknown): Uint8Array {
  return encoded({ v: controlVersion, ...answerer, ok: true, value });
}

export function encodeRefusal(answerer: Answerer, { code, message, retryable }: AiexError): Uint8Array {
  return encoded({ v: controlVersion, ...answerer, ok: false, error: { code, message, retryable } });
}

/**
 * What was answered, whatever it is: a node that hands it on need not understand it.
 * @throws {ControlRefused} what the other side refused with, or that this is no answer
 */
export function openAnswer(node: string, payload: Uint8Array): unknown {
  const answer = fieldsOf(decodeJson(node, payload, "bad_answer"));
  if (answer?.ok === true) return answer.value;
  const { code, message, retryable = false } = fieldsOf(answer?.error) ?? {};
  const isRefusal = answer?.ok === false && typeof code === "string" && typeof message === "string";
  if (!isRefusal || typeof retryable !== "boolean") throw strangeAnswer(node);
  throw new ControlRefused(node, code, message, retryable);
}

/** What a relayed request came to. @throws {ControlRefused} it is no answer to one */
export function relayedValue(node: string, answer: unknown): unknown {
  const fields = fieldsOf(answer);
  if (fields === undefined) throw strangeAnswer(node);
  return fields.value;
}

export function strangeAnswer(node: string): ControlRefused {
  return new ControlRefused(
    node,
    "bad_answer",
    `What node "${node}" answered cannot be understood. Use a command of the same version as the node.`,
  );
}

/** @throws {ControlRefused} with `code` */
export function decodeJson(node: string, payload: Uint8Array, code: "bad_request" | "bad_answer"): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(payload));
  } catch {
    throw new ControlRefused(
      node,
      code,
      `What came ${code === "bad_answer" ? "from" : "for"} node "${node}" is no JSON.`,
    );
  }
}

function encoded(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return isObject ? (value as Readonly<Record<string, unknown>>) : undefined;
}
