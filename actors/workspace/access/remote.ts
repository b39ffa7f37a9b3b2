// Files of a workspace by way of its owner: another node, a command, or this node where it answers for others. Nobody gets outside.
import { CalleeExited, call, NodeDown, NoProcess } from "../../../runtime/index.ts";
import type { Blobs } from "../../../runtime/store/blobs.ts";
import { askContext } from "../../context/index/ask.ts";
import type { WorkspaceRef } from "../../runs/run-spec.ts";
import type { AppliedSet, ChangeSet, OwnerAway, WorkspaceAccess } from "../access.ts";
import { isConfidentialPath } from "../confidential-path.ts";
import { awayFrom, presentOwners } from "../desk-protocol.ts";
import { workspaceAccessLimits } from "../limits.ts";
import { type OwnerAnswers, type OwnerRequest, ownerAnswerIn } from "../owner-request.ts";
import type { KeptFile, ReaderFailure, ReadRequest, ReadSource } from "../reader.ts";
import { type SourceTextLimits, sourceTextOf } from "../source-text.ts";
import { askVerifier } from "../verify/verifier-process.ts";
import { appliedOf, readerAt } from "./own.ts";

export interface RemoteAccessOptions {
  readonly ref: WorkspaceRef;
  /** Where what was read is kept. */
  readonly blobs: Blobs;
  readonly limits: SourceTextLimits;
}

type Ask = (request: OwnerRequest) => Promise<unknown>;

const asked = { timeoutMs: workspaceAccessLimits.askMs };

/**
 * What was read is kept under its hash, and given from there to whoever names it, also while the owner is away. Only processes
 * may use it; it throws where something cannot be kept, as `Blobs.put`.
 */
export function remoteAccess({ ref, blobs, limits }: RemoteAccessOptions): WorkspaceAccess {
  const ask: Ask = (request) => askOwner(ref, request);
  return {
    ...accessBy(ask),
    read: async (request) => {
      const { kept } = request;
      const isKept =
        kept !== undefined && !(request.isForModel === true && isConfidentialPath(kept.realPath));
      const bytes = isKept ? await blobs.get(kept.hash) : undefined;
      if (kept !== undefined && bytes !== undefined) return { ...sourceOf(bytes, kept, limits), kept };
      const head = await readBy(ask, request);
      if (!head.ok) return head;
      const { size, realPath } = head;
      const fresh: KeptFile = { hash: await blobs.put(head.bytes), size, realPath };
      return { ...sourceOf(head.bytes, fresh, limits), kept: fresh };
    },
  };
}

/** The files of this node for those who did not start it: below its directory alone. Throws as `call` does. */
export function boundedAccess(limits: SourceTextLimits): WorkspaceAccess {
  const ask: Ask = (request) => call(readerAt, "ask", request, asked);
  return {
    ...accessBy(ask),
    read: async (request) => {
      const head = await readBy(ask, request);
      return head.ok ? sourceOf(head.bytes, head, limits) : head;
    },
    // The index reads through the reader, which must not wait for it.
    context: (question) => askContext(question, true),
    // A command takes its time, and the reader has others to answer.
    verify: (question) => askVerifier(question),
  };
}

function accessBy(ask: Ask): Omit<WorkspaceAccess, "read"> {
  return {
    list: (path) => answered(ask, { what: "list", path }),
    hash: (path) => answered(ask, { what: "hash", path }),
    instructions: (paths = []) => answered(ask, { what: "instructions", paths }),
    context: (question) => answered(ask, { what: "context", question }),
    apply: async (change) => {
      const answer = await answered(ask, { what: "apply", change });
      return !answer.ok && answer.code === "file_failed"
        ? { ok: false, code: "failed", message: answer.message }
        : answer;
    },
    applyAll: (set) => applyAllBy(ask, set),
    settle: async (request) => {
      const answer = await answered(ask, { what: "settle", request });
      return !answer.ok && answer.code === "file_failed"
        ? { ok: false, code: "failed", message: answer.message }
        : answer;
    },
    verify: (question) => answered(ask, { what: "verify", question }),
  };
}

/** What is staged may be lost with the process that has it. */
const stagingTriesMax = 3;

/** Small files go with the set; where all of them are too much for a message, each goes ahead of it. */
async function applyAllBy(ask: Ask, set: ChangeSet): Promise<AppliedSet | OwnerAway> {
  const size = set.changes.reduce((sum, { bytes }) => sum + (bytes?.length ?? 0), 0);
  const isStaged = size > workspaceAccessLimits.bytesMax;
  const changes = isStaged ? set.changes.map((change) => ({ ...change, bytes: undefined })) : set.changes;
  for (let time = 1; ; time += 1) {
    const away = isStaged ? await stagedBy(ask, set) : undefined;
    if (away !== undefined) return away;
    const answer = await answered(ask, { what: "apply_all", set: { ...set, changes } });
    if (answer.ok || answer.code === "workspace_away") return answer;
    if (answer.code === "file_failed") return { ok: false, code: "failed", message: answer.message };
    if (answer.code !== "unstaged" || time >= stagingTriesMax) return appliedOf(answer);
  }
}

/** Why it is not staged: the owner is away, or does not take it. */
async function stagedBy(ask: Ask, { changes }: ChangeSet): Promise<OwnerAway | AppliedSet | undefined> {
  for (const { path, bytes } of changes) {
    if (bytes === undefined) continue;
    const { bytesMax } = workspaceAccessLimits;
    if (bytes.length > bytesMax) {
      const message = `${JSON.stringify(path)} would have ${bytes.length} bytes, and ${bytesMax} go to another machine at most. Change it there.`;
      return { ok: false, code: "denied", message, path };
    }
    const answer = await answered(ask, { what: "stage", bytes });
    if (answer.ok) continue;
    if (answer.code === "workspace_away") return answer;
    return { ok: false, code: "failed", message: answer.message, path };
  }
  return undefined;
}

function readBy(
  ask: Ask,
  { path, root, isForModel }: ReadRequest,
): Promise<OwnerAnswers["read"] | OwnerAway> {
  const how = { ...(root === undefined ? {} : { root }), ...(isForModel === true ? { isForModel } : {}) };
  return answered(ask, { what: "read", path, ...how });
}

function sourceOf(
  bytes: Uint8Array,
  { size, realPath }: Pick<KeptFile, "size" | "realPath">,
  limits: SourceTextLimits,
): ReadSource {
  return { ok: true, bytes: size, realPath, source: sourceTextOf(bytes, size, limits) };
}

/** What another side answers with is looked at before it is used. */
async function answered<W extends OwnerRequest["what"]>(
  ask: Ask,
  request: Extract<OwnerRequest, { readonly what: W }>,
): Promise<OwnerAnswers[W] | OwnerAway | Strange> {
  const answer = await ask(request);
  return isAway(answer) ? answer : (ownerAnswerIn<W>(request.what, answer) ?? strange);
}

type Strange = ReaderFailure & { readonly code: "file_failed" };

const strange: Strange = {
  ok: false,
  code: "file_failed",
  message:
    "The owner of these files answered with what is no answer. It may be of another version of aiex: update both.",
};

/** One after the other of those who have it: an owner may have come back by way of another node. */
async function askOwner(ref: WorkspaceRef, request: OwnerRequest): Promise<unknown> {
  for (const owner of presentOwners(ref.id)) {
    try {
      const answer = await call(owner, "ask", { workspace: ref.id, request }, asked);
      if (!isAway(answer)) return answer;
    } catch (error) {
      const isGone = error instanceof NodeDown || error instanceof NoProcess || error instanceof CalleeExited;
      if (!isGone) throw error;
    }
  }
  return awayFrom(ref);
}

function isAway(answer: unknown): answer is OwnerAway {
  return (
    typeof answer === "object" && answer !== null && "code" in answer && answer.code === "workspace_away"
  );
}
