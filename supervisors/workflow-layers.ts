// Where workflows are looked for: a trusted project's, the user's, and those of the package, in this order.
import { builtInWorkflow } from "../actors/pipeline/workflow/built-in.ts";
import {
  type BuiltInWorkflowName,
  builtInWorkflowNames,
  isWorkflowName,
  workflowNameFrom,
  workflowNameRule,
} from "../actors/pipeline/workflow/names.ts";
import type { WorkflowProblem } from "../actors/pipeline/workflow/problem.ts";
import { type ReadWorkflow, readWorkflow } from "../actors/pipeline/workflow/read.ts";
import type { TrustBook } from "../actors/workspace/trust.ts";
import { nearest } from "../runtime/nearest.ts";
import { shown } from "./config/problem.ts";
import { findInProject, type ProjectPlace, placeInProject } from "./config/project-folder.ts";
import { WorkflowRefused, WorkflowWrong } from "./workflow-failures.ts";
import { type ShelfFile, WorkflowShelf } from "./workflow-shelf.ts";

export type WorkflowOrigin = "project" | "user" | "built-in";

export interface FoundWorkflow {
  readonly name: string;
  readonly origin: WorkflowOrigin;
  /** Its file; null where it is in the package. */
  readonly path: string | null;
  /** As it stands there. */
  readonly text: string;
  readonly read: ReadWorkflow;
}

/** The project's folder. */
export interface ProjectShelf {
  readonly shelf: WorkflowShelf;
  readonly root: string;
  readonly isTrusted: boolean;
}

export interface LayerSources extends ProjectPlace {
  readonly trust: TrustBook;
  /** The user's folder of workflows. */
  readonly folder: string;
}

export class WorkflowLayers {
  readonly user: WorkflowShelf;
  readonly #sources: LayerSources;

  constructor(sources: LayerSources) {
    this.#sources = sources;
    this.user = new WorkflowShelf({ files: sources.files, folder: sources.folder, of: "user" });
  }

  /** Undefined where the project has none. */
  async project(): Promise<ProjectShelf | undefined> {
    const found = await findInProject(this.#sources, [folderName]);
    return found === undefined ? undefined : this.#shelfOf(found);
  }

  /** Also where there is none yet. @throws {WorkflowRefused} the directory is in no project */
  async projectForWriting(): Promise<ProjectShelf> {
    const found =
      (await findInProject(this.#sources, [folderName])) ?? (await placeInProject(this.#sources, folderName));
    if (found !== undefined) return this.#shelfOf(found);
    const where = shown(this.#sources.directory);
    throw new WorkflowRefused(
      "no_project",
      `There is no project at ${where}. Go to the folder of one, or leave --project out.`,
    );
  }

  /** The one in effect, or with a version that one. @throws {WorkflowRefused}; {WorkflowWrong} its file cannot be read */
  async find(reference: string, { builtIn = false } = {}): Promise<FoundWorkflow> {
    const { name, version } = referenceOf(reference);
    const project = await this.project();
    const found = builtIn
      ? await this.#builtIn(name)
      : version === undefined
        ? await this.#inEffect(name, project)
        : await this.#ofVersion(name, version, project);
    if (found !== undefined) return found;
    throw await this.#unknown(name, version, project);
  }

  /** All names that could be meant. */
  async names(project: ProjectShelf | undefined): Promise<readonly string[]> {
    const own = [this.user, ...(project?.isTrusted === true ? [project.shelf] : [])];
    const lists = await Promise.all(own.map(async (shelf) => (await shelf.names()).names));
    return [...new Set([...lists.flat(), ...builtInWorkflowNames])].sort();
  }

  async #inEffect(name: string, project: ProjectShelf | undefined): Promise<FoundWorkflow | undefined> {
    const projects = project?.isTrusted === true ? await project.shelf.read(name) : undefined;
    if (projects !== undefined) return foundIn(name, "project", projects);
    const users = await this.user.read(name);
    return users === undefined ? this.#builtIn(name) : foundIn(name, "user", users);
  }

  async #ofVersion(
    name: string,
    version: number,
    project: ProjectShelf | undefined,
  ): Promise<FoundWorkflow | undefined> {
    const candidates = [
      async () =>
        project?.isTrusted === true
          ? foundOrNone(name, "project", await project.shelf.read(name))
          : undefined,
      async () => foundOrNone(name, "user", await this.user.read(name)),
    ];
    const isAsked = (found: FoundWorkflow | undefined): boolean =>
      found?.read.ok === true && found.read.workflow.version === version;
    for (const candidate of candidates) {
      const found = await candidate();
      if (isAsked(found)) return found;
    }
    // Its number is that of its file, also where it is wrong: then that is told.
    const kept = await this.user.readVersion(name, version);
    if (kept !== undefined) return foundIn(name, "user", kept);
    const builtIn = await this.#builtIn(name);
    return isAsked(builtIn) ? builtIn : undefined;
  }

  async #builtIn(name: string): Promise<FoundWorkflow | undefined> {
    const known = builtInWorkflowNames.find((one: BuiltInWorkflowName) => one === name);
    if (known === undefined) return undefined;
    const text = await builtInWorkflow(this.#sources.files, known);
    return { name, origin: "built-in", path: null, text, read: readWorkflow(text, name) };
  }

  async #unknown(
    name: string,
    version: number | undefined,
    project: ProjectShelf | undefined,
  ): Promise<WorkflowRefused> {
    if (project?.isTrusted === false && (await project.shelf.names()).names.includes(name)) {
      const message = `The workflow ${name} is the project's, which is not trusted. Look at ${shown(project.shelf.pathOf(name))}; to have it used: aiex trust ${shown(project.root)}`;
      return new WorkflowRefused("workflow_waits", message);
    }
    const names = await this.names(project);
    const kept = await this.user.versions(name);
    if (version !== undefined && (names.includes(name) || kept.length > 0)) {
      const which = kept.length === 0 ? "No older version of it is kept." : `Kept are ${kept.join(", ")}.`;
      return new WorkflowRefused(
        "unknown_workflow",
        `There is no version ${version} of the workflow ${name}. ${which}`,
      );
    }
    if (kept.length > 0) {
      const which = kept.map((one) => `${name}@${one}`).join(", ");
      const message = `The workflow ${name} was removed. Older versions of it are kept: ${which}.`;
      return new WorkflowRefused("unknown_workflow", message);
    }
    const meant = nearest(name, names);
    const remedy = meant === undefined ? `There are ${names.join(", ")}.` : `Did you mean ${meant}?`;
    return new WorkflowRefused("unknown_workflow", `There is no workflow ${name}. ${remedy}`);
  }

  async #shelfOf({ root, path }: { readonly root: string; readonly path: string }): Promise<ProjectShelf> {
    const { files, trust } = this.#sources;
    const isTrusted = (await trust.projectOf(root)) !== undefined;
    return { shelf: new WorkflowShelf({ files, folder: path, of: "project" }), root, isTrusted };
  }
}

/** @throws {WorkflowRefused} it is no name */
export function checkedName(name: string): string {
  if (isWorkflowName(name)) return name;
  const meant = workflowNameFrom(name);
  const remedy = isWorkflowName(meant) && meant !== name ? ` Did you mean ${meant}?` : "";
  const given = JSON.stringify(
    name.length > nameCharactersShown ? `${name.slice(0, nameCharactersShown)}...` : name,
  );
  throw new WorkflowRefused(
    "bad_workflow_name",
    `A workflow cannot be called ${given}. ${workflowNameRule}.${remedy}`,
  );
}

/** `NAME` or `NAME@VERSION`. */
function referenceOf(reference: string): { readonly name: string; readonly version: number | undefined } {
  const [, name, number] = /^([^@]*)@([1-9]\d{0,9})$/.exec(reference) ?? [];
  if (name === undefined) return { name: checkedName(reference), version: undefined };
  return { name: checkedName(name), version: Number(number) };
}

function foundOrNone(
  name: string,
  origin: WorkflowOrigin,
  file: ShelfFile | undefined,
): FoundWorkflow | undefined {
  return file === undefined || "problem" in file ? undefined : foundIn(name, origin, file);
}

/** @throws {WorkflowWrong} it cannot be read */
export function foundIn(name: string, origin: WorkflowOrigin, file: ShelfFile): FoundWorkflow {
  const { path } = file;
  if ("problem" in file) throw new WorkflowWrong(shown(path), "", [unreadable(path, file.problem)]);
  return { name, origin, path, text: file.text, read: readWorkflow(file.text, name) };
}

/** @throws {WorkflowWrong} it is not */
export function wholeIn(found: FoundWorkflow): Extract<ReadWorkflow, { readonly ok: true }> {
  if (found.read.ok) return found.read;
  throw new WorkflowWrong(labelOf(found), found.text, found.read.problems);
}

/** What its text is called where something in it is wrong. */
export function labelOf({ name, path }: Pick<FoundWorkflow, "name" | "path">): string {
  return path === null ? name : shown(path);
}

export function unreadable(path: string, problem: string): WorkflowProblem {
  return { place: undefined, message: `${shown(path)} cannot be used: ${problem}` };
}

const folderName = "workflows";
// Enough to recognize what was given.
const nameCharactersShown = 60;
