// `aiex workflow create|import|edit|delete`: workflows that are written, changed and removed.
import { isUtf8 } from "node:buffer";
import { workflowBytesMax } from "../../actors/pipeline/workflow/limits.ts";
import type { WorkflowMode } from "../../actors/pipeline/workflow/modes.ts";
import { workflowText } from "../../actors/pipeline/workflow/write.ts";
import { printable } from "../../actors/rendering/printable.ts";
import { AiexError } from "../../runtime/errors.ts";
import { FileError } from "../../runtime/file-system.ts";
import { type SavedWorkflow, WorkflowWrong } from "../../supervisors/workflows.ts";
import type { Asking } from "../asking.ts";
import { editorOf } from "../editor.ts";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import { showNotice } from "../failure.ts";
import { optionValue } from "../parse.ts";
import { renderJson } from "../render/json.ts";
import { savedText } from "../render/workflow-text.ts";
import { readStdin } from "../stdin.ts";
import { terminalOf } from "../terminal.ts";
import { UsageError } from "../usage.ts";
import { namedWorkflow, parametersAsked } from "../workflow-asked.ts";
import { bookOf } from "./workflow-look.ts";

/** An editor that did not do what it is for; its text stays. */
class EditorFailed extends AiexError {
  readonly code = "editor_failed";
}

export async function workflowCreate(asking: Asking): Promise<ExitCode> {
  const { parsed } = asking;
  const topic = parsed.command.words.join(" ");
  const name = namedWorkflow(parsed);
  const text = workflowText({
    ...{ name, version: 1, description: optionValue(parsed, "description") ?? "" },
    mode: optionValue(parsed, "mode") as WorkflowMode,
    parameters: parametersAsked(parsed),
    spec: optionValue(parsed, "spec") ?? "",
  });
  const book = await bookOf(asking);
  // The file was made of the options: what is wrong with it is wrong with those.
  const saved = await book.save(text, { ...placeAsked(asking), name }).catch((error: unknown) => {
    throw error instanceof WorkflowWrong ? new UsageError(error.message, topic) : error;
  });
  await tellSaved(asking, saved);
  return exitCodes.ok;
}

export async function workflowImport(asking: Asking): Promise<ExitCode> {
  const { parsed } = asking;
  const [file = "-"] = parsed.arguments;
  const label = file === "-" ? "standard input" : file;
  const text = await importedText(asking, file, label);
  const name = optionValue(parsed, "name");
  const book = await bookOf(asking);
  const saved = await book.save(text, {
    ...placeAsked(asking),
    label,
    ...(name === undefined ? {} : { name }),
  });
  await tellSaved(asking, saved);
  return exitCodes.ok;
}

export async function workflowEdit(asking: Asking): Promise<ExitCode> {
  const { host, parsed, interruption } = asking;
  const topic = parsed.command.words.join(" ");
  const name = namedWorkflow(parsed);
  if (host.stdin.isTTY !== true || host.stdout.isTTY !== true)
    throw new UsageError(
      `aiex workflow edit needs a terminal for the editor. Without one: aiex workflow export ${name} --output FILE, change the file, then aiex workflow import FILE --force`,
      topic,
    );
  const [command, ...args] = editorOf(host.env, topic);
  const edit = await (await bookOf(asking)).edit(name);
  if (edit.isResumed) await showNotice(`It goes on with what an earlier edit left: ${edit.path}`, host);
  const env = Object.fromEntries(
    Object.entries(host.env).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
  const end = await host.inForeground({ command, args: [...args, edit.path], env });
  if (end.kind !== "exited" || end.code !== 0) {
    const how =
      end.kind === "exited"
        ? `ended with ${end.code}`
        : end.kind === "signalled"
          ? `was ended by ${end.signal}`
          : `did not start: ${end.message}`;
    throw new EditorFailed(`The editor ${command} ${how}. Nothing has changed; the text is in ${edit.path}`);
  }
  interruption.signal.throwIfAborted();
  await host.stdout.write(`${fitted(asking, savedText(await edit.finish()))}\n`);
  return exitCodes.ok;
}

export async function workflowDelete(asking: Asking): Promise<ExitCode> {
  const { host, parsed } = asking;
  const name = namedWorkflow(parsed);
  const project = parsed.options.has("project");
  const versions = parsed.options.has("versions");
  const path = await (await bookOf(asking)).remove(name, { project, versions });
  if (optionValue(parsed, "format") === "json")
    await host.stdout.write(renderJson({ schema: "aiex.workflow-deleted/1", name, path }));
  else await host.stdout.write(`${fitted(asking, `Removed the workflow ${name}: ${path}`)}\n`);
  return exitCodes.ok;
}

function placeAsked({ parsed }: Asking): { readonly project: boolean; readonly replaces: boolean } {
  return { project: parsed.options.has("project"), replaces: parsed.options.has("force") };
}

async function importedText({ host, interruption }: Asking, file: string, label: string): Promise<string> {
  const tooLarge = `${label} has more than ${workflowBytesMax} bytes, the most of a workflow.`;
  const wrong = (message: string) => new WorkflowWrong(label, "", [{ place: undefined, message }]);
  try {
    const bytes =
      file === "-"
        ? await interruption.orInterrupted(readStdin(host.stdin, workflowBytesMax, "a file"))
        : await host.world.files.readFile(await host.world.files.realPath(file), {
            bytesMax: workflowBytesMax,
          });
    if (!isUtf8(bytes)) throw wrong(`${label} is no UTF-8 text, and a workflow is one.`);
    return new TextDecoder().decode(bytes);
  } catch (error) {
    const isTooLarge =
      (error instanceof FileError && error.code === "file_too_large") ||
      (error instanceof AiexError && error.code === "stdin_too_large");
    throw isTooLarge ? wrong(tooLarge) : error;
  }
}

async function tellSaved(asking: Asking, saved: SavedWorkflow): Promise<void> {
  const { host, parsed } = asking;
  if (optionValue(parsed, "format") !== "json") {
    await host.stdout.write(`${fitted(asking, savedText(saved))}\n`);
    return;
  }
  const { isChanged: changed, isWaiting: waiting, ...facts } = saved;
  await host.stdout.write(renderJson({ schema: "aiex.workflow-saved/1", ...facts, changed, waiting }));
}

function fitted({ host: { stdout, env, platform } }: Asking, text: string): string {
  return printable(text, terminalOf(stdout, env, platform));
}
