// The workspace reader: the one process that lists, reads and changes what a person asked for. Failures are answers.
import type { FileErrorCode } from "../../runtime/file-system.ts";
import { noReply, ok, type Ref, replyWith, server } from "../../runtime/index.ts";
import { currentProcess } from "../../runtime/process/current.ts";
import type { World } from "../../runtime/world.ts";
import { audited } from "../audit/auditor.ts";
import type { Applied, ChangeSet, FileChange, NamedPath, Settled, SettleRequest } from "./access.ts";
import { applyChange } from "./apply.ts";
import type { ChangeKeeper } from "./changes/keeper.ts";
import { type Asker, type Bounds, boundsOf, openGuarded } from "./guard.ts";
import { instructionsOf, type Trust } from "./instructions.ts";
import {
  answerOwned,
  appliedSet,
  hashOf,
  listingOf,
  orFailure,
  settledSet,
  type WorkspaceOwner,
} from "./owner.ts";
import type { OwnerAnswer, OwnerAnswers, OwnerRequest } from "./owner-request.ts";
import type { Sandbox } from "./sandbox.ts";
import { readSourceFile } from "./source-file.ts";
import type { SourceText, SourceTextLimits } from "./source-text.ts";
import type { WalkEntry, WalkLimits } from "./walk.ts";

export interface ReaderInput {
  readonly limits: WalkLimits & SourceTextLimits;
  /** The project, where relative paths start. */
  readonly directory: string;
  /** What is read, listed and written of it. */
  readonly sandbox: Sandbox;
}

export interface ReaderFailure {
  readonly ok: false;
  readonly code: FileErrorCode;
  readonly message: string;
}

/** What a path is: one file, or a directory with its entries. */
export type Listing =
  | { readonly ok: true; readonly kind: "file" }
  | {
      readonly ok: true;
      readonly kind: "directory";
      readonly root: string;
      readonly entries: readonly WalkEntry[];
    };

export type ReadSource = {
  readonly ok: true;
  readonly bytes: number;
  /** Where the file really is, links resolved. */
  readonly realPath: string;
  readonly source: SourceText;
  /** Where what was read is kept, so that it can be had again as it was. */
  readonly kept?: KeptFile;
};

export interface ReadRequest {
  readonly path: string;
  /** The real path of the directory that the file must lie in. Default: the project. */
  readonly root?: string;
  /** As in `NamedPath`, of `root` where it is given. */
  readonly isNamed?: boolean;
  /** True where what is read goes to a model: what holds secrets is refused, and what may be a file of elsewhere. */
  readonly isForModel?: boolean;
  /** What an earlier reading gave: its bytes are given again where they are kept, whatever the file is by now. */
  readonly kept?: KeptFile;
}

/** A file as it was read. */
export interface KeptFile {
  /** Of the bytes that were read: all of them, or the beginning of a long file. */
  readonly hash: string;
  /** Bytes of the whole file. */
  readonly size: number;
  readonly realPath: string;
}

/** A directory of which everything is wanted. */
export interface WholeTree extends NamedPath {
  readonly path: string;
  /** True where it is asked for others: only what lies in the project is listed. */
  readonly isBounded: boolean;
}

export interface Tree {
  readonly ok: true;
  readonly entries: readonly WalkEntry[];
  /** Those that were looked into, posix, below the path; "" for itself. */
  readonly directories: readonly string[];
}

/** Files that are read together. */
export interface SomeFiles {
  readonly requests: readonly ReadRequest[];
  /** True where it is asked for others: only what lies in the project is read. */
  readonly isBounded: boolean;
}

/** In the order in which they were asked for. */
export type SomeSources = readonly (ReadSource | ReaderFailure)[];

interface Reader extends ReaderInput {
  readonly world: World;
  readonly changes: ChangeKeeper | undefined;
  readonly trust: Trust | undefined;
}

/**
 * Defines the reader over a world's files. Calls: `list`, `tree`, `read`, `read_some` and `hash` are asked by the person's own program, `ask` by others,
 * who get what lies in the project and nothing else; `apply` and `apply_all` change the project alone.
 * @param changes what sets of changes are kept by; without it none are taken
 * @param trust knows which projects are trusted; without it none is
 */
export function workspaceReader(world: World, changes?: ChangeKeeper, trust?: Trust) {
  return server("workspace.reader", {
    init: (input: ReaderInput) => ok<Reader>({ ...input, world, changes, trust }),
    calls: {
      list: async (reader, asked: NamedPath & { path: string }, from) =>
        replyWith<Listing | ReaderFailure, Reader>(
          await answered(asked.path, listingOf(ownerIn(reader), asked, askerOf(from))),
          reader,
        ),
      read: async (reader, request: ReadRequest, from) =>
        replyWith<ReadSource | ReaderFailure, Reader>(
          await answered(request.path, read(reader, request, askerOf(from))),
          reader,
        ),
      tree: async (reader, asked: WholeTree, from) =>
        replyWith<Tree | ReaderFailure, Reader>(
          await answered(asked.path, treeOf(reader, asked, askerOf(from))),
          reader,
        ),
      read_some: async (reader, asked: SomeFiles, from) =>
        replyWith<SomeSources, Reader>(await readSome(reader, asked, askerOf(from)), reader),
      hash: async (reader, asked: NamedPath & { path: string }, from) =>
        replyWith<OwnerAnswers["hash"], Reader>(
          await answered(asked.path, hash(reader, asked, askerOf(from))),
          reader,
        ),
      instructions: async (reader, { paths }: { paths: readonly string[] }) =>
        replyWith<OwnerAnswers["instructions"], Reader>(
          await orFailure(instructionsOf(ownerIn(reader), paths)),
          reader,
        ),
      apply: async (reader, change: FileChange) =>
        replyWith<Applied, Reader>(
          auditedAnswer(change.path, await applyChange(ownerIn(reader), change)),
          reader,
        ),
      apply_all: async (reader, set: ChangeSet) =>
        replyWith<OwnerAnswers["apply_all"], Reader>(
          auditedAnswer(undefined, await appliedSet(reader, set)),
          reader,
        ),
      settle: async (reader, request: SettleRequest) =>
        replyWith<Settled, Reader>(auditedAnswer(undefined, await settledSet(reader, request)), reader),
      ask: async (reader, request: OwnerRequest) =>
        replyWith<OwnerAnswer, Reader>(
          auditedAnswer(
            "path" in request ? request.path : undefined,
            await answerOwned(ownerIn(reader), request),
          ),
          reader,
        ),
    },
    info: (reader) => noReply(reader),
  });
}

/** What somebody on another node calls the name of a person is only what they say. */
function askerOf(from: Ref): Asker {
  const { kernel, pid } = currentProcess();
  return kernel.calls.get(from.ref)?.caller.pid.node === pid.node ? "person" : "others";
}

async function read(
  reader: Reader,
  request: ReadRequest,
  asker: Asker,
  bounds?: Bounds,
): Promise<ReadSource> {
  const opened = await openGuarded(ownerIn(reader), request, asker, bounds);
  const { size, realPath, source } = await readSourceFile(opened, reader.limits);
  return { ok: true, bytes: size, realPath, source };
}

async function treeOf(reader: Reader, asked: WholeTree, from: Asker): Promise<Tree> {
  const directories: string[] = [];
  const entered = (path: string): void => void directories.push(path);
  const listing = await listingOf(ownerIn(reader), asked, asked.isBounded ? "others" : from, entered);
  return { ok: true, entries: listing.kind === "directory" ? listing.entries : [], directories };
}

/** Several at once, since most of the time of one is waiting for the file system. */
async function readSome(
  reader: Reader,
  { requests, isBounded }: SomeFiles,
  from: Asker,
): Promise<SomeSources> {
  const asker = isBounded ? "others" : from;
  const bounds = await orFailure(boundsOf(ownerIn(reader)));
  if ("ok" in bounds) return requests.map(() => bounds);
  return Promise.all(requests.map((request) => answered(request.path, read(reader, request, asker, bounds))));
}

async function hash(reader: Reader, asked: NamedPath & { readonly path: string }, asker: Asker) {
  return { ok: true as const, hash: await hashOf(ownerIn(reader), asked, asker) };
}

function ownerIn({ world, directory, limits, sandbox, changes, trust }: Reader): WorkspaceOwner {
  return { files: world.files, directory, limits, sandbox, changes, trust };
}

async function answered<T extends object>(path: string, work: Promise<T>): Promise<T | ReaderFailure> {
  return auditedAnswer(path, await orFailure(work));
}

/** What was refused is audited, whoever asked. That something is not there is no refusal. */
function auditedAnswer<T extends object>(path: string | undefined, answer: T): T {
  const { code, path: own } = answer as { readonly code?: unknown; readonly path?: unknown };
  if (typeof code === "string" && refusals.has(code)) {
    const what = code === "denied" ? "change_refused" : "read_refused";
    audited(what, { path: own ?? path ?? null, code });
  }
  return answer;
}

const refusals: ReadonlySet<string> = new Set(["denied", "file_denied", "outside_root", "is_symlink"]);
