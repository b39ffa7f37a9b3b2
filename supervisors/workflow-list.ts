// The list of workflows, with what is in effect, what is hidden or waits, and what is wrong.

import type { WorkflowMode } from "../actors/pipeline/workflow/modes.ts";
import { type BuiltInWorkflowName, builtInWorkflowNames } from "../actors/pipeline/workflow/names.ts";
import { describeWorkflowProblems } from "../actors/pipeline/workflow/problem.ts";
import { WorkflowWrong } from "./workflow-failures.ts";
import {
  type FoundWorkflow,
  foundIn,
  labelOf,
  type WorkflowLayers,
  type WorkflowOrigin,
} from "./workflow-layers.ts";
import type { WorkflowShelf } from "./workflow-shelf.ts";

export interface ListedWorkflow {
  readonly name: string;
  readonly origin: WorkflowOrigin;
  /** Null where it is in the package. */
  readonly path: string | null;
  /**
   * `hidden`: another of the same name goes before it; `waiting`: it is the project's, which is not trusted, and its file was not looked
   * at; `wrong`: it is in effect, and cannot be run.
   */
  readonly state: "ready" | "hidden" | "waiting" | "wrong";
  /** Null, as all that follows but `problems`, where it was not read or is wrong. */
  readonly version: number | null;
  readonly description: string | null;
  readonly mode: WorkflowMode | null;
  readonly parameters: readonly string[] | null;
  /** What is wrong with it, each with its place. */
  readonly problems: readonly string[];
}

/** By their names; of those with the same name the one in effect first. */
export async function listed(layers: WorkflowLayers): Promise<readonly ListedWorkflow[]> {
  const project = await layers.project();
  const projects =
    project === undefined
      ? []
      : project.isTrusted
        ? await onShelf(project.shelf, "project")
        : await waiting(project.shelf);
  const users = await onShelf(layers.user, "user");
  const builtIn = await Promise.all(
    builtInWorkflowNames.map(async (name: BuiltInWorkflowName) =>
      rowOf(await layers.find(name, { builtIn: true })),
    ),
  );
  const taken = new Set<string>();
  const rows = [...projects, ...users, ...builtIn].map((row): ListedWorkflow => {
    if (row.state === "waiting") return row;
    if (taken.has(row.name)) return { ...row, state: "hidden" };
    taken.add(row.name);
    return row;
  });
  return rows.sort((one, other) => (one.name < other.name ? -1 : one.name > other.name ? 1 : 0));
}

async function onShelf(shelf: WorkflowShelf, origin: WorkflowOrigin): Promise<ListedWorkflow[]> {
  const rows: ListedWorkflow[] = [];
  // One after the other: a folder may hold more files than may be open at a time.
  for (const name of (await shelf.names()).names) {
    try {
      const file = await shelf.read(name);
      if (file !== undefined) rows.push(rowOf(foundIn(name, origin, file)));
    } catch (error) {
      if (!(error instanceof WorkflowWrong)) throw error;
      const problems = error.problems.map(({ message }) => message);
      rows.push({ ...unread(name, origin, shelf), state: "wrong", problems });
    }
  }
  return rows;
}

/** Of files that nobody has looked at. */
async function waiting(shelf: WorkflowShelf): Promise<ListedWorkflow[]> {
  const { names } = await shelf.names();
  return names.map((name) => ({ ...unread(name, "project", shelf), state: "waiting" }));
}

function unread(name: string, origin: WorkflowOrigin, shelf: WorkflowShelf): Omit<ListedWorkflow, "state"> {
  const facts = { version: null, description: null, mode: null, parameters: null };
  return { name, origin, path: shelf.pathOf(name), ...facts, problems: [] };
}

function rowOf(found: FoundWorkflow): ListedWorkflow {
  const { name, origin, path, text, read } = found;
  if (!read.ok) {
    const facts = { version: null, description: null, mode: null, parameters: null };
    const problems = read.problems.map((problem) =>
      describeWorkflowProblems(labelOf(found), text, [problem]),
    );
    return { name, origin, path, state: "wrong", ...facts, problems };
  }
  const { version, description, mode, parameters } = read.workflow;
  const facts = { version, description, mode, parameters: Object.keys(parameters) };
  return { name, origin, path, state: "ready", ...facts, problems: [] };
}
