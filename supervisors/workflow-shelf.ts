// A folder with workflows, a file each: the user's, with older versions beside them, or a project's.
import { isUtf8 } from "node:buffer";
import { join } from "node:path";
import { versionsKeptMax, workflowBytesMax, workflowFilesMax } from "../actors/pipeline/workflow/limits.ts";
import { isWorkflowName } from "../actors/pipeline/workflow/names.ts";
import { FileError, type FileSystem } from "../runtime/file-system.ts";

export interface ShelfOptions {
  readonly files: FileSystem;
  /** Absolute; need not exist. */
  readonly folder: string;
  /** Whom the files are for: the user's are for nobody else, a project's for all who have it. */
  readonly of: "user" | "project";
}

/** A file that is there: its text, or why that cannot be read. */
export type ShelfFile = { readonly path: string } & (
  | { readonly text: string }
  | { readonly problem: string }
);

export interface ShelfNames {
  /** In the order of the alphabet. */
  readonly names: readonly string[];
  /** Files that are no workflows by their names: their paths. */
  readonly others: readonly string[];
}

/** Files are written whole or not at all, and never through a link in a project. */
export class WorkflowShelf {
  readonly folder: string;
  readonly #files: FileSystem;
  readonly #of: ShelfOptions["of"];

  constructor({ files, folder, of }: ShelfOptions) {
    this.folder = folder;
    this.#files = files;
    this.#of = of;
  }

  pathOf(name: string): string {
    return join(this.folder, `${name}.yaml`);
  }

  /** None where there is no folder; of a very large folder of a project a part. @throws {FileError} it cannot be listed */
  async names(): Promise<ShelfNames> {
    const names: string[] = [];
    const others: string[] = [];
    for (const file of await this.#listed(this.folder)) {
      const name = /^(.*)\.yaml$/.exec(file)?.[1];
      if (name !== undefined && isWorkflowName(name)) names.push(name);
      else if (/^[^.].*\.ya?ml$/i.test(file)) others.push(join(this.folder, file));
    }
    return { names: names.sort(), others: others.sort() };
  }

  /** Undefined where there is none. */
  read(name: string): Promise<ShelfFile | undefined> {
    return this.#read(this.pathOf(name));
  }

  /** @throws {FileError} it cannot be written; `file_exists`: one is there, and it `replaces` none */
  write(name: string, text: string, { replaces }: { readonly replaces: boolean }): Promise<void> {
    return this.#write(this.folder, this.pathOf(name), text, replaces);
  }

  /** @throws {FileError} it cannot be removed */
  remove(name: string): Promise<void> {
    return this.#removed(this.pathOf(name));
  }

  /** Numbers of the older versions that are kept of a name, the newest first. */
  async versions(name: string): Promise<readonly number[]> {
    const numbers = (await this.#listed(this.#versionsFolder)).flatMap((file) => {
      const [, whose, number] = /^([a-z][a-z0-9_-]*)@([1-9]\d{0,9})\.yaml$/.exec(file) ?? [];
      return whose === name && number !== undefined ? [Number(number)] : [];
    });
    return numbers.sort((one, other) => other - one);
  }

  readVersion(name: string, version: number): Promise<ShelfFile | undefined> {
    return this.#read(this.#pathOfVersion(name, version));
  }

  /** Keeps the text of a version, and as many of the ones before as are kept. */
  async keepVersion(name: string, version: number, text: string): Promise<void> {
    await this.#write(this.#versionsFolder, this.#pathOfVersion(name, version), text);
    const old = (await this.versions(name)).slice(versionsKeptMax);
    for (const one of old) await this.#removed(this.#pathOfVersion(name, one));
  }

  async removeVersions(name: string): Promise<void> {
    for (const one of await this.versions(name)) await this.#removed(this.#pathOfVersion(name, one));
  }

  /** Where a person's changes to a workflow are until they are taken. */
  draftPathOf(name: string): string {
    return join(this.#draftsFolder, `${name}.yaml`);
  }

  readDraft(name: string): Promise<ShelfFile | undefined> {
    return this.#read(this.draftPathOf(name));
  }

  writeDraft(name: string, text: string): Promise<void> {
    return this.#write(this.#draftsFolder, this.draftPathOf(name), text);
  }

  removeDraft(name: string): Promise<void> {
    return this.#removed(this.draftPathOf(name));
  }

  get #versionsFolder(): string {
    return join(this.folder, "versions");
  }

  get #draftsFolder(): string {
    return join(this.folder, "drafts");
  }

  #pathOfVersion(name: string, version: number): string {
    return join(this.#versionsFolder, `${name}@${version}.yaml`);
  }

  /** Dotfile managers make links to the user's folders; in a project a link leads out of what is trusted. */
  get #links() {
    return { followsLinks: this.#of === "user" };
  }

  /** Another program may have been faster. */
  async #removed(path: string): Promise<void> {
    try {
      await this.#files.remove(path, this.#links);
    } catch (error) {
      if (!(error instanceof FileError) || !mayBeAbsent(error)) throw error;
    }
  }

  async #write(folder: string, path: string, text: string, replaces = true): Promise<void> {
    const [folderMode, fileMode] = this.#of === "user" ? [0o700, 0o600] : [0o755, 0o644];
    await this.#files.makeDirectory(folder, { mode: folderMode, ...this.#links });
    const how = { mode: fileMode, replaces, ...this.#links };
    await this.#files.writeFile(path, new TextEncoder().encode(text), how);
  }

  async #read(path: string): Promise<ShelfFile | undefined> {
    try {
      if (this.#of === "project" && (await this.#files.realPath(path)) !== path)
        return { path, problem: "it is a link, or lies behind one. Put the file itself there." };
      const real = await this.#files.realPath(path);
      const bytes = await this.#files.readFile(real, { bytesMax: workflowBytesMax });
      if (!isUtf8(bytes)) return { path, problem: "it is no UTF-8 text. Save it as UTF-8." };
      return { path, text: new TextDecoder().decode(bytes) };
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      if (mayBeAbsent(error)) return undefined;
      if (error.code !== "file_too_large") return { path, problem: error.message };
      return { path, problem: `it is larger than ${workflowBytesMax} bytes, the most of a workflow.` };
    }
  }

  async #listed(folder: string): Promise<readonly string[]> {
    const names: string[] = [];
    try {
      for await (const { name } of this.#files.readDirectory(folder)) {
        names.push(name);
        if (names.length <= workflowFilesMax) continue;
        // A project that nobody trusts must not keep the user from their own.
        if (this.#of === "project") break;
        const because = `it holds more than ${workflowFilesMax} files. Remove some.`;
        throw new FileError("file_failed", "list the workflows in", folder, { because });
      }
    } catch (error) {
      if (!(error instanceof FileError) || !mayBeAbsent(error)) throw error;
    }
    return names;
  }
}

/** Services have a home such as /dev/null, in which nothing can be. */
function mayBeAbsent({ code }: FileError): boolean {
  return code === "file_not_found" || code === "not_directory";
}
