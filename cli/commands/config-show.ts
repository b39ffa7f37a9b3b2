// `aiex config show`: every setting with its value and where the value came from.
import { widthOf } from "../../actors/rendering/wrap.ts";
import { sanitizeLine, toAscii } from "../../runtime/observe/sanitize.ts";
import type { ConfigurationRow } from "../../supervisors/config.ts";
import type { Asking } from "../asking.ts";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import { optionValue } from "../parse.ts";
import { renderJson } from "../render/json.ts";
import { readSettings } from "../settings.ts";
import { paint, type Terminal, terminalOf } from "../terminal.ts";

export async function configShow({ parsed, host, interruption }: Asking): Promise<ExitCode> {
  const settings = await readSettings(host, interruption);
  const terminal = terminalOf(host.stdout, host.env, host.platform);
  const isJson = optionValue(parsed, "format") === "json";
  await host.stdout.write(isJson ? settingsJson(settings.rows) : settingsText(settings.rows, terminal));
  return exitCodes.ok;
}

function settingsJson(rows: readonly ConfigurationRow[]): string {
  return renderJson({ schema: "aiex.config/1", settings: rows });
}

/** One line for each setting; a line is longer than the terminal rather than cut, because a cut value is a wrong value. */
function settingsText(rows: readonly ConfigurationRow[], terminal: Terminal): string {
  const printable = rows.map(({ key, value, origin }) => ({
    key: fitted(key, terminal),
    value: fitted(shownValue(value), terminal),
    origin: fitted(origin, terminal),
  }));
  const keyWidth = widest(printable.map((row) => row.key));
  const valueWidth = Math.min(widest(printable.map((row) => row.value)), valueColumnsMax);
  const lines = printable.map(({ key, value, origin }) =>
    [padded(key, keyWidth), padded(value, valueWidth), paint(terminal, "gray", origin)].join("  "),
  );
  return `${lines.join("\n")}\n`;
}

function shownValue(value: ConfigurationRow["value"]): string {
  if (value === null) return "(not set)";
  return typeof value === "object" ? value.join(", ") : String(value);
}

function fitted(text: string, terminal: Terminal): string {
  const safe = sanitizeLine(text);
  return terminal.unicode ? safe : toAscii(safe);
}

function widest(texts: readonly string[]): number {
  return Math.max(0, ...texts.map(widthOf));
}

function padded(text: string, columns: number): string {
  return text + " ".repeat(Math.max(0, columns - widthOf(text)));
}

// One long value does not push all sources off the screen.
const valueColumnsMax = 30;
