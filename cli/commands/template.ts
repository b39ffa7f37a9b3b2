// `aiex template list|show|test`: the prompts of operations, those of the package and the user's own.
import type { TemplateName } from "../../actors/prompts/names.ts";
import { printable } from "../../actors/rendering/printable.ts";
import { sanitizeText, toAscii } from "../../runtime/observe/sanitize.ts";
import type { Prompt, PromptBook, TestedPrompt } from "../../supervisors/prompts.ts";
import type { Asking } from "../asking.ts";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import { showNotice } from "../failure.ts";
import { optionValue } from "../parse.ts";
import { renderJson } from "../render/json.ts";
import { readSettings } from "../settings.ts";
import { paint, type Terminal, terminalOf } from "../terminal.ts";

export async function templateList(asking: Asking): Promise<ExitCode> {
  const { host } = asking;
  const book = await bookOf(asking);
  const prompts = await book.list();
  if (isJson(asking)) {
    const templates = prompts.map(({ template: { name, version, summary }, ...prompt }) => ({
      ...{ name, version, summary, path: prompt.path ?? null, problems: prompt.problems },
    }));
    await host.stdout.write(renderJson({ schema: "aiex.template-list/1", folder: book.folder, templates }));
  } else {
    const terminal = terminalFor(asking);
    await host.stdout.write(`${prompts.flatMap((prompt) => promptLines(prompt, terminal)).join("\n")}\n`);
  }
  await tellUnused(asking, book);
  return exitCodes.ok;
}

export async function templateShow(asking: Asking): Promise<ExitCode> {
  const { parsed, host } = asking;
  const book = await bookOf(asking);
  const [name] = parsed.arguments;
  const shown = await book.show(name as TemplateName, { builtIn: parsed.options.has("built-in") });
  if (isJson(asking)) {
    const { template, path = null, problems } = shown;
    await host.stdout.write(renderJson({ schema: "aiex.template/1", ...template, path, problems }));
  } else await host.stdout.write(shownText(shown.text, terminalFor(asking)));
  for (const problem of shown.problems) await showNotice(`${shown.path} ${problem}`, host);
  return shown.problems.length === 0 ? exitCodes.ok : exitCodes.badConfiguration;
}

export async function templateTest(asking: Asking): Promise<ExitCode> {
  const { parsed, host } = asking;
  const book = await bookOf(asking);
  const [name] = parsed.arguments;
  const tested = await book.test(name as TemplateName | undefined);
  const isPrinted = parsed.options.has("print");
  const terminal = terminalFor(asking);
  if (isJson(asking)) {
    const templates = tested.map(({ prompt: { template, path = null, problems }, renderings }) => ({
      ...{ name: template.name, version: template.version, path, problems },
      ...(isPrinted ? { renderings } : { renderings: renderings.length }),
    }));
    await host.stdout.write(renderJson({ schema: "aiex.template-test/1", templates }));
  } else {
    for (const { prompt, renderings } of tested) {
      await host.stdout.write(`${testLines(prompt, renderings.length, terminal).join("\n")}\n`);
      if (isPrinted) await host.stdout.write(renderings.map((one) => renderingText(one, terminal)).join(""));
    }
  }
  if (name === undefined) await tellUnused(asking, book);
  return tested.some(({ prompt }) => prompt.problems.length > 0) ? exitCodes.badConfiguration : exitCodes.ok;
}

type Rendering = TestedPrompt["renderings"][number];

function promptLines(prompt: Prompt, terminal: Terminal): string[] {
  const { template, path, problems } = prompt;
  const whose =
    path === undefined ? "" : `  ${paint(terminal, "green", `(your own: ${printable(path, terminal)})`)}`;
  return [
    `${paint(terminal, "bold", template.name)}  version ${template.version}${whose}`,
    `    ${printable(template.summary, terminal)}`,
    ...problems.map(
      (problem) => `    ${paint(terminal, "red", "It is wrong:")} it ${printable(problem, terminal)}`,
    ),
  ];
}

function testLines({ template, path, problems }: Prompt, renderings: number, terminal: Terminal): string[] {
  const whose = path === undefined ? "built in" : printable(path, terminal);
  const name = `${template.name}  version ${template.version}, ${whose}`;
  if (problems.length > 0) {
    return [
      `${paint(terminal, "red", "wrong")}  ${name}`,
      ...problems.map((problem) => `       it ${printable(problem, terminal)}`),
    ];
  }
  const times = renderings === 1 ? "once" : `${renderings} times`;
  return [`${paint(terminal, "green", "ok")}     ${name}: rendered ${times}`];
}

function renderingText(messages: Rendering, terminal: Terminal): string {
  return messages
    .map(
      ({ role, content }) => `\n${paint(terminal, "bold", `[${role}]`)}\n${shownText(content, terminal)}\n`,
    )
    .join("");
}

/** A file of the user's, or what is made of it: nothing in it may act on the terminal. */
function shownText(text: string, terminal: Terminal): string {
  const safe = sanitizeText(text);
  return terminal.unicode ? safe : toAscii(safe);
}

async function tellUnused({ host }: Asking, book: PromptBook): Promise<void> {
  for (const path of await book.unused()) {
    await showNotice(
      `${path} stands in for no prompt. \`aiex template list\` names those that there are.`,
      host,
    );
  }
}

async function bookOf({ host, interruption }: Asking): Promise<PromptBook> {
  return (await readSettings(host, interruption)).promptBook;
}

function isJson({ parsed }: Asking): boolean {
  return optionValue(parsed, "format") === "json";
}

function terminalFor({ host: { stdout, env, platform } }: Asking): Terminal {
  return terminalOf(stdout, env, platform);
}
