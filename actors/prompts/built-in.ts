// The templates of the package, read when they are asked for.
import { fileURLToPath } from "node:url";
import { FileError, type FileSystem } from "../../runtime/file-system.ts";
import { templateCharactersMax } from "./limits.ts";
import type { TemplateName } from "./names.ts";
import { readTemplate, type Template } from "./template.ts";

/** Beside the sources; a compiled file finds them from `dist/actors/prompts/`, a joined one from `dist/command/actors/analysis/`. */
const places = [
  "./templates/",
  "../../../actors/prompts/templates/",
  "../../../../actors/prompts/templates/",
];

export interface BuiltInTemplate {
  readonly template: Template;
  /** As it stands in its file. */
  readonly text: string;
}

/** @throws {FileError} the package is not whole */
export async function builtInTemplate(files: FileSystem, name: TemplateName): Promise<BuiltInTemplate> {
  const text = await textOf(files, `${name}.md`);
  const read = readTemplate(text);
  if (!read.ok) throw new TypeError(`The template ${name} of the package ${read.problems.join(" ")}`);
  return { template: read.template, text };
}

async function textOf(files: FileSystem, file: string): Promise<string> {
  for (const place of places) {
    const path = fileURLToPath(new URL(`${place}${file}`, import.meta.url));
    try {
      return new TextDecoder().decode(await files.readFile(path, { bytesMax: templateCharactersMax }));
    } catch (error) {
      if (!(error instanceof FileError) || error.code !== "file_not_found") throw error;
    }
  }
  const because = "it is missing from the package. Install aiex again.";
  throw new FileError("file_not_found", "read the template", file, { because });
}
