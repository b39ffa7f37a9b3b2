// Reads the keys of providers that stand in files of their own, as secrets are mounted into containers.
import { isAbsolute, join } from "node:path";
import { FileError, type FileSystem } from "../../runtime/file-system.ts";
import { type ConfigurationProblem, type Setting, shown } from "./problem.ts";

export interface KeyFiles {
  readonly settings: readonly Setting[];
  readonly problems: readonly ConfigurationProblem[];
  readonly warnings: readonly string[];
}

// The longest keys are tokens of some kilobytes.
const keyBytesMax = 16 * 1024;
const READABLE_BY_OTHERS = 0o004;

/** A setting `api_key_file: PATH` stands for `api_key` with what the file holds, but for the space around it. */
export async function keyFileSettings(
  settings: readonly Setting[],
  files: FileSystem,
  home: string,
): Promise<KeyFiles> {
  const found: Setting[] = [];
  const problems: ConfigurationProblem[] = [];
  const warnings: string[] = [];
  for (const { path, value, origin } of settings) {
    if (path.at(-1) !== "api_key_file" || typeof value !== "string") continue;
    const key = path.join(".");
    const refuse = (message: string) => problems.push({ key, origin, message });
    const section = path.slice(0, -1);
    const other = ["api_key", "api_key_env"].find((name) => has(settings, [...section, name]));
    const file = value.startsWith("~/") ? join(home, value.slice(2)) : value;
    if (other !== undefined) {
      refuse(`stands beside ${other}. Give one of the two.`);
    } else if (!isAbsolute(file) || file.includes("\0")) {
      refuse("must be an absolute path, or one that begins with ~/.");
    } else {
      const read = await keyIn(files, file);
      if ("problem" in read) refuse(read.problem);
      else if (read.key === undefined)
        warnings.push(`${key} names the file ${shown(file)}, which is not there.`);
      else {
        const place = { kind: "file", path: file, line: 1, column: 1 } as const;
        found.push({ path: [...section, "api_key"], value: read.key, origin: place });
        if (read.isOpen) {
          warnings.push(
            `${shown(file)} holds an API key and others can read it. Run: chmod 600 ${shown(file)}`,
          );
        }
      }
    }
  }
  return { settings: found, problems, warnings };
}

type Read = { readonly key: string | undefined; readonly isOpen: boolean } | { readonly problem: string };

async function keyIn(files: FileSystem, path: string): Promise<Read> {
  try {
    const real = await files.realPath(path);
    const key = new TextDecoder().decode(await files.readFile(real, { bytesMax: keyBytesMax })).trim();
    if (key === "")
      return { problem: `names the file ${shown(path)}, which is empty. Write the key into it.` };
    if (!/^[\x21-\x7e]+$/.test(key)) {
      return { problem: `names the file ${shown(path)}, which must hold one key and nothing else.` };
    }
    const { mode } = await files.status(real);
    // Windows reports permissions that mean nothing.
    return { key, isOpen: process.platform !== "win32" && (mode & READABLE_BY_OTHERS) !== 0 };
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    if (error.code === "file_not_found") return { key: undefined, isOpen: false };
    return { problem: `names a file that cannot be read: ${error.message}` };
  }
}

function has(settings: readonly Setting[], path: readonly string[]): boolean {
  const key = path.join(".");
  return settings.some((other) => other.origin.kind === "file" && other.path.join(".") === key);
}
