// The files of this very program's machine, by way of the workspace reader.
import { call, type Name, named, type ProtocolOf } from "../../../runtime/index.ts";
import { askContext } from "../../context/index/ask.ts";
import type { AppliedSet, WorkspaceAccess } from "../access.ts";
import { workspaceAccessLimits } from "../limits.ts";
import type { Unstaged } from "../owner-request.ts";
import type { ReaderFailure, SomeFiles, SomeSources, Tree, WholeTree, workspaceReader } from "../reader.ts";
import { askVerifier } from "../verify/verifier-process.ts";

export type WorkspaceReader = ProtocolOf<ReturnType<typeof workspaceReader>>;

export const readerAt: Name<WorkspaceReader> = named("workspace.reader");

const { askMs } = workspaceAccessLimits;

/** Reads in the project and what the person of this program named, and changes below the reader's directory alone. Throws as `call` does. */
export function ownAccess(): WorkspaceAccess {
  const asked = { timeoutMs: askMs };
  return {
    list: (path, how = {}) => call(readerAt, "list", { ...how, path }, asked),
    read: ({ kept: _, ...request }) => call(readerAt, "read", request, asked),
    hash: (path, how = {}) => call(readerAt, "hash", { ...how, path }, asked),
    instructions: (paths = []) => call(readerAt, "instructions", { paths }, asked),
    context: (question) => askContext(question, false),
    apply: (change) => call(readerAt, "apply", change, asked),
    applyAll: async (set) => appliedOf(await call(readerAt, "apply_all", set, asked)),
    settle: (request) => call(readerAt, "settle", request, asked),
    verify: (question) => askVerifier(question),
  };
}

/** All of a directory. Throws as `call` does. */
export function wholeTree(asked: WholeTree): Promise<Tree | ReaderFailure> {
  return call(readerAt, "tree", asked, { timeoutMs: askMs });
}

/** The sources of files that are read together. Throws as `call` does. */
export function someSources(asked: SomeFiles): Promise<SomeSources> {
  return call(readerAt, "read_some", asked, { timeoutMs: askMs });
}

/** What is staged for one's own reader is given with the set. */
export function appliedOf(answer: AppliedSet | Unstaged): AppliedSet {
  return !answer.ok && answer.code === "unstaged" ? { ...answer, code: "failed" } : (answer as AppliedSet);
}
