// Finds the settings file of a project, and reads it where the project is trusted. Until then only its name is looked at.
import { isUtf8 } from "node:buffer";
import { join } from "node:path";
import { TrustBook } from "../../actors/workspace/trust.ts";
import { FileError } from "../../runtime/file-system.ts";
import { type ConfigurationProblem, type Setting, shown } from "./problem.ts";
import { findInProject, type ProjectPlace } from "./project-folder.ts";
import { userFileNames } from "./user-file.ts";

export interface ProjectSources extends ProjectPlace {
  /** The user's data, where it is written what is trusted. */
  readonly dataFolder: string;
}

export interface ProjectFile {
  /** The project that the file is of: a real path. */
  readonly root: string;
  readonly settings: readonly Setting[];
  readonly problems: readonly ConfigurationProblem[];
  /** Sentences for stderr, safe to print. */
  readonly warnings: readonly string[];
}

// As of the user's own file.
const fileBytesMax = 64 * 1024;

/** The book of the projects that this user trusts. */
export function trustBook({ files, dataFolder, home }: Omit<ProjectSources, "directory">): TrustBook {
  return new TrustBook({ files, folder: join(dataFolder, "trust"), home });
}

/** Undefined where there is none. Never fails: what is wrong with the file is in `problems`. */
export async function readProjectFile(sources: ProjectSources): Promise<ProjectFile | undefined> {
  const found = await findInProject(sources, userFileNames);
  if (found === undefined) return undefined;
  const { root, path } = found;
  const nothing = { root, settings: [], problems: [], warnings: [] };
  if ((await trustBook(sources).projectOf(root)) === undefined) {
    const warning = `${shown(path)} is not used, because the project is not trusted. Look at it; to have it used: aiex trust ${shown(root)}`;
    return { ...nothing, warnings: [warning] };
  }
  const refuse = (message: string): ProjectFile => {
    const origin = { kind: "file", path, line: 1, column: 1 } as const;
    return { ...nothing, problems: [{ key: "", origin, message }] };
  };
  try {
    // What is trusted is the project; a link leads out of it.
    if ((await sources.files.realPath(path)) !== path)
      return refuse("it is a link, or lies behind one. Put the file itself there.");
    const bytes = await sources.files.readFile(path, { bytesMax: fileBytesMax });
    if (!isUtf8(bytes)) return refuse("the file is not UTF-8 text. Save it as UTF-8.");
    const { settingsOf } = await import("./yaml-settings.ts");
    return { ...nothing, ...settingsOf(new TextDecoder().decode(bytes), path) };
  } catch (error) {
    if (error instanceof FileError) return refuse(error.message);
    throw error;
  }
}
