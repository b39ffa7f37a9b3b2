// The supervision tree of a node as data, and as text. No supervisor is asked: one that is busy is shown as it is now.
import { sanitizeLine } from "../observe/sanitize.ts";
import { activityOf, kindOf, type ProcessActivity, type ProcessKind } from "../process/info.ts";
import type { Kernel } from "../process/kernel.ts";
import { formatPid, type Pid } from "../process/pid.ts";
import type { Process } from "../process/process.ts";
import type { Protocol } from "../process/protocol.ts";
import type { Restart } from "../supervision/child-spec.ts";
import type { PastRestart } from "../supervision/restart-history.ts";
import { Supervised, type SupervisedChild } from "../supervision/supervised.ts";
import { inspectLimits } from "./limits.ts";

export interface TreeOptions {
  /** Children of one supervisor that are shown; 1,000 by default. */
  readonly childrenMax?: number;
}

export interface TreeNode {
  /** The child's id; of a root the logic's name. */
  readonly id: string;
  readonly name: string | undefined;
  /** Undefined for a child that does not run now. */
  readonly pid: Pid | undefined;
  readonly logic: string | undefined;
  readonly kind: ProcessKind | undefined;
  readonly type: "worker" | "supervisor";
  /** Undefined for a root: nobody starts it again. */
  readonly restart: Restart | undefined;
  /** What its process does, or else what its supervisor makes of it. */
  readonly status: ProcessActivity | "restarting" | "stopped";
  readonly restarts: readonly PastRestart[];
  readonly children: readonly TreeNode[];
  /** Children that are not shown, because there are too many. */
  readonly more: number;
}

export interface ApplicationTree {
  /** The application whose tree it is; undefined for a supervisor that was started by hand. */
  readonly application: string | undefined;
  readonly root: TreeNode;
}

/** The trees of a node, in the order of their starts: one for each supervisor that no other supervises. */
export function supervisionTrees(
  kernel: Kernel,
  { childrenMax = inspectLimits.treeChildrenDefault }: TreeOptions = {},
): readonly ApplicationTree[] {
  const growing = new Growing(kernel, childrenMax);
  const trees: ApplicationTree[] = [];
  for (const process of kernel.processes.values()) {
    if (!process.isAlive || !isRoot(kernel, process)) continue;
    trees.push({ application: kernel.applications.get(process.pid.id), root: growing.root(process) });
  }
  return trees;
}

/** Remembers whose tree `top` is the top of, until it ends. */
export function nameApplication(kernel: Kernel, top: Pid<Protocol>, application: string): void {
  const process = kernel.find(top);
  if (process === undefined) return;
  kernel.applications.set(process.pid.id, application);
  process.releases ??= new Set();
  process.releases.add(() => kernel.applications.delete(process.pid.id));
}

/** Trees as lines for a terminal. */
export function formatTrees(trees: readonly ApplicationTree[]): string {
  return trees
    .flatMap(({ application, root }) => [titled(application, root), ...branches(root, "")])
    .join("\n");
}

class Growing {
  readonly #kernel: Kernel;
  readonly #childrenMax: number;

  constructor(kernel: Kernel, childrenMax: number) {
    this.#kernel = kernel;
    this.#childrenMax = childrenMax;
  }

  root(process: Process): TreeNode {
    const child = { type: "supervisor", restart: undefined, restarts: [] } as const;
    return this.#node({ ...child, id: process.logicName, pid: process.pid, status: "running" });
  }

  #node(child: Omit<SupervisedChild, "restart"> & { readonly restart: Restart | undefined }): TreeNode {
    const process = child.pid === undefined ? undefined : this.#kernel.find(child.pid);
    const supervised = process === undefined ? undefined : childrenOf(process);
    const children = supervised === undefined ? [] : this.#children(supervised);
    const { id, type, restart, restarts } = child;
    return {
      id,
      name: process?.name,
      pid: process?.pid ?? (child.pid as Pid | undefined),
      logic: process?.logicName,
      kind: process === undefined ? undefined : kindOf(process),
      type,
      restart,
      status:
        process === undefined ? (child.status === "running" ? "exiting" : child.status) : activityOf(process),
      restarts,
      children,
      more: (supervised?.childCount ?? 0) - children.length,
    };
  }

  #children(supervised: Supervised): readonly TreeNode[] {
    const shown: TreeNode[] = [];
    for (const child of supervised.supervisedChildren()) {
      if (shown.length >= this.#childrenMax) break;
      shown.push(this.#node(child));
    }
    return shown;
  }
}

function isRoot(kernel: Kernel, process: Process): boolean {
  if (childrenOf(process) === undefined) return false;
  const above = process.parent === undefined ? undefined : kernel.find(process.parent.pid);
  return above === undefined || childrenOf(above)?.supervisedChild(process.pid) === undefined;
}

function childrenOf({ behaviour }: Process): Supervised | undefined {
  const state = behaviour.insight?.().state;
  return state instanceof Supervised ? state : undefined;
}

function titled(application: string | undefined, root: TreeNode): string {
  const title = application === undefined ? "" : `${sanitizeLine(application)}: `;
  return `${title}${worded(root)}`;
}

function branches({ children, more }: TreeNode, indent: string): readonly string[] {
  const lines = children.flatMap((child, index) => {
    const isLast = index === children.length - 1 && more === 0;
    const below = branches(child, `${indent}${isLast ? "    " : "│   "}`);
    return [`${indent}${isLast ? "└── " : "├── "}${worded(child)}`, ...below];
  });
  return more === 0 ? lines : [...lines, `${indent}└── … ${more} more`];
}

function worded({ id, name, pid, type, restart, status, restarts }: TreeNode): string {
  const called = name === undefined || name === id ? id : `${id} ("${name}")`;
  const last = restarts.at(-1);
  return sanitizeLine(
    [
      called,
      pid === undefined ? "" : formatPid(pid),
      type === "supervisor" ? "supervisor" : "",
      restart ?? "",
      status,
      last === undefined ? "" : `restarted ${restarts.length}×, last: ${last.reason}`,
    ]
      .filter((part) => part !== "")
      .join("  "),
  );
}
