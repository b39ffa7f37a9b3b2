// The prompts in effect: the package's own, and in their place those that the user has written.
import { isUtf8 } from "node:buffer";
import { join } from "node:path";
import { builtInTemplate } from "../actors/prompts/built-in.ts";
import { templateCharactersMax } from "../actors/prompts/limits.ts";
import { type TemplateName, templateNames } from "../actors/prompts/names.ts";
import { renderPrompt } from "../actors/prompts/render.ts";
import { sampleValues } from "../actors/prompts/sample.ts";
import { readTemplate, type Template } from "../actors/prompts/template.ts";
import { FileError, type FileSystem } from "../runtime/file-system.ts";
import { Misuse } from "../runtime/process/failures.ts";
import { ConfigurationError } from "./config/problem.ts";

export interface PromptPlace {
  readonly files: FileSystem;
  /** The user's folder; their templates are in `templates` of it. */
  readonly userFolder: string;
}

export interface Prompt {
  readonly name: TemplateName;
  readonly template: Template;
  /** As it stands in its file. */
  readonly text: string;
  /** The user's file; undefined where it is the package's own. */
  readonly path: string | undefined;
  /** What is wrong with the user's file: then no operation that needs it goes on, and `template` is the package's own. */
  readonly problems: readonly string[];
}

/** A prompt that was tried. */
export interface TestedPrompt {
  readonly prompt: Prompt;
  /** What a model would be told, once for each word of its choices and once without what may be left out; none of one that is wrong. */
  readonly renderings: readonly ReturnType<typeof renderPrompt>[];
}

/** The prompts for looking at. A file of the user's that is wrong is no error here: it has `problems`. */
export interface PromptBook {
  /** The user's folder for them, which need not exist. */
  readonly folder: string;
  /** Every one in effect, in the order of their names. */
  list(): Promise<readonly Prompt[]>;
  /** One in effect, or, with `builtIn`, as it comes with the package. @throws {Misuse} there is no such template */
  show(name: TemplateName, options?: { readonly builtIn?: boolean }): Promise<Prompt>;
  /** Renders one, or all of them, with sample values. @throws as `show` */
  test(name?: TemplateName): Promise<readonly TestedPrompt[]>;
  /** Files in the user's folder that stand in for no template: their paths. */
  unused(): Promise<readonly string[]>;
}

export function promptBook(place: PromptPlace): PromptBook {
  const folder = folderOf(place);
  return {
    folder,
    list: () => promptsOf(place, templateNames),
    show: async (name, { builtIn = false } = {}) => {
      if (!builtIn) return promptOf(place, known(name));
      const own = await builtInTemplate(place.files, known(name));
      return { name, ...own, path: undefined, problems: [] };
    },
    test: async (name) =>
      (await promptsOf(place, name === undefined ? templateNames : [known(name)])).map((prompt) => ({
        prompt,
        renderings: renderingsOf(prompt),
      })),
    unused: () => unusedIn(place.files, folder),
  };
}

/** @throws {ConfigurationError} the user's file is wrong */
export async function promptInEffect(place: PromptPlace, name: TemplateName): Promise<Template> {
  const { template, path, problems } = await promptOf(place, name);
  if (path === undefined || problems.length === 0) return template;
  const origin = { kind: "file", path, line: 1, column: 1 } as const;
  throw new ConfigurationError(
    problems.map((problem) => ({ key: "", origin, message: `the template ${problem}` })),
  );
}

function promptsOf(place: PromptPlace, names: readonly TemplateName[]): Promise<readonly Prompt[]> {
  return Promise.all(names.map((name) => promptOf(place, name)));
}

/** Programs give any text, and a name is a part of a path. */
function known(name: TemplateName): TemplateName {
  if (templateNames.includes(name)) return name;
  throw new Misuse(`There is no template ${JSON.stringify(name)}. There are: ${templateNames.join(", ")}.`);
}

function renderingsOf({ template, problems }: Prompt): TestedPrompt["renderings"] {
  return problems.length > 0 ? [] : sampleValues(template).map((values) => renderPrompt(template, values));
}

async function promptOf(place: PromptPlace, name: TemplateName): Promise<Prompt> {
  const { files } = place;
  const own = { name, ...(await builtInTemplate(files, name)), path: undefined, problems: [] };
  const path = join(folderOf(place), `${name}.md`);
  const written = await userText(files, path);
  if (written === undefined) return own;
  if ("problem" in written) return { ...own, path, problems: [written.problem] };
  const { text } = written;
  const read = readTemplate(text, own.template);
  if (!read.ok) return { ...own, text, path, problems: read.problems };
  return { name, template: read.template, text, path, problems: [] };
}

async function userText(
  files: FileSystem,
  path: string,
): Promise<{ readonly text: string } | { readonly problem: string } | undefined> {
  try {
    const bytes = await files.readFile(path, { bytesMax: templateCharactersMax });
    if (!isUtf8(bytes)) return { problem: "is no UTF-8 text. Save it as UTF-8." };
    return { text: new TextDecoder().decode(bytes) };
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    return mayBeAbsent(error) ? undefined : { problem: `cannot be read. ${error.message}` };
  }
}

async function unusedIn(files: FileSystem, folder: string): Promise<readonly string[]> {
  const known: ReadonlySet<string> = new Set(templateNames.map((name) => `${name}.md`));
  const unused: string[] = [];
  try {
    for await (const { name } of files.readDirectory(folder)) {
      if (/^[^.].*\.md$/i.test(name) && !known.has(name)) unused.push(join(folder, name));
    }
  } catch (error) {
    if (!(error instanceof FileError) || !mayBeAbsent(error)) throw error;
  }
  return unused.sort();
}

/** Services have a home such as /dev/null, in which nothing can be. */
function mayBeAbsent({ code }: FileError): boolean {
  return code === "file_not_found" || code === "not_directory";
}

function folderOf({ userFolder }: PromptPlace): string {
  return join(userFolder, "templates");
}
