// Which projects this user trusts: to be given, taken back and looked at, by the command and from programs alike.
import { resolve } from "node:path";
import type { TrustBook } from "../actors/workspace/trust.ts";
import { FileError, type FileSystem } from "../runtime/file-system.ts";
import type { Clock } from "../runtime/world.ts";

/** A project that was trusted. */
export interface ListedTrust {
  /** Its real path. */
  readonly path: string;
  /** Milliseconds since the epoch. */
  readonly trustedAtMs: number;
  /** False where another folder is at its path now, or none: that is not trusted. */
  readonly isPresent: boolean;
}

export interface TrustTaken {
  /** The real path; as it was given where nothing is there any more. */
  readonly path: string;
  /** Whether it was trusted by itself. */
  readonly wasTrusted: boolean;
  /** The trusted project that it lies in: it is trusted still. Null where there is none. */
  readonly trustedBy: string | null;
}

export interface TrustDesk {
  /** Those that were trusted, in the order of their paths. */
  list(): Promise<readonly ListedTrust[]>;
  /**
   * Trusts a directory with all below it; left out the one where relative paths start. Gives its real path.
   * @throws {AiexError} `trust_refused`: it is a home folder, or holds one, or what is trusted is written in it; {FileError} it is
   *   no directory
   */
  give(directory?: string): Promise<string>;
  /** Trusts it no longer. It need not be there any more. @throws {FileError} it cannot be looked at, or written down */
  revoke(directory?: string): Promise<TrustTaken>;
}

export interface TrustDeskOptions {
  readonly files: FileSystem;
  readonly clock: Pick<Clock, "wallTime">;
  readonly book: TrustBook;
  /** Where relative paths start. */
  readonly directory: string;
  /** Is told of what has become of a path, and awaited. */
  readonly onChange: (what: "trust_given" | "trust_revoked", path: string) => Promise<void>;
}

export function trustDesk({ files, clock, book, directory, onChange }: TrustDeskOptions): TrustDesk {
  return {
    list: async () => {
      const projects = await book.list();
      return Promise.all(
        projects.map(async (project) => ({
          ...{ path: project.path, trustedAtMs: project.trustedAt },
          isPresent: await book.isPresent(project),
        })),
      );
    },
    give: async (given = ".") => {
      const { path } = await book.trust(resolve(directory, given), clock.wallTime());
      await onChange("trust_given", path);
      return path;
    },
    revoke: async (given = ".") => {
      const named = resolve(directory, given);
      // The folder may be gone: then its path is what it was called by.
      const path = await files.realPath(named).catch((error: unknown) => {
        if (error instanceof FileError) return named;
        throw error;
      });
      const wasTrusted = (await book.revoke(path)) || (path !== named && (await book.revoke(named)));
      if (wasTrusted) await onChange("trust_revoked", path);
      return { path, wasTrusted, trustedBy: (await book.projectOf(path))?.path ?? null };
    },
  };
}
