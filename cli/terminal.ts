// What a stream can show: its width, whether it takes colours, Unicode and a line that redraws itself.
import { textColumns, textColumnsMax, textColumnsMin } from "./limits.ts";

export interface Terminal {
  readonly columns: number;
  readonly colors: boolean;
  /** False where only ASCII arrives whole. */
  readonly unicode: boolean;
  /** True where a line may be redrawn. */
  readonly animated: boolean;
}

export type Color = "red" | "green" | "yellow" | "blue" | "gray" | "bold";

export interface StreamFacts {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** A file takes Unicode and no colours, whatever the terminal does, so that its bytes are always the same. */
export const reportFile: Terminal = { columns: textColumns, colors: false, unicode: true, animated: false };

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

/** `text` in a colour where the terminal takes colours. */
export function paint(terminal: Terminal, color: Color, text: string): string {
  if (!terminal.colors || text === "") return text;
  const [start, end] = SGR[color];
  return `\x1b[${start}m${text}\x1b[${end}m`;
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

const SGR: Readonly<Record<Color, readonly [number, number]>> = {
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  blue: [34, 39],
  gray: [90, 39],
  bold: [1, 22],
};
