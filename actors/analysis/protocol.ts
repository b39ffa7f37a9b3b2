// What is said between us and the parser program: one request, one response with the same id, in order.
import type { FileMetrics, Finding } from "./report.ts";

export type RequestId = number | string;

export interface ParseRequest {
  readonly id: RequestId;
  /** As the report shows it; the program opens no file. */
  readonly path: string;
  /** The `id` of an entry of `languages.ts`. */
  readonly language: string;
  readonly text: string;
}

export interface ParseSuccess {
  readonly id: RequestId;
  readonly ok: true;
  readonly metrics: FileMetrics;
  readonly findings: readonly Finding[];
}

/** `id` is null where the frame was so malformed that it held none. `reason` is a sentence for people. */
export interface ParseFailure {
  readonly id: RequestId | null;
  readonly ok: false;
  readonly reason: string;
}

export type ParseResponse = ParseSuccess | ParseFailure;

/** The request that `value` is, or the failure to answer with. */
export function readRequest(value: unknown): ParseRequest | ParseFailure {
  const fields = typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  const { id, path, language, text } = fields;
  if (typeof id !== "number" && typeof id !== "string") {
    return failure(null, `a request needs an id that is a number or a string; given: ${typeof id}`);
  }
  if (typeof path !== "string" || typeof language !== "string" || typeof text !== "string") {
    return failure(id, "a request needs the strings path, language and text");
  }
  return { id, path, language, text };
}

export function failure(id: RequestId | null, reason: string): ParseFailure {
  return { id, ok: false, reason };
}
