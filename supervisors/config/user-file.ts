// Finds and reads the user's configuration file.
import { isUtf8 } from "node:buffer";
import { join } from "node:path";
import { FileError, type FileStatus, type FileSystem } from "../../runtime/file-system.ts";
import { type ConfigurationProblem, type Setting, shown } from "./problem.ts";
import { userFolder } from "./user-folder.ts";

export interface UserFile {
  /** The file that was read, as it was named; undefined where there is none. */
  readonly path: string | undefined;
  readonly settings: readonly Setting[];
  readonly problems: readonly ConfigurationProblem[];
  readonly warnings: readonly string[];
}

// A complete configuration with long comments is a tenth of this.
const fileBytesMax = 64 * 1024;
/** In the user's folder; the first that is there counts. */
export const userFileNames = ["config.yaml", "config.yml", "config.json"];
const READABLE_BY_OTHERS = 0o044;
const WRITABLE_BY_OTHERS = 0o022;

/** `$AIEX_CONFIG`, else the first of config.{yaml,yml,json} in `$XDG_CONFIG_HOME/aiex` or `~/.config/aiex`. */
export async function readUserFile(
  files: FileSystem,
  env: Readonly<Record<string, string | undefined>>,
  home: string,
): Promise<UserFile> {
  const named = env.AIEX_CONFIG;
  if (named) return (await readOne(files, named)) ?? missing(named);
  const directory = userFolder(env, home);
  for (const [index, name] of userFileNames.entries()) {
    const path = join(directory, name);
    const found = await readOne(files, path);
    if (found === undefined) continue;
    const warnings = [...found.warnings];
    for (const other of userFileNames.slice(index + 1)) {
      if (await exists(files, join(directory, other))) {
        warnings.push(
          `${shown(join(directory, other))} is ignored, because ${name} beside it is used. Keep one.`,
        );
      }
    }
    return { ...found, warnings };
  }
  return { path: undefined, settings: [], problems: [], warnings: [] };
}

/** Undefined where there is nothing at `path`. A link to the file is followed, as dotfile managers make them. */
async function readOne(files: FileSystem, path: string): Promise<UserFile | undefined> {
  try {
    const real = await files.realPath(path);
    const bytes = await files.readFile(real, { bytesMax: fileBytesMax });
    if (!isUtf8(bytes)) return refused(path, "the file is not UTF-8 text. Save it as UTF-8.");
    // Loaded with the parser of YAML, which nobody without a file needs.
    const { settingsOf } = await import("./yaml-settings.ts");
    const { settings, problems } = settingsOf(new TextDecoder().decode(bytes), path);
    return {
      path,
      settings,
      problems,
      warnings: permissionWarnings(path, await files.status(real), settings),
    };
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    const absent = error.code === "file_not_found" || error.code === "not_directory";
    if (absent && !(await exists(files, path))) return undefined;
    return refused(path, error.message);
  }
}

function permissionWarnings(path: string, { mode }: FileStatus, settings: readonly Setting[]): string[] {
  // Windows reports permissions that mean nothing.
  if (process.platform === "win32") return [];
  const warnings: string[] = [];
  const keys = settings.filter(({ path: key }) => key.at(-1) === "api_key");
  if (keys.length > 0 && (mode & READABLE_BY_OTHERS) !== 0) {
    warnings.push(`${shown(path)} holds an API key and others can read it. Run: chmod 600 ${shown(path)}`);
  }
  if ((mode & WRITABLE_BY_OTHERS) !== 0) {
    warnings.push(
      `Others can change ${shown(path)}, and with it where code is sent. Run: chmod go-w ${shown(path)}`,
    );
  }
  return warnings;
}

function missing(path: string): UserFile {
  const message = "there is no file here, but AIEX_CONFIG names it. Make the file or unset AIEX_CONFIG.";
  return refused(path, message);
}

function refused(path: string, message: string): UserFile {
  const origin = { kind: "file", path, line: 1, column: 1 } as const;
  return { path, settings: [], problems: [{ key: "", origin, message }], warnings: [] };
}

export async function exists(files: FileSystem, path: string): Promise<boolean> {
  try {
    await files.linkStatus(path);
    return true;
  } catch (error) {
    if (error instanceof FileError) return false;
    throw error;
  }
}
