// The book of trusted projects: whose settings and instructions are obeyed. It lies with the user's data, never in a project.
import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { z } from "zod";
import { AiexError } from "../../runtime/errors.ts";
import { FileError, type FileSystem, quotePath } from "../../runtime/file-system.ts";
import { isInside, realRoot } from "./path-guard.ts";

/** One directory, by its real path and by what the file system calls it: another one in its place is not trusted. */
export interface TrustedProject {
  readonly path: string;
  readonly device: string;
  readonly inode: string;
  /** Milliseconds since the epoch. */
  readonly trustedAt: number;
}

export interface TrustBookOptions {
  readonly files: FileSystem;
  /** Where it is kept; need not exist. */
  readonly folder: string;
  /** The user's home, which is never trusted as a whole. */
  readonly home: string;
}

/** Ends with exit code 5. */
class TrustRefused extends AiexError {
  readonly code = "trust_refused";
}

const entryBytesMax = 16 * 1024;
const folderMode = 0o700;
const entryMode = 0o600;
const WRITABLE_BY_OTHERS = 0o022;

const entrySchema = z.object({
  schema: z.literal("aiex.trusted-project/1"),
  path: z.string(),
  device: z.string(),
  inode: z.string(),
  trustedAt: z.number(),
});

/** One file for each project, so that two programs that trust at the same time lose nothing. */
export class TrustBook {
  readonly #files: FileSystem;
  readonly #folder: string;
  readonly #home: string;

  constructor({ files, folder, home }: TrustBookOptions) {
    this.#files = files;
    this.#folder = folder;
    this.#home = home;
  }

  /** The trusted project that a directory is, or lies in. Never fails: what cannot be looked at is not trusted. */
  async projectOf(directory: string): Promise<TrustedProject | undefined> {
    try {
      const real = await this.#files.realPath(directory);
      for (let at = real; ; at = dirname(at)) {
        const project = await this.#entryOf(at);
        if (project !== undefined && (await this.isPresent(project)) && !(await this.#holdsBook(at)))
          return project;
        if (dirname(at) === at) return undefined;
      }
    } catch (error) {
      if (error instanceof FileError) return undefined;
      throw error;
    }
  }

  /** Whether the directory that was trusted is still the one at its path. */
  async isPresent({ path, device, inode }: TrustedProject): Promise<boolean> {
    try {
      const now = await this.#files.linkStatus(path);
      return now.kind === "directory" && now.device === device && now.inode === inode;
    } catch (error) {
      if (error instanceof FileError) return false;
      throw error;
    }
  }

  /**
   * Trusts a directory with all below it.
   * @throws {TrustRefused} it is a home folder, or holds one, or holds this book; {FileError} it is no directory
   */
  async trust(directory: string, trustedAt: number): Promise<TrustedProject> {
    const path = await realRoot(this.#files, directory);
    const home = await this.#files.realPath(this.#home).catch(() => this.#home);
    if (dirname(path) === path || isInside(path, home) || isInside(path, this.#home))
      throw refused(
        path,
        "it holds your home folder, and with it all that is not this project. Name the project's own folder.",
      );
    if (await this.#holdsBook(path))
      throw refused(
        path,
        `it holds ${quotePath(this.#folder)}, where is written what is trusted. Name another folder.`,
      );
    const { device, inode } = await this.#files.linkStatus(path);
    const project: TrustedProject = { path, device, inode, trustedAt };
    await this.#files.makeDirectory(this.#folder, { mode: folderMode });
    const text = `${JSON.stringify({ schema: "aiex.trusted-project/1", ...project })}\n`;
    await this.#files.writeFile(this.#fileOf(path), new TextEncoder().encode(text), { mode: entryMode });
    return project;
  }

  /** Takes a project out by its path, which need not be there any more. @returns false where it was not in the book */
  async revoke(path: string): Promise<boolean> {
    try {
      await this.#files.remove(this.#fileOf(path));
      return true;
    } catch (error) {
      if (error instanceof FileError && isMissing(error)) return false;
      throw error;
    }
  }

  /** In the order of their paths. */
  async list(): Promise<readonly TrustedProject[]> {
    const projects: TrustedProject[] = [];
    try {
      for await (const { name } of this.#files.readDirectory(this.#folder)) {
        if (!name.endsWith(".json")) continue;
        const project = await this.#entryAt(join(this.#folder, name));
        if (project !== undefined && this.#fileOf(project.path) === join(this.#folder, name))
          projects.push(project);
      }
    } catch (error) {
      if (!(error instanceof FileError) || !isMissing(error)) throw error;
    }
    return projects.sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  async #entryOf(path: string): Promise<TrustedProject | undefined> {
    const project = await this.#entryAt(this.#fileOf(path));
    return project?.path === path ? project : undefined;
  }

  /** Undefined for what is none: damaged, or open to be written by others. */
  async #entryAt(file: string): Promise<TrustedProject | undefined> {
    try {
      const bytes = await this.#files.readFile(file, { bytesMax: entryBytesMax });
      const { mode } = await this.#files.linkStatus(file);
      // Windows reports permissions that mean nothing.
      if (process.platform !== "win32" && (mode & WRITABLE_BY_OTHERS) !== 0) return undefined;
      const parsed = entrySchema.safeParse(JSON.parse(new TextDecoder().decode(bytes)));
      if (!parsed.success) return undefined;
      const { path, device, inode, trustedAt } = parsed.data;
      return { path, device, inode, trustedAt };
    } catch (error) {
      if (error instanceof FileError || error instanceof SyntaxError) return undefined;
      throw error;
    }
  }

  /** A project that holds the book could trust itself. */
  async #holdsBook(project: string): Promise<boolean> {
    const real = await this.#files.realPath(this.#folder).catch(() => this.#folder);
    return isInside(project, real);
  }

  #fileOf(path: string): string {
    return join(this.#folder, `${createHash("sha256").update(path).digest("hex")}.json`);
  }
}

function isMissing({ code }: FileError): boolean {
  return code === "file_not_found" || code === "not_directory";
}

function refused(path: string, because: string): TrustRefused {
  return new TrustRefused(`Cannot trust ${quotePath(path)}: ${because}`);
}
