// What the owner of a workspace can be asked, and what it answers: plain data, checked on both sides.
import { z } from "zod";
import type { FileErrorCode } from "../../runtime/file-system.ts";
import { isBlobHash } from "../../runtime/store/blob-guard.ts";
import type { ContextAnswer, ContextQuestion } from "../context/index/question.ts";
import { contextAnswer, contextQuestion } from "../context/index/question-shape.ts";
import type { Applied, AppliedSet, ChangeSet, FileChange, Settled, SettleRequest } from "./access.ts";
import { changeLimits } from "./changes/limits.ts";
import type { Instructions } from "./instructions.ts";
import { workspaceAccessLimits } from "./limits.ts";
import type { Listing, ReaderFailure } from "./reader.ts";
import { type VerifyAnswer, type VerifyQuestion, verifyAnswer, verifyQuestion } from "./verify/question.ts";

/** Every path lies inside of the workspace; relative ones start at its root. */
export type OwnerRequest =
  | { readonly what: "list"; readonly path: string }
  | {
      readonly what: "read";
      readonly path: string;
      readonly root?: string | undefined;
      readonly isForModel?: boolean | undefined;
    }
  | { readonly what: "hash"; readonly path: string }
  | { readonly what: "instructions"; readonly paths: readonly string[] }
  | { readonly what: "context"; readonly question: ContextQuestion }
  | { readonly what: "apply"; readonly change: FileChange }
  /** Bytes for a set that follows: of a large one, not all fit into its own request. */
  | { readonly what: "stage"; readonly bytes: Uint8Array }
  /** A file whose bytes were staged has none here. */
  | { readonly what: "apply_all"; readonly set: ChangeSet }
  | { readonly what: "settle"; readonly request: SettleRequest }
  | { readonly what: "verify"; readonly question: VerifyQuestion };

/** The beginning of a file, and how long it is as a whole. */
export interface FileHead {
  readonly ok: true;
  readonly bytes: Uint8Array;
  readonly size: number;
  readonly realPath: string;
}

/** What each request is answered with, where it is not refused. */
export interface OwnerAnswers {
  readonly list: Listing | ReaderFailure;
  readonly read: FileHead | ReaderFailure;
  readonly hash: { readonly ok: true; readonly hash: string | null } | ReaderFailure;
  readonly instructions: Instructions | ReaderFailure;
  readonly context: ContextAnswer;
  readonly apply: Applied;
  readonly stage: { readonly ok: true } | ReaderFailure;
  readonly apply_all: AppliedSet | Unstaged;
  readonly settle: Settled;
  readonly verify: VerifyAnswer;
}

/** What was staged is here no longer, or never came: it is to be staged again. */
export interface Unstaged {
  readonly ok: false;
  readonly code: "unstaged";
  readonly message: string;
}

export type OwnerAnswer = OwnerAnswers[OwnerRequest["what"]];

const path = z.string().max(workspaceAccessLimits.pathCharactersMax);
const hash = z.string().refine(isBlobHash, "is no hash").nullable();
const bytes = z.instanceof(Uint8Array).refine(({ length }) => length <= workspaceAccessLimits.bytesMax);
const change = z.object({ path, before: hash, after: hash, bytes: bytes.optional() });

const request = z.discriminatedUnion("what", [
  z.object({ what: z.literal("list"), path }),
  z.object({
    what: z.literal("read"),
    path,
    root: path.optional(),
    isForModel: z.boolean().optional(),
  }),
  z.object({ what: z.literal("hash"), path }),
  z.object({
    what: z.literal("instructions"),
    paths: z.array(path).max(workspaceAccessLimits.instructedPathsMax),
  }),
  z.object({ what: z.literal("context"), question: contextQuestion }),
  z.object({ what: z.literal("apply"), change }),
  z.object({ what: z.literal("stage"), bytes }),
  z.object({
    what: z.literal("apply_all"),
    set: z.object({
      id: z.string().max(changeLimits.idCharactersMax),
      run: z.string().max(changeLimits.idCharactersMax),
      title: z.string().max(changeLimits.titleCharactersMax),
      changes: z.array(change).max(changeLimits.filesMax),
    }),
  }),
  z.object({
    what: z.literal("settle"),
    request: z.object({
      set: z.string().max(changeLimits.idCharactersMax),
      how: z.enum(["adopt", "take_back"]),
    }),
  }),
  z.object({ what: z.literal("verify"), question: verifyQuestion }),
]);

const failure = z.object({
  ok: z.literal(false),
  code: z.string().transform((code) => code as FileErrorCode),
  message: z.string().max(10_000),
});
const size = z.number().min(0);
const skipReason = z.enum([
  "unreadable",
  "vanished",
  "symlink",
  "not_regular_file",
  "name_not_utf8",
  "ignore_file_refused",
  "denied",
  "depth_limit",
  "entries_limit",
  "bytes_limit",
]);
const entry = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("file"), path, bytes: size, modifiedMs: z.number().optional() }),
  z.object({
    kind: z.literal("skipped"),
    path,
    reason: skipReason,
    code: failure.shape.code.optional(),
  }),
]);

const answers = {
  list: z.union([
    z.object({ ok: z.literal(true), kind: z.literal("file") }),
    z.object({
      ok: z.literal(true),
      kind: z.literal("directory"),
      root: path,
      entries: z.array(entry),
    }),
    failure,
  ]),
  read: z.union([z.object({ ok: z.literal(true), bytes, size, realPath: path }), failure]),
  hash: z.union([z.object({ ok: z.literal(true), hash }), failure]),
  instructions: z.union([
    z.object({
      ok: z.literal(true),
      files: z.array(z.object({ path, text: z.string() })),
      waiting: z.array(path),
      leftOut: z.array(path),
    }),
    failure,
  ]),
  context: z.union([contextAnswer, failure]),
  apply: z.union([
    z.object({ ok: z.literal(true) }),
    z.object({
      ok: z.literal(false),
      code: z.enum(["changed_since", "denied", "failed"]),
      message: failure.shape.message,
    }),
  ]),
  stage: z.union([z.object({ ok: z.literal(true) }), failure]),
  apply_all: z.union([
    z.object({ ok: z.literal(true), isNew: z.boolean() }),
    z.object({
      ok: z.literal(false),
      code: z.enum(["changed_since", "denied", "failed", "unstaged"]),
      message: failure.shape.message,
      path: path.optional(),
    }),
  ]),
  settle: z.union([
    z.object({ ok: z.literal(true) }),
    z.object({
      ok: z.literal(false),
      code: z.enum(["changed_since", "denied", "failed"]),
      message: failure.shape.message,
      path: path.optional(),
    }),
  ]),
  verify: z.union([verifyAnswer, failure]),
} as const;

/** Undefined for what is none. */
export function ownerRequestIn(value: unknown): OwnerRequest | undefined {
  const parsed = request.safeParse(value);
  return parsed.success ? (parsed.data as OwnerRequest) : undefined;
}

/** Undefined for what is no answer to this request. */
export function ownerAnswerIn<W extends OwnerRequest["what"]>(
  what: W,
  value: unknown,
): OwnerAnswers[W] | undefined {
  const parsed = answers[what].safeParse(value);
  return parsed.success ? (parsed.data as OwnerAnswers[W]) : undefined;
}
