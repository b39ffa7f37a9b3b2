// What a terminal and a node say to each other in an attached shell, as JSON, and the check of what came.
import type { Head } from "./channel.ts";
import { attachLimits as limits } from "./limits.ts";

/** `evaluate` runs JavaScript; `look` takes the verbs of looking alone, and runs no code that came over the wire. */
export type AttachMode = "evaluate" | "look";

export const attachVersion = 1;

/** Stands in the place of a shell's id in the subject of a request for one. */
export const openWord = "open";

/** Asks for a shell, as a request of the carrier. `nonce` is drawn anew for each. */
export interface OpenRequest {
  readonly version: number;
  readonly nonce: string;
  readonly mode: AttachMode;
  readonly columns: number;
}

export type OpenRefusal = "denied" | "busy" | "replayed" | "version" | "malformed" | "failed";

export type OpenAnswer =
  | {
      readonly ok: true;
      /** Names the shell from now on; drawn by the node. */
      readonly session: string;
      readonly node: string;
      readonly incarnation: number;
    }
  | { readonly ok: false; readonly code: OpenRefusal; readonly text: string };

export type ClientMessage =
  | { readonly op: "begin" }
  | {
      readonly op: "eval";
      readonly id: number;
      readonly text: string;
      readonly json: boolean;
      readonly timeoutMs: number;
    }
  | { readonly op: "complete"; readonly id: number; readonly text: string }
  /** Gives up the evaluation with this id. */
  | { readonly op: "interrupt"; readonly id: number }
  | { readonly op: "close" };

export type NodeMessage =
  | { readonly op: "banner"; readonly text: string }
  | { readonly op: "output"; readonly text: string }
  /** A result, in one part or several. */
  | { readonly op: "value"; readonly id: number; readonly text: string; readonly isLast: boolean }
  | { readonly op: "error"; readonly id: number; readonly kind: FailureKind; readonly text: string }
  /** The input is not complete: more lines are needed. */
  | { readonly op: "more"; readonly id: number }
  /** Nothing more comes of it. `heldUpMs` is how long it held the node up, where that was long. */
  | { readonly op: "done"; readonly id: number; readonly heldUpMs: number }
  | { readonly op: "completions"; readonly id: number; readonly list: readonly string[]; readonly on: string }
  | { readonly op: "closed"; readonly why: ClosedWhy; readonly text: string };

/** `thrown` by the code; `crashed` where nobody could catch it; `refused` by the node. */
export type FailureKind = "thrown" | "crashed" | "interrupted" | "deadline" | "refused";
export type ClosedWhy = "closed" | "idle" | "lost" | "stopping" | "unknown" | "refused";

export interface Frame<M> {
  readonly head: Head;
  /** Undefined for a beat. */
  readonly message: M | undefined;
}

export function encodeFrame(head: Head, message?: ClientMessage | NodeMessage): Uint8Array {
  return encodeJson([head.seq, head.ack, ...(message === undefined ? [] : [message])]);
}

export function encodeJson(data: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(data));
}

/** Undefined for anything that is no such frame, whoever made it. */
export function readClientFrame(bytes: Uint8Array): Frame<ClientMessage> | undefined {
  return readFrame(bytes, clientMessage);
}

export function readNodeFrame(bytes: Uint8Array): Frame<NodeMessage> | undefined {
  return readFrame(bytes, nodeMessage);
}

export function readOpenRequest(bytes: Uint8Array): OpenRequest | undefined {
  const data = fieldsOf(readJson(bytes));
  if (data === undefined) return undefined;
  const { version, nonce, mode, columns } = data;
  if (!isCount(version) || !isShort(nonce) || !isCount(columns)) return undefined;
  if (mode !== "evaluate" && mode !== "look") return undefined;
  return { version, nonce, mode, columns };
}

export function readOpenAnswer(bytes: Uint8Array): OpenAnswer | undefined {
  const data = fieldsOf(readJson(bytes));
  if (data === undefined) return undefined;
  const { ok, session, node, incarnation, code, text } = data;
  if (ok === true && isShort(session) && isShort(node) && isCount(incarnation))
    return { ok, session, node, incarnation };
  if (ok === false && isShort(code) && isText(text)) return { ok, code: code as OpenRefusal, text };
  return undefined;
}

function readFrame<M>(bytes: Uint8Array, read: (data: Fields) => M | undefined): Frame<M> | undefined {
  const data = readJson(bytes);
  if (!Array.isArray(data)) return undefined;
  const [seq, ack, body] = data as readonly unknown[];
  if (!isCount(seq) || !isCount(ack) || data.length > 3) return undefined;
  if (data.length === 2) return { head: { seq, ack, isBeat: true }, message: undefined };
  const fields = fieldsOf(body);
  const message = fields && read(fields);
  return message === undefined ? undefined : { head: { seq, ack, isBeat: false }, message };
}

function clientMessage({ op, id, text, json, timeoutMs }: Fields): ClientMessage | undefined {
  switch (op) {
    case "begin":
    case "close":
      return { op };
    case "eval":
      return isCount(id) && isText(text) && typeof json === "boolean" && isCount(timeoutMs)
        ? { op, id, text, json, timeoutMs }
        : undefined;
    case "complete":
      return isCount(id) && isText(text) ? { op, id, text } : undefined;
    case "interrupt":
      return isCount(id) ? { op, id } : undefined;
    default:
      return undefined;
  }
}

function nodeMessage({
  op,
  id,
  text,
  kind,
  isLast,
  heldUpMs,
  list,
  on,
  why,
}: Fields): NodeMessage | undefined {
  switch (op) {
    case "banner":
    case "output":
      return isText(text) ? { op, text } : undefined;
    case "value":
      return isCount(id) && isText(text) && typeof isLast === "boolean"
        ? { op, id, text, isLast }
        : undefined;
    case "error":
      return isCount(id) && isText(text) && isShort(kind)
        ? { op, id, text, kind: kind as FailureKind }
        : undefined;
    case "more":
      return isCount(id) ? { op, id } : undefined;
    case "done":
      return isCount(id) && isCount(heldUpMs) ? { op, id, heldUpMs } : undefined;
    case "completions":
      return isCount(id) && isText(on) && isListOfTexts(list) ? { op, id, list, on } : undefined;
    case "closed":
      return isShort(why) && isText(text) ? { op, why: why as ClosedWhy, text } : undefined;
    default:
      return undefined;
  }
}

type Fields = Readonly<Record<string, unknown>>;

/** The size is looked at before anything is read. */
function readJson(bytes: Uint8Array): unknown {
  if (bytes.byteLength > limits.frameBytesMax) return undefined;
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

function fieldsOf(data: unknown): Fields | undefined {
  return typeof data === "object" && data !== null && !Array.isArray(data) ? (data as Fields) : undefined;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value.length <= limits.inputCharactersMax;
}

function isShort(value: unknown): value is string {
  return typeof value === "string" && value.length <= shortCharactersMax;
}

function isListOfTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.length <= limits.completionsMax && value.every(isText);
}

/** Longer than any name, id or word of ours. */
const shortCharactersMax = 200;
