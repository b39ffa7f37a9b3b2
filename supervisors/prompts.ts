// The prompts in effect: the package's own, and in their place those that the user has written.
import { isUtf8 } from "node:buffer";
import { join } from "node:path";
import { builtInTemplate, type TemplateName } from "../actors/prompts/built-in.ts";
import { templateCharactersMax } from "../actors/prompts/limits.ts";
import { readTemplate, type Template } from "../actors/prompts/template.ts";
import { FileError, type FileSystem } from "../runtime/file-system.ts";
import { ConfigurationError } from "./config/problem.ts";

export interface PromptPlace {
  readonly files: FileSystem;
  /** The user's folder; their templates are in `templates` of it. */
  readonly userFolder: string;
}

export interface PromptInEffect {
  readonly template: Template;
  /** As it stands in its file. */
  readonly text: string;
  /** The user's file; undefined where it is the package's own. */
  readonly path: string | undefined;
}

/** @throws {ConfigurationError} the user's file is wrong */
export async function promptInEffect(
  { files, userFolder }: PromptPlace,
  name: TemplateName,
): Promise<PromptInEffect> {
  const own = await builtInTemplate(files, name);
  const path = join(userFolder, "templates", `${name}.md`);
  const text = await userText(files, path);
  if (text === undefined) return { ...own, path: undefined };
  const read = readTemplate(text, own.template);
  if (read.ok) return { template: read.template, text, path };
  throw wrongTemplate(path, read.problems);
}

async function userText(files: FileSystem, path: string): Promise<string | undefined> {
  try {
    const bytes = await files.readFile(path, { bytesMax: templateCharactersMax });
    if (!isUtf8(bytes)) throw wrongTemplate(path, ["is no UTF-8 text. Save it as UTF-8."]);
    return new TextDecoder().decode(bytes);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    // Services have a home such as /dev/null, in which nothing can be.
    if (error.code === "file_not_found" || error.code === "not_directory") return undefined;
    throw wrongTemplate(path, [`cannot be read: ${error.message}`]);
  }
}

function wrongTemplate(path: string, problems: readonly string[]): ConfigurationError {
  const origin = { kind: "file", path, line: 1, column: 1 } as const;
  return new ConfigurationError(
    problems.map((message) => ({ key: "", origin, message: `the template ${message}` })),
  );
}
