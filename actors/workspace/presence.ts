// Tells the cluster which workspaces a desk has, and the runs that wait for one that it is there.
import {
  demonitorGroup,
  type GroupMessage,
  joinGroup,
  leaveGroup,
  monitorGroup,
  type Pid,
  type Ref,
  self,
  send,
  sendAfter,
} from "../../runtime/index.ts";
import { ownersOf, waitersFor, workspaceScope } from "./desk-protocol.ts";
import { workspaceAccessLimits } from "./limits.ts";

/** What a desk sends itself, for those who came to wait. */
export interface TellDue {
  readonly type: "tell";
  readonly workspace: string;
  readonly runs: readonly Pid[];
}

/** To be used by the desk's process alone. */
export class Presence {
  /** By workspace: who comes to wait for it. */
  readonly #watched = new Map<string, Ref>();

  /** It is there, or there again: whoever waits for it is told, and whoever comes to wait as well. */
  begin(workspace: string): void {
    const known = this.#watched.get(workspace);
    if (known !== undefined) demonitorGroup(workspaceScope, known);
    else joinGroup(workspaceScope, ownersOf(workspace), self());
    const { ref, members } = monitorGroup(workspaceScope, waitersFor(workspace));
    this.#watched.set(workspace, ref);
    tell(workspace, members);
  }

  end(workspace: string): void {
    const known = this.#watched.get(workspace);
    if (known === undefined) return;
    this.#watched.delete(workspace);
    demonitorGroup(workspaceScope, known);
    leaveGroup(workspaceScope, ownersOf(workspace), self());
  }

  /** Whoever comes to wait is told in a moment. */
  hear({ change, group, pids }: GroupMessage): void {
    if (change !== "join") return;
    const workspace = [...this.#watched.keys()].find((known) => waitersFor(known) === group);
    if (workspace === undefined) return;
    const due: TellDue = { type: "tell", workspace, runs: pids };
    sendAfter(self(), due as never, workspaceAccessLimits.tellAfterMs);
  }

  tell({ workspace, runs }: TellDue): void {
    if (this.#watched.has(workspace)) tell(workspace, runs);
  }
}

function tell(workspace: string, runs: readonly Pid[]): void {
  for (const run of runs) send(run, { type: "workspace_back", workspace } as never);
}
