// The owner of a workspace at work for others: nothing outside of its root is listed, read, or changed.
import { createHash } from "node:crypto";
import { FileError } from "../../runtime/file-system.ts";
import type { ContextAnswer, ContextQuestion } from "../context/index/question.ts";
import type { AppliedSet, ChangeSet, Settled, SettleRequest } from "./access.ts";
import { applyChange } from "./apply.ts";
import type { ChangeKeeper } from "./changes/keeper.ts";
import { type Asker, type GuardedPath, type GuardedTree, guardedStart, openGuarded } from "./guard.ts";
import { instructionsOf, type Trust } from "./instructions.ts";
import { workspaceAccessLimits } from "./limits.ts";
import type { FileHead, OwnerAnswer, OwnerRequest, Unstaged } from "./owner-request.ts";
import type { Listing, ReaderFailure } from "./reader.ts";
import { readHead } from "./source-file.ts";
import type { SourceTextLimits } from "./source-text.ts";
import type { VerifyAnswer, VerifyQuestion } from "./verify/question.ts";
import { type WalkEntry, type WalkLimits, walk } from "./walk.ts";

export interface WorkspaceOwner extends GuardedTree {
  readonly limits: WalkLimits & SourceTextLimits;
  /** Left out where sets of changes are not taken. */
  readonly changes?: ChangeKeeper | undefined;
  /** Left out where no project is trusted. */
  readonly trust?: Trust | undefined;
  /** Asks the index of these files; left out where there is none to be asked. */
  readonly context?: (question: ContextQuestion) => Promise<ContextAnswer>;
  /** Runs the commands with which its user checks these files; left out where there are none to be asked for. */
  readonly verify?: (question: VerifyQuestion) => Promise<VerifyAnswer>;
}

/** What goes wrong with a file is an answer; what is thrown is a fault of the program. */
export async function answerOwned(owner: WorkspaceOwner, request: OwnerRequest): Promise<OwnerAnswer> {
  switch (request.what) {
    case "apply":
      return applyChange(owner, request.change);
    case "context":
      return (await owner.context?.(request.question)) ?? noIndex;
    case "stage":
      owner.changes?.staged.take(request.bytes);
      return { ok: true };
    case "apply_all":
      return appliedSet(owner, request.set);
    case "settle":
      return settledSet(owner, request.request);
    case "verify":
      return (await owner.verify?.(request.question)) ?? noVerifier;
    default:
      return orFailure(answered(owner, request));
  }
}

/** All of it or nothing, whatever the files are. */
export async function appliedSet(
  { changes }: Pick<WorkspaceOwner, "changes">,
  given: ChangeSet,
): Promise<AppliedSet | Unstaged> {
  if (changes === undefined) return noKeeper;
  const set = changes.staged.completed(given);
  return set === undefined ? unstaged : changes.apply(set);
}

/** What becomes of a set that was applied here. */
export async function settledSet(
  { changes }: Pick<WorkspaceOwner, "changes">,
  { set, how }: SettleRequest,
): Promise<Settled> {
  if (changes === undefined) return noKeeper;
  return how === "adopt" ? changes.adopt(set) : changes.takeBack(set);
}

const unstaged: Unstaged = {
  ok: false,
  code: "unstaged",
  message:
    "Some of the files that were handed over for these changes are not here any more. Hand them over again.",
};

const noIndex: ReaderFailure = {
  ok: false,
  code: "file_failed",
  message: "Whoever has these files keeps no index of them.",
};

const noVerifier: ReaderFailure = {
  ok: false,
  code: "file_failed",
  message: "Whoever has these files runs no commands that check them.",
};

const noKeeper = {
  ok: false,
  code: "denied",
  message:
    "Sets of changes are not taken here: there is no place where they are kept. Apply them on another node.",
} as const;

/** The hash of a file's bytes as it is now; null where there is none. Fails with a `FileError`. */
export async function hashOf(
  owner: WorkspaceOwner,
  asked: GuardedPath,
  asker: Asker,
): Promise<string | null> {
  try {
    const { file } = await openGuarded(owner, asked, asker);
    try {
      const hash = createHash("sha256");
      for (;;) {
        const chunk = await file.read(hashedAtOnce);
        if (chunk.length === 0) return hash.digest("hex");
        hash.update(chunk);
      }
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof FileError && error.code === "file_not_found") return null;
    throw error;
  }
}

/** What goes wrong with a file is news for whoever asked, and no accident. */
export async function orFailure<T>(work: Promise<T>): Promise<T | ReaderFailure> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    return { ok: false, code: error.code, message: error.message };
  }
}

/**
 * What a path is, with its files where it is a directory. Fails with a `FileError`.
 * @param entered hears of each directory that is looked into, relative to the path
 */
export async function listingOf(
  owner: WorkspaceOwner,
  asked: GuardedPath,
  asker: Asker,
  entered?: (path: string) => void,
): Promise<Listing> {
  const { files, limits } = owner;
  const found = await guardedStart(owner, asked, asker);
  const { start } = found;
  const guard = entered === undefined ? found.guard : { ...found.guard, entered };
  const { kind } = await files.linkStatus(start);
  if (kind !== "directory") return { ok: true, kind: "file" };
  const entries: WalkEntry[] = [];
  for await (const entry of walk(files, start, limits, guard)) entries.push(entry);
  return { ok: true, kind: "directory", root: start, entries };
}

const hashedAtOnce = 1024 * 1024;
/** What stands in a listing beside a name. */
const entryBytes = 48;

async function answered(
  owner: WorkspaceOwner,
  request: Extract<OwnerRequest, { readonly what: "list" | "read" | "hash" | "instructions" }>,
): Promise<OwnerAnswer> {
  switch (request.what) {
    case "list": {
      const listing = await listingOf(owner, request, "others");
      if (listing.kind === "directory") refuseLarge(listing.entries, request.path);
      return listing;
    }
    case "read":
      return headOf(owner, request);
    case "hash":
      return { ok: true, hash: await hashOf(owner, request, "others") };
    case "instructions":
      return instructionsOf(owner, request.paths);
  }
}

async function headOf(owner: WorkspaceOwner, asked: GuardedPath): Promise<FileHead> {
  const bytesMax = owner.limits.fileBytesMax;
  const { file, realPath, status } = await openGuarded(owner, asked, "others");
  try {
    // One byte more than is used tells a file that fits from one that goes on.
    const bytes = await readHead(file, Math.min(bytesMax + 1, workspaceAccessLimits.bytesMax));
    return { ok: true, bytes, size: Math.max(status.size, bytes.length), realPath };
  } finally {
    await file.close();
  }
}

function refuseLarge(entries: readonly WalkEntry[], path: string): void {
  const bytes = entries.reduce((sum, entry) => sum + Buffer.byteLength(entry.path) + entryBytes, 0);
  if (bytes <= workspaceAccessLimits.listingBytesMax) return;
  const because = `its ${entries.length} files are too many to be listed for another node. Name a smaller directory.`;
  throw new FileError("file_too_large", "list", path, { because });
}
