// Who has which workspace, and how its owner is asked: by runs on any node, and by way of a node for what a command has.
import {
  groupMembers,
  joinGroup,
  leaveGroup,
  named,
  type Pid,
  type Protocol,
  whereis,
} from "../../runtime/index.ts";
import type { WorkspaceRef } from "../runs/run-spec.ts";
import type { OwnerAway } from "./access.ts";
import type { OwnerAnswer, OwnerRequest } from "./owner-request.ts";
import type { Piece } from "./parcel-channel.ts";

/** A command's long poll: what it found out, and how much it has of what it is to find out. */
export interface ServeRequest {
  readonly workspace: WorkspaceRef;
  readonly answers: {
    /** Undefined for the first time. */
    readonly session: string | undefined;
    readonly pieces: readonly Piece[];
    /** The last piece that came. */
    readonly seen: number;
    /** True where it is the last poll: the workspace is away from now on. */
    readonly isLast?: boolean;
  };
  /** How long to wait where there is nothing to find out, in milliseconds. */
  readonly waitMs: number;
}

export interface ServeReply {
  /** Another one than was given: nothing is known of what was begun in that one. */
  readonly session: string;
  readonly pieces: readonly Piece[];
  readonly seen: number;
}

export type ServeAnswer =
  | { readonly ok: true; readonly value: ServeReply }
  | { readonly ok: false; readonly code: "bad_run"; readonly message: string };

/** What the desk of a node understands, on this node or another. */
export interface WorkspaceDesk extends Protocol {
  readonly calls: {
    readonly ask: {
      readonly payload: { readonly workspace: string; readonly request: OwnerRequest };
      readonly reply: OwnerAnswer | OwnerAway;
    };
    /** The payload comes from outside: a `ServeRequest`, checked here. */
    readonly serve: { readonly payload: unknown; readonly reply: ServeAnswer };
  };
  readonly casts: Record<never, never>;
  readonly messages: { readonly type: string };
}

export const workspaceDeskName = "workspace.desk";
export const workspaceDeskAt = named<WorkspaceDesk>(workspaceDeskName);

/** The scope of groups that tells who has a workspace and which runs wait for it. */
export const workspaceScope = "workspaces";

/** The desks that have a workspace, or a command that does. */
export function ownersOf(workspace: string): string {
  return `has:${workspace}`;
}

/** The processes of runs that wait for a workspace. */
export function waitersFor(workspace: string): string {
  return `wants:${workspace}`;
}

/** The id of the workspace that a node itself has. */
export function workspaceOfNode(node: string): string {
  return `${nodePrefix}${node}`;
}

export function isWorkspaceOfNode(workspace: string): boolean {
  return workspace.startsWith(nodePrefix);
}

const nodePrefix = "node:";

export function awayFrom({ id, label }: WorkspaceRef): OwnerAway {
  const message = `The owner of ${label} is away: the node that has these files, or the command that was started there. The run goes on when it is back.`;
  return { ok: false, code: "workspace_away", message, workspace: id };
}

/**
 * Has a run be told when a workspace is there. Whoever is told again each time has to ask again each time: joining anew is what
 * an owner hears that came meanwhile.
 */
export function awaitWorkspace(workspace: string, runName: string): void {
  const run = whereis(runName) as Pid | undefined;
  if (run === undefined) return;
  leaveGroup(workspaceScope, waitersFor(workspace), run);
  joinGroup(workspaceScope, waitersFor(workspace), run);
}

/** Those who can be asked now, the ones of this node first. */
export function presentOwners(workspace: string): readonly Pid<WorkspaceDesk>[] {
  return groupMembers(workspaceScope, ownersOf(workspace)) as readonly Pid<WorkspaceDesk>[];
}
