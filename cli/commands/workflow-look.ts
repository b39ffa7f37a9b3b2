// `aiex workflow list|show|export`: workflows to look at, and to take along.
import { FileError } from "../../runtime/file-system.ts";
import { sanitizeText, toAscii } from "../../runtime/observe/sanitize.ts";
import type { WorkflowBook } from "../../supervisors/workflows.ts";
import type { Asking } from "../asking.ts";
import { checkDestination, writeReport } from "../destination.ts";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import { showNotice } from "../failure.ts";
import { optionValue } from "../parse.ts";
import { renderJson } from "../render/json.ts";
import { workflowListText, workflowText } from "../render/workflow-text.ts";
import { readSettings } from "../settings.ts";
import { type Terminal, terminalOf } from "../terminal.ts";
import { UsageError } from "../usage.ts";
import { namedWorkflow } from "../workflow-asked.ts";

export async function workflowList(asking: Asking): Promise<ExitCode> {
  const { host } = asking;
  const book = await bookOf(asking);
  const workflows = await book.list();
  if (isJson(asking))
    await host.stdout.write(renderJson({ schema: "aiex.workflow-list/1", folder: book.folder, workflows }));
  else await host.stdout.write(workflowListText(workflows, terminalFor(asking)));
  for (const path of await book.unused())
    await showNotice(`${path} is no workflow by its name. A workflow is NAME.yaml, in small letters.`, host);
  return exitCodes.ok;
}

export async function workflowShow(asking: Asking): Promise<ExitCode> {
  const { host, parsed } = asking;
  const book = await bookOf(asking);
  const shown = await book.show(namedWorkflow(parsed), { builtIn: parsed.options.has("built-in") });
  if (isJson(asking)) await host.stdout.write(renderJson({ schema: "aiex.workflow-shown/1", ...shown }));
  else await host.stdout.write(workflowText(shown, terminalFor(asking)));
  return exitCodes.ok;
}

export async function workflowExport(asking: Asking): Promise<ExitCode> {
  const { host, parsed } = asking;
  const book = await bookOf(asking);
  const { text } = await book.show(namedWorkflow(parsed), { builtIn: parsed.options.has("built-in") });
  const output = optionValue(parsed, "output");
  if (output !== undefined && output !== "-") await writeExport(asking, output, text);
  else await host.stdout.write(host.stdout.isTTY === true ? readable(text, terminalFor(asking)) : text);
  return exitCodes.ok;
}

async function writeExport({ host, parsed }: Asking, output: string, text: string): Promise<void> {
  const { files } = host.world;
  const topic = parsed.command.words.join(" ");
  await checkDestination(files, output, undefined, topic);
  if (!parsed.options.has("force") && (await isThere(files, output)))
    throw new UsageError(
      `${JSON.stringify(output)} is there already. Name another file, or replace it with --force.`,
      topic,
    );
  await writeReport(files, output, text);
}

async function isThere(files: Asking["host"]["world"]["files"], path: string): Promise<boolean> {
  try {
    await files.linkStatus(path);
    return true;
  } catch (error) {
    if (error instanceof FileError && error.code === "file_not_found") return false;
    throw error;
  }
}

export async function bookOf({ host, interruption }: Asking): Promise<WorkflowBook> {
  return (await readSettings(host, interruption)).workflows();
}

/** Programs read what goes to no terminal. */
function isJson({ parsed, host: { stdout } }: Asking): boolean {
  const format = optionValue(parsed, "format");
  return format === undefined ? stdout.isTTY !== true : format === "json";
}

/** A file of anybody's: nothing in it may act on the terminal. */
function readable(text: string, terminal: Terminal): string {
  const safe = sanitizeText(text);
  return terminal.unicode ? safe : toAscii(safe);
}

function terminalFor({ host: { stdout, env, platform } }: Asking): Terminal {
  return terminalOf(stdout, env, platform);
}
