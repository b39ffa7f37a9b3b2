// `aiex undo`: takes back what a run has changed, shows what that would be, or lists what there is to take back.
import { changeCounts, renderDiff } from "../../actors/rendering/changed-text.ts";
import type { ChangeKeeper } from "../../actors/workspace/changes/keeper.ts";
import { ChangesRefused } from "../../supervisors/changes.ts";
import type { Asking } from "../asking.ts";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import { showNotice } from "../failure.ts";
import { optionValue } from "../parse.ts";
import { renderJson } from "../render/json.ts";
import { changeWord, renderChangeList, renderUndone } from "../render/undo-text.ts";
import { readSettings } from "../settings.ts";
import { terminalOf } from "../terminal.ts";

export async function undo(asking: Asking): Promise<ExitCode> {
  const { parsed, host, interruption } = asking;
  const settings = await readSettings(host, interruption);
  const changes = await interruption.orInterrupted(settings.changes());
  if (parsed.options.has("list")) return listed(asking, changes);
  const [run] = parsed.arguments;
  if (parsed.options.has("preview")) return previewed(asking, changes, run);
  // Once begun it is ended one way or the other, and takes a moment.
  const undone = await changes.undo(run);
  if (!undone.ok) throw new ChangesRefused(undone);
  const files = undone.files.map((file) => ({ path: file.path, change: changeWord(file) }));
  const text = renderUndone(undone, terminalOf(host.stdout, host.env, host.platform));
  const sets = undone.sets.map(({ title, at }) => ({ title, at }));
  await host.stdout.write(
    isJson(asking) ? renderJson({ schema: "aiex.undo/1", run: undone.run, sets, files }) : text,
  );
  return exitCodes.ok;
}

async function listed(asking: Asking, changes: ChangeKeeper): Promise<ExitCode> {
  const { host, parsed, interruption } = asking;
  const [run = ""] = parsed.arguments;
  const all = await interruption.orInterrupted(changes.list());
  const sets = all.filter((set) => set.run.startsWith(run));
  if (isJson(asking)) {
    const rows = sets.map(({ run: id, title, at, state, changes: files }) => ({
      ...{ run: id, title, at, state },
      files: files.map((file) => ({ path: file.path, change: changeWord(file) })),
    }));
    await host.stdout.write(renderJson({ schema: "aiex.changes/1", sets: rows }));
    return exitCodes.ok;
  }
  const terminal = terminalOf(host.stdout, host.env, host.platform);
  await host.stdout.write(renderChangeList(sets, host.world.clock.wallTime(), terminal));
  return exitCodes.ok;
}

async function previewed(asking: Asking, changes: ChangeKeeper, run: string | undefined): Promise<ExitCode> {
  const { host, interruption } = asking;
  const preview = await interruption.orInterrupted(changes.preview(run));
  if (!preview.ok) throw new ChangesRefused(preview);
  const terminal = terminalOf(host.stdout, host.env, host.platform);
  const texts = preview.files.map(({ path, before, after }) => ({
    ...{ path, before: textOf(before), after: textOf(after) },
  }));
  const shown = texts.filter(
    (file): file is { path: string; before: string | null; after: string | null } =>
      file.before !== undefined && file.after !== undefined,
  );
  if (isJson(asking)) {
    const files = preview.files.map((file) => ({ path: file.path, change: changeWord(file) }));
    await host.stdout.write(renderJson({ schema: "aiex.undo-preview/1", run: preview.run, files }));
    return exitCodes.ok;
  }
  await host.stdout.write(renderDiff(shown, terminal));
  for (const { path } of texts.filter((file) => !shown.some((other) => other.path === file.path)))
    await showNotice(`${path} is no text: its bytes change.`, host);
  await showNotice(`Nothing is changed yet: ${changeCounts(shown, terminal)}.`, host);
  return exitCodes.ok;
}

/** `null` for no file, undefined for what is no text. */
function textOf(bytes: Uint8Array | undefined): string | null | undefined {
  if (bytes === undefined) return null;
  if (bytes.includes(0)) return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function isJson({ parsed }: Asking): boolean {
  return optionValue(parsed, "format") === "json";
}
