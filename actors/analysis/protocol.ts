// What is said between us and the parser program: one request, one response with the same id, in order. Only a user's own
// rules come without being a request: they are the first that the program is told.
import type { AnalysisRule } from "./catalog.ts";
import type { Footprint } from "./footprint.ts";
import type { FileMetrics, Finding } from "./report.ts";
import type { Sketch } from "./sketch/sketch.ts";

export type RequestId = number | string;

export interface ParseRequest {
  readonly id: RequestId;
  /** As the report shows it; the program opens no file. */
  readonly path: string;
  /** The `id` of an entry of `languages.ts`. */
  readonly language: string;
  readonly text: string;
}

/** Asks for the sketch of a text, of whatever language: "" where it is none that is known. */
export interface SketchRequest {
  readonly id: RequestId;
  readonly sketch: true;
  readonly language: string;
  readonly text: string;
}

/** Asks for the sketches of several short texts, which takes less time than to ask for each. */
export interface SketchesRequest {
  readonly id: RequestId;
  readonly sketches: readonly SketchedText[];
}

export type SketchedText = Pick<SketchRequest, "language" | "text">;

export interface SketchesSuccess {
  readonly id: RequestId;
  readonly ok: true;
  /** In the order of the texts. */
  readonly sketches: readonly Sketch[];
}

export type SketchesResponse = SketchesSuccess | ParseFailure;

export interface SketchSuccess {
  readonly id: RequestId;
  readonly ok: true;
  readonly sketch: Sketch;
}

export type SketchResponse = SketchSuccess | ParseFailure;

/** Asks whether two texts are the same but for their comments and docstrings. */
export interface BareRequest {
  readonly id: RequestId;
  readonly language: string;
  readonly before: string;
  readonly after: string;
}

export interface BareSuccess {
  readonly id: RequestId;
  readonly ok: true;
  readonly isSame: boolean;
  /** Of the text after, the first line that is not what it was; null where only how lines belong together is not. */
  readonly line: number | null;
}

export type BareResponse = BareSuccess | ParseFailure;

/** Asks whether the engine can apply these of the user's rules, by their ids. */
export interface CheckRequest {
  readonly id: RequestId;
  readonly checkRules: readonly string[];
}

export interface CheckSuccess {
  readonly id: RequestId;
  readonly ok: true;
  readonly refusals: readonly RuleRefusal[];
}

export interface RuleRefusal {
  readonly rule: string;
  /** The language for which the engine refuses it, as people call it. */
  readonly language: string;
  /** In the engine's words. */
  readonly reason: string;
}

/** The user's rules. No answer is given to this. */
export interface RulesMessage {
  readonly userRules: readonly AnalysisRule[];
}

export interface ParseSuccess {
  readonly id: RequestId;
  readonly ok: true;
  readonly metrics: FileMetrics;
  readonly findings: readonly Finding[];
  readonly footprint: Footprint;
}

/** `id` is null where the frame was so malformed that it held none. `reason` is a sentence for people. */
export interface ParseFailure {
  readonly id: RequestId | null;
  readonly ok: false;
  readonly reason: string;
}

export type ParseResponse = ParseSuccess | ParseFailure;

export type CheckResponse = CheckSuccess | ParseFailure;

/** The request that `value` is, or the failure to answer with. */
export function readRequest(
  value: unknown,
): ParseRequest | SketchRequest | SketchesRequest | BareRequest | CheckRequest | RulesMessage | ParseFailure {
  const fields = typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  const { id, path, language, text, sketch, sketches, before, after, checkRules, userRules } = fields;
  if (Array.isArray(userRules)) return { userRules };
  if (typeof id !== "number" && typeof id !== "string") {
    return failure(null, `a request needs an id that is a number or a string; given: ${typeof id}`);
  }
  if (Array.isArray(checkRules)) return { id, checkRules };
  if (Array.isArray(sketches) && sketches.every(isSketchedText)) return { id, sketches };
  if (sketch === true && typeof language === "string" && typeof text === "string")
    return { id, sketch, language, text };
  if (typeof before === "string" && typeof after === "string" && typeof language === "string")
    return { id, language, before, after };
  if (typeof path !== "string" || typeof language !== "string" || typeof text !== "string") {
    return failure(id, "a request needs the strings path, language and text");
  }
  return { id, path, language, text };
}

function isSketchedText(value: unknown): value is SketchedText {
  const { language, text } = (value ?? {}) as Record<string, unknown>;
  return typeof language === "string" && typeof text === "string";
}

export function failure(id: RequestId | null, reason: string): ParseFailure {
  return { id, ok: false, reason };
}
