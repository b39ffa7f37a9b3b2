// A node with a workspace desk in virtual time, and commands that serve files through it.

import { accessOf } from "../../../actors/workspace/access/of-run.ts";
import type { WorkspaceAccess } from "../../../actors/workspace/access.ts";
import { ChangeKeeper } from "../../../actors/workspace/changes/keeper.ts";
import { workspaceDesk } from "../../../actors/workspace/desk.ts";
import {
  type ServeAnswer,
  type ServeReply,
  type ServeRequest,
  workspaceDeskAt,
  workspaceDeskName,
  workspaceScope,
} from "../../../actors/workspace/desk-protocol.ts";
import { workspaceReader } from "../../../actors/workspace/reader.ts";
import { serveWorkspace } from "../../../actors/workspace/serve.ts";
import { AiexError } from "../../../runtime/errors.ts";
import { memoryFileSystem } from "../../../runtime/file-systems/memory.ts";
import { child, groupScope, type Node, type SupervisorLogic, supervisor } from "../../../runtime/index.ts";
import type { Blobs } from "../../../runtime/store/blobs.ts";
import type { World } from "../../../runtime/world.ts";
import { sandbox } from "./sandbox-stage.ts";

export const limits = {
  fileBytesMax: 1_000_000,
  lineCharactersMax: 1_000,
  entriesMax: 100_000,
  depthMax: 10,
  bytesMax: 100_000_000,
};

/** What a node needs to have a workspace, and to serve those of commands. */
export function workspaceTree(world: World, node: string, directory: string): SupervisorLogic {
  return supervisor("workspaces", {
    strategy: "one_for_one",
    maxRestarts: 100,
    withinMs: 1_000,
    children: [
      child(groupScope(workspaceScope), { name: workspaceScope }),
      child(workspaceReader(world, keeperOf(world, world.files, directory)), {
        name: "workspace.reader",
        input: { limits, directory, sandbox: sandbox() },
      }),
      child(workspaceDesk({ world, node }), { name: workspaceDeskName }),
    ],
  });
}

/** What sets of changes are kept by, beside the files themselves. */
function keeperOf({ clock }: World, files: World["files"], directory: string): ChangeKeeper {
  const keep = { days: 30, bytesMax: 100_000_000 };
  return new ChangeKeeper({ files, directory, sandbox: sandbox(), clock, folder: "/kept/changes", keep });
}

/** Something that may go better the next time. */
export class Unreachable extends AiexError {
  readonly code = "unreachable";
  constructor() {
    super("The node was not reached.", { retryable: true });
  }
}

/** A way for a command to the desk of `node`. */
export function askingDesk(node: () => Node): (request: ServeRequest) => Promise<ServeReply> {
  return async (request) => {
    let answer: ServeAnswer;
    try {
      answer = await node().call(workspaceDeskAt, "serve", request, { timeoutMs: 60_000 });
    } catch {
      throw new Unreachable();
    }
    if (!answer.ok) throw new Error(answer.message);
    return answer.value;
  };
}

/** A command with a tree of files of its own, for `world` of the nodes. */
export function command(
  world: World,
  files: Readonly<Record<string, string>>,
  ask: (request: ServeRequest) => Promise<ServeReply>,
  ref = { id: "tree", label: "~/project" },
) {
  const own = memoryFileSystem();
  own.putDirectory("/project");
  for (const [path, text] of Object.entries(files)) own.putFile(`/project/${path}`, text);
  const ending = new AbortController();
  const changes = keeperOf(world, own, "/project");
  const owner = { files: own, directory: "/project", limits, sandbox: sandbox(), changes };
  const served = serveWorkspace({ world, workspace: ref, owner, ask, signal: ending.signal });
  served.catch(() => undefined);
  return {
    files: own,
    ref,
    served,
    /** Ends it in good order. */
    leave: () => ending.abort(),
  };
}

/** What a process of `node` comes to that uses the files of a run there. */
export function using<T>(
  node: Node,
  blobs: Blobs,
  ref: { readonly id: string; readonly label: string } | undefined,
  work: (access: WorkspaceAccess) => Promise<T>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    void node.spawn(() => work(accessOf({ node: node.name, blobs, limits })(ref)).then(resolve, reject));
  });
}
