// The workflows of a user: those of the package, their own and the project's, to be looked at, changed, and expanded for a run.
import { join } from "node:path";
import type { CheckedSpecification, PipelineStep } from "../actors/pipeline/language/check.ts";
import { printSpecification } from "../actors/pipeline/language/print.ts";
import {
  type ExpandedSteps,
  expandSpecification,
  expandWorkflow,
  type WorkflowLookup,
} from "../actors/pipeline/workflow/expand.ts";
import type { WorkflowMode } from "../actors/pipeline/workflow/modes.ts";
import { describeWorkflowProblems } from "../actors/pipeline/workflow/problem.ts";
import type { WorkflowParameter } from "../actors/pipeline/workflow/schema.ts";
import type { ParameterValues } from "../actors/pipeline/workflow/values.ts";
import type { TrustBook } from "../actors/workspace/trust.ts";
import { AiexError } from "../runtime/errors.ts";
import type { ProjectPlace } from "./config/project-folder.ts";
import type { Configuration } from "./config.ts";
import {
  edited,
  removed,
  type SavedWorkflow,
  type SaveOptions,
  saved,
  type WorkflowEdit,
} from "./workflow-changes.ts";
import { WorkflowRefused, WorkflowWrong } from "./workflow-failures.ts";
import {
  checkedName,
  type FoundWorkflow,
  labelOf,
  WorkflowLayers,
  type WorkflowOrigin,
  wholeIn,
} from "./workflow-layers.ts";
import { type ListedWorkflow, listed } from "./workflow-list.ts";

export type { SavedWorkflow, SaveOptions, WorkflowEdit } from "./workflow-changes.ts";
export { WorkflowRefused, WorkflowWrong } from "./workflow-failures.ts";
export type { WorkflowOrigin } from "./workflow-layers.ts";
export type { ListedWorkflow } from "./workflow-list.ts";

export interface WorkflowSources extends ProjectPlace {
  readonly trust: TrustBook;
  /** The user's folder; their workflows are in `workflows` of it. */
  readonly userFolder: string;
}

/** A workflow to look at. */
export interface ShownWorkflow extends Pick<FoundWorkflow, "name" | "origin" | "path" | "text"> {
  readonly version: number;
  readonly description: string;
  readonly mode: WorkflowMode;
  readonly parameters: Readonly<Record<string, WorkflowParameter>>;
  /** In the language, with the places for parameters. */
  readonly steps: readonly string[];
  /** Older ones of the user's that are kept, the newest first. */
  readonly versions: readonly number[];
}

/** What a run is made of. */
export interface ExpandedWorkflow {
  readonly name: string;
  readonly version: number;
  readonly origin: WorkflowOrigin;
  readonly mode: WorkflowMode;
  readonly steps: readonly PipelineStep[];
  /** The same in the language. */
  readonly specification: string;
}

export interface WorkflowBook {
  /** The user's folder for them, which need not exist. */
  readonly folder: string;
  /** By their names; of those with the same name the one in effect first. */
  list(): Promise<readonly ListedWorkflow[]>;
  /** Files of the folders that are no workflows by their names: their paths. */
  unused(): Promise<readonly string[]>;
  /** `NAME`, or `NAME@VERSION` for an older one. @throws {WorkflowRefused}; {WorkflowWrong} */
  show(reference: string, options?: { readonly builtIn?: boolean }): Promise<ShownWorkflow>;
  /** The steps of one, with these values of its parameters. @throws {WorkflowRefused}; {WorkflowWrong} */
  expand(reference: string, values?: ParameterValues): Promise<ExpandedWorkflow>;
  /** The steps of a pipeline's text, with those of the workflows that it names. */
  expandSpecification(
    text: string,
  ): Promise<ExpandedSteps | Extract<CheckedSpecification, { readonly ok: false }>>;
  /** Writes one from the text of its file; the one that was there is kept as an older version. @throws as `show` */
  save(text: string, options?: SaveOptions): Promise<SavedWorkflow>;
  /** Begins to change one; one of the package is copied to the user's. @throws as `show` */
  edit(name: string): Promise<WorkflowEdit>;
  /** Gives the path of the file that is gone. @throws {WorkflowRefused} */
  remove(
    name: string,
    options?: { readonly project?: boolean; readonly versions?: boolean },
  ): Promise<string>;
}

/** As a configuration has it. */
export function workflowBookFor(
  { trust, folders }: Pick<Configuration, "trust" | "folders">,
  project: Omit<ProjectPlace, "home">,
): WorkflowBook {
  return workflowBook({ ...project, trust, home: folders.home, userFolder: folders.user });
}

export function workflowBook({ userFolder, ...sources }: WorkflowSources): WorkflowBook {
  const folder = join(userFolder, "workflows");
  const layers = new WorkflowLayers({ ...sources, folder });
  const lookup = lookupIn(layers);
  return {
    folder,
    list: () => listed(layers),
    unused: async () => {
      const project = await layers.project();
      const shelves = [layers.user, ...(project === undefined ? [] : [project.shelf])];
      return (await Promise.all(shelves.map(async (shelf) => (await shelf.names()).others))).flat();
    },
    show: async (reference, options) => {
      const found = await layers.find(reference, options);
      const { workflow } = wholeIn(found);
      const { name, origin, path, text } = found;
      const { version, description, mode, parameters, steps } = workflow;
      const versions = await layers.user.versions(name);
      return {
        name,
        origin,
        path,
        text,
        version,
        description,
        mode,
        parameters,
        versions,
        steps: steps.map((step) => printSpecification([step])),
      };
    },
    expand: (reference, values = {}) => expanded(layers, lookup, reference, values),
    expandSpecification: (text) => expandSpecification(text, lookup),
    save: (text, options) => saved(layers, text, options),
    edit: (name) => edited(layers, name),
    remove: (name, options) => removed(layers, checkedName(name), options),
  };
}

async function expanded(
  layers: WorkflowLayers,
  lookup: WorkflowLookup,
  reference: string,
  values: ParameterValues,
): Promise<ExpandedWorkflow> {
  const found = await layers.find(reference);
  const read = wholeIn(found);
  const done = await expandWorkflow(read, values, lookup);
  const { name, origin } = found;
  if (done.ok) {
    const { version, mode } = read.workflow;
    return { name, version, origin, mode, steps: done.steps, specification: done.specification };
  }
  if (done.areOfValues)
    throw new WorkflowRefused(
      "bad_workflow_value",
      describeWorkflowProblems(labelOf(found), found.text, done.problems),
    );
  throw new WorkflowWrong(labelOf(found), found.text, done.problems);
}

/** Those in effect; what is wrong with one is told in the step that names it. */
function lookupIn(layers: WorkflowLayers): WorkflowLookup {
  return async (name) => {
    try {
      const { workflow } = wholeIn(await layers.find(name));
      return { ok: true, workflow };
    } catch (error) {
      if (error instanceof WorkflowWrong)
        return {
          ok: false,
          reason: `The workflow ${name} is wrong: \`aiex workflow show ${name}\` says where.`,
        };
      if (error instanceof AiexError) return { ok: false, reason: error.message };
      throw error;
    }
  };
}
