// Reads the YAML files of a folder of the user's: in the order of their names, each within its limits.
import { isUtf8 } from "node:buffer";
import { join } from "node:path";
import { userRuleFileBytesMax, userRuleFilesMax } from "../../actors/analysis/limits.ts";
import { FileError, type FileSystem } from "../../runtime/file-system.ts";
import { type ConfigurationProblem, shown } from "./problem.ts";
import { exists } from "./user-file.ts";

export interface YamlFile {
  readonly path: string;
  readonly text: string;
}

export interface YamlFiles {
  readonly files: readonly YamlFile[];
  readonly problems: readonly ConfigurationProblem[];
  /** Sentences for stderr, safe to print. */
  readonly warnings: readonly string[];
}

const WRITABLE_BY_OTHERS = 0o022;

/** Nothing where there is no folder. Files whose names begin with a dot are an editor's and left out. */
export async function readYamlFolder(fileSystem: FileSystem, folder: string): Promise<YamlFiles> {
  const names: string[] = [];
  try {
    for await (const { name } of fileSystem.readDirectory(folder)) {
      if (/^[^.].*\.ya?ml$/i.test(name)) names.push(name);
      if (names.length > userRuleFilesMax) {
        const message = `the folder holds more than ${userRuleFilesMax} YAML files. Put several documents into one.`;
        return refused(folder, message);
      }
    }
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    // Services have a home such as /dev/null, in which nothing can be.
    const mayBeAbsent = error.code === "file_not_found" || error.code === "not_directory";
    return mayBeAbsent && !(await exists(fileSystem, folder)) ? nothing : refused(folder, error.message);
  }
  const read = await Promise.all(names.sort().map((name) => readYamlFile(fileSystem, join(folder, name))));
  return {
    files: read.flatMap(({ files }) => files),
    problems: read.flatMap(({ problems }) => problems),
    warnings: read.flatMap(({ warnings }) => warnings),
  };
}

/** A link is refused, as is everything else that is no regular file. */
export async function readYamlFile(fileSystem: FileSystem, path: string): Promise<YamlFiles> {
  try {
    const bytes = await fileSystem.readFile(path, { bytesMax: userRuleFileBytesMax });
    if (!isUtf8(bytes)) return refused(path, "the file is not UTF-8 text. Save it as UTF-8.");
    const text = new TextDecoder().decode(bytes);
    const { yamlRefusal } = await import("../../actors/yaml/plain-yaml.ts");
    const refusal = yamlRefusal(text, "a file of rules");
    if (refusal !== undefined) return refused(path, refusal);
    const { mode } = await fileSystem.status(path);
    return { files: [{ path, text }], problems: [], warnings: permissionWarnings(path, mode) };
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    const isLarge = error.code === "file_too_large";
    const advice = `the file is larger than ${userRuleFileBytesMax} bytes. Split it into several.`;
    return refused(path, isLarge ? advice : error.message);
  }
}

function permissionWarnings(path: string, mode: number): string[] {
  // Windows reports permissions that mean nothing.
  if (process.platform === "win32" || (mode & WRITABLE_BY_OTHERS) === 0) return [];
  return [`Others can change ${shown(path)}, and with it what is found. Run: chmod go-w ${shown(path)}`];
}

function refused(path: string, message: string): YamlFiles {
  const origin = { kind: "file", path, line: 1, column: 1 } as const;
  return { files: [], problems: [{ key: "", origin, message }], warnings: [] };
}

const nothing: YamlFiles = { files: [], problems: [], warnings: [] };
