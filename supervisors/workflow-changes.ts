// Changes to workflows: they are written, edited by a person, and removed, and what was there before can be found again.
import { createHash } from "node:crypto";
import { versionMax, workflowBytesMax } from "../actors/pipeline/workflow/limits.ts";
import { builtInWorkflowNames } from "../actors/pipeline/workflow/names.ts";
import { type ReadWorkflow, readWorkflow } from "../actors/pipeline/workflow/read.ts";
import { withHead } from "../actors/pipeline/workflow/write.ts";
import { FileError } from "../runtime/file-system.ts";
import { shown } from "./config/problem.ts";
import { WorkflowRefused, WorkflowWrong } from "./workflow-failures.ts";
import { checkedName, type ProjectShelf, unreadable, type WorkflowLayers } from "./workflow-layers.ts";
import type { WorkflowShelf } from "./workflow-shelf.ts";

export interface SaveOptions {
  /** Into the project's folder in place of the user's. */
  readonly project?: boolean;
  /** Whether one that is there may be replaced. */
  readonly replaces?: boolean;
  /** The name that it gets, whatever the text says. */
  readonly name?: string;
  /** What the text is called where something is wrong with it. Default: "the workflow". */
  readonly label?: string;
}

export interface SavedWorkflow {
  readonly name: string;
  readonly version: number;
  readonly path: string;
  /** The version that it replaces, by which a user's is kept; null for none. */
  readonly replaced: number | null;
  /** False where the same text was there already: nothing is written then. */
  readonly isChanged: boolean;
  /** True where it is in a project that is not trusted, and not used before it is. */
  readonly isWaiting: boolean;
}

/** A workflow that a person changes. */
export interface WorkflowEdit {
  /** The file to change. */
  readonly path: string;
  /** True where it holds what an earlier edit left. */
  readonly isResumed: boolean;
  /** Takes the text of the file. @throws {WorkflowWrong}; {WorkflowRefused}: the file stays then */
  finish(): Promise<SavedWorkflow>;
}

/** @throws {WorkflowWrong} the text is no workflow; {WorkflowRefused} one is there that may not be replaced, or must not stand beside it */
export async function saved(
  layers: WorkflowLayers,
  text: string,
  options: SaveOptions = {},
): Promise<SavedWorkflow> {
  const { project = false, replaces = false, name: given, label = "the workflow" } = options;
  const asked = given === undefined ? undefined : checkedName(given);
  const read = wholeText(label, text);
  const name = asked ?? read.workflow.name;
  const place = project ? await layers.projectForWriting() : undefined;
  const shelf = place?.shelf ?? layers.user;
  await refuseLookalike(shelf, name);
  const before = await textOn(shelf, name);
  const named = name === read.workflow.name ? text : withHead(text, { name });
  const { version: own } = read.workflow;
  const facts = { name, path: shelf.pathOf(name), isWaiting: place?.isTrusted === false };
  const same = before === undefined ? undefined : versionOfSame(name, before, named, own);
  if (same !== undefined) return { ...facts, version: same, replaced: null, isChanged: false };
  if (before !== undefined && !replaces) throw alreadyThere(name, facts.path);
  const replaced =
    before === undefined
      ? null
      : place === undefined
        ? await keep(shelf, name, before)
        : versionOf(before, name);
  const version = await nextVersion(shelf, name, own, replaced);
  if (version > versionMax) throw noVersionLeft(name, project ? "--project" : "--versions");
  const written = version === own ? named : withHead(named, { version });
  try {
    await shelf.write(name, written, { replaces: before !== undefined });
  } catch (error) {
    if (!(error instanceof FileError && error.code === "file_exists" && error.path === facts.path))
      throw error;
    // Another program was faster: what it has written is there now. Where nothing can be read, it is a link that leads nowhere.
    if ((await textOn(shelf, name)) === undefined) await shelf.write(name, written, { replaces: true });
    else if (replaces) return saved(layers, text, options);
    else throw alreadyThere(name, facts.path);
  }
  return { ...facts, version, replaced, isChanged: true };
}

/** The version of a text that is there, where another is the same but for an older number, which it would not keep; undefined where not. */
function versionOfSame(name: string, before: string, text: string, own: number): number | undefined {
  if (before === text) return own;
  const version = versionOf(before, name);
  return version !== null && version > own && withHead(text, { version }) === before ? version : undefined;
}

function alreadyThere(name: string, path: string): WorkflowRefused {
  const remedy = `\`aiex workflow edit ${name}\` changes it; with --force it is replaced.`;
  return new WorkflowRefused("workflow_exists", `There is a workflow ${name} at ${shown(path)}. ${remedy}`);
}

/** Begins to change one: its text is copied to a file of the user's, from which it is taken when that is whole. */
export async function edited(layers: WorkflowLayers, reference: string): Promise<WorkflowEdit> {
  const name = checkedName(reference);
  const found = await layers.find(name);
  const project = found.origin === "project" ? await layers.project() : undefined;
  const draft = project === undefined ? name : `${name}@${projectMark(project)}`;
  const path = layers.user.draftPathOf(draft);
  const left = await layers.user.readDraft(draft);
  if (left === undefined) await layers.user.writeDraft(draft, found.text);
  const finish = async (): Promise<SavedWorkflow> => {
    const file = await layers.user.readDraft(draft);
    const keeps = `Nothing has changed. Your text is in ${shown(path)}: \`aiex workflow edit ${name}\` goes on with it. Remove it to begin anew.`;
    if (file === undefined)
      throw new WorkflowRefused("workflow_changed", `${shown(path)} is gone. Nothing has changed.`);
    if ("problem" in file) throw new WorkflowWrong(shown(path), "", [unreadable(path, file.problem)], keeps);
    wholeText(shown(path), file.text, keeps, name);
    const now = await layers.find(name);
    if (now.text !== found.text && now.text !== file.text)
      throw new WorkflowRefused(
        "workflow_changed",
        `The workflow ${name} was changed by another program meanwhile. ${keeps}`,
      );
    const isSame = file.text === found.text;
    const done: SavedWorkflow = isSame
      ? { ...unchanged(found.text, name), path: found.path ?? path }
      : await saved(layers, file.text, { project: project !== undefined, replaces: true });
    await layers.user.removeDraft(draft);
    return done;
  };
  return { path, isResumed: left !== undefined, finish };
}

/** What is removed of the user's is kept as a version, unless those go too. */
export async function removed(
  layers: WorkflowLayers,
  name: string,
  { project = false, versions = false }: { readonly project?: boolean; readonly versions?: boolean } = {},
): Promise<string> {
  const place = await layers.project();
  const shelf = project ? place?.shelf : layers.user;
  const text = shelf === undefined ? undefined : await rawOn(shelf, name);
  if (shelf === undefined || (text === undefined && !(versions && (await shelf.versions(name)).length > 0))) {
    const elsewhere = project ? layers.user : place?.shelf;
    throw await nothingToRemove(name, project, elsewhere);
  }
  if (text !== undefined && !project && !versions) await keep(shelf, name, text);
  await shelf.remove(name);
  if (versions && !project) await shelf.removeVersions(name);
  return shelf.pathOf(name);
}

async function nothingToRemove(
  name: string,
  project: boolean,
  elsewhere: WorkflowShelf | undefined,
): Promise<WorkflowRefused> {
  const isElsewhere = elsewhere !== undefined && (await elsewhere.read(name)) !== undefined;
  const where = project ? "The project has" : "You have";
  const remedy = project ? " Leave --project out for your own." : " With --project the project's is removed.";
  if (isElsewhere) return new WorkflowRefused("unknown_workflow", `${where} no workflow ${name}.${remedy}`);
  if (builtInWorkflowNames.some((one) => one === name))
    return new WorkflowRefused(
      "built_in_workflow",
      `${name} comes with aiex, and stays. ${where} none of that name.`,
    );
  return new WorkflowRefused(
    "unknown_workflow",
    `${where} no workflow ${name}. \`aiex workflow list\` names those that there are.`,
  );
}

function wholeText(
  label: string,
  text: string,
  advice = "",
  name?: string,
): Extract<ReadWorkflow, { readonly ok: true }> {
  if (Buffer.byteLength(text) > workflowBytesMax) {
    const message = `${label} has more than ${workflowBytesMax} bytes, the most of a workflow.`;
    throw new WorkflowWrong(label, "", [{ place: undefined, message }], advice);
  }
  const read = readWorkflow(text, name);
  if (!read.ok) throw new WorkflowWrong(label, text, read.problems, advice);
  return read;
}

/** Not every file system tells capitals from small letters, and the file may be on another one tomorrow. */
async function refuseLookalike(shelf: WorkflowShelf, name: string): Promise<void> {
  const { others } = await shelf.names();
  const same = others.find(
    (path) => path.toLowerCase().replace(/\.yml$/, ".yaml") === shelf.pathOf(name).toLowerCase(),
  );
  if (same === undefined) return;
  const message = `${shown(same)} is there, which some systems take for the same file. Rename or remove it first.`;
  throw new WorkflowRefused("workflow_exists", message);
}

async function textOn(shelf: WorkflowShelf, name: string): Promise<string | undefined> {
  const file = await shelf.read(name);
  if (file === undefined || "text" in file) return file?.text;
  throw new WorkflowWrong(shown(file.path), "", [unreadable(file.path, file.problem)]);
}

/** "" for what cannot be read: it may be removed all the same. */
async function rawOn(shelf: WorkflowShelf, name: string): Promise<string | undefined> {
  const file = await shelf.read(name);
  return file === undefined ? undefined : "text" in file ? file.text : "";
}

/**
 * By its own number where that is behind those that are kept. What a person gave an older number, or what has none since it is wrong, gets
 * the next one: a number stands for one text, and the oldest go first.
 * @returns the number; null where there is nothing to keep
 */
async function keep(shelf: WorkflowShelf, name: string, text: string): Promise<number | null> {
  if (text === "") return null;
  const own = versionOf(text, name);
  const kept = own === null ? undefined : await shelf.readVersion(name, own);
  if (kept !== undefined && "text" in kept && kept.text === text) return own;
  const version = await nextVersion(shelf, name, own ?? 1, null);
  if (version > versionMax) throw noVersionLeft(name, "--versions");
  await shelf.keepVersion(
    name,
    version,
    version === own || own === null ? text : withHead(text, { version }),
  );
  return version;
}

function noVersionLeft(name: string, option: string): WorkflowRefused {
  const remedy = `Print it with \`aiex workflow export ${name}\`, write a smaller version into that, remove it with \`aiex workflow delete ${name} ${option}\`, and import it.`;
  const message = `A workflow ${name} has version ${versionMax}, and none comes behind that. Nothing has changed. ${remedy}`;
  return new WorkflowRefused("no_version_left", message);
}

/** Greater than all before it: a number stands for one text. */
async function nextVersion(
  shelf: WorkflowShelf,
  name: string,
  wanted: number,
  replaced: number | null,
): Promise<number> {
  const last = Math.max(replaced ?? 0, ...(await shelf.versions(name)));
  return wanted > last ? wanted : last + 1;
}

/** Null where the text is no workflow. */
function versionOf(text: string, name: string): number | null {
  const read = readWorkflow(text, name);
  return read.ok ? read.workflow.version : null;
}

function unchanged(text: string, name: string): Omit<SavedWorkflow, "path"> {
  return { name, version: versionOf(text, name) ?? 1, replaced: null, isChanged: false, isWaiting: false };
}

/** Tells the drafts of several projects apart. */
function projectMark({ root }: ProjectShelf): string {
  return createHash("sha256").update(root).digest("hex").slice(0, markCharacters);
}

// Enough for all the projects of a user.
const markCharacters = 12;
