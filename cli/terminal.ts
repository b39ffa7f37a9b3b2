// What a stream can show: its width, whether it takes colours, Unicode and a line that redraws itself.
import { textColumns } from "../actors/rendering/limits.ts";
import type { Terminal } from "../actors/rendering/terminal.ts";
import { textColumnsMax, textColumnsMin } from "./limits.ts";

export { type Color, paint, reportFile, type Terminal } from "../actors/rendering/terminal.ts";

export interface StreamFacts {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export type Environment = Readonly<Record<string, string | undefined>>;

export function terminalOf(stream: StreamFacts, env: Environment, platform: string): Terminal {
  const isTerminal = stream.isTTY === true;
  const given =
    isTerminal && stream.columns !== undefined && stream.columns > 0 ? stream.columns : textColumns;
  return {
    columns: Math.max(textColumnsMin, Math.min(given, textColumnsMax)),
    colors: takesColors(isTerminal, env),
    unicode: takesUnicode(env, platform),
    animated: isTerminal && env.TERM !== "dumb",
  };
}

/** FORCE_COLOR says it for one command and so goes before NO_COLOR, which says it for all. */
function takesColors(isTerminal: boolean, env: Environment): boolean {
  const forced = env.FORCE_COLOR;
  if (forced !== undefined && forced !== "") return forced !== "0" && forced !== "false";
  if ((env.NO_COLOR ?? "") !== "") return false;
  return isTerminal && env.TERM !== "dumb";
}

function takesUnicode(env: Environment, platform: string): boolean {
  const kind = env.TERM;
  // The Linux console has the locale of the system but no glyphs for emoji.
  if (kind === "dumb" || kind === "linux") return false;
  if (platform === "win32") return env.WT_SESSION !== undefined || env.TERM_PROGRAM === "vscode";
  const locale = [env.LC_ALL, env.LC_CTYPE, env.LANG].find((value) => (value ?? "") !== "");
  return /utf-?8/i.test(locale ?? "");
}
