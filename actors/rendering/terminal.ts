// Where text is shown to people: its width, whether it takes colours and Unicode. A file is such a place too.
import { textColumns } from "./limits.ts";

export interface Terminal {
  readonly columns: number;
  readonly colors: boolean;
  /** False where only ASCII arrives whole. */
  readonly unicode: boolean;
  /** True where a line may be redrawn. */
  readonly animated: boolean;
}

export type Color = "red" | "green" | "yellow" | "blue" | "gray" | "bold";

/** A file takes Unicode and no colours, whatever the terminal does, so that its bytes are always the same. */
export const reportFile: Terminal = { columns: textColumns, colors: false, unicode: true, animated: false };

/** `text` in a colour where the terminal takes colours. */
export function paint(terminal: Terminal, color: Color, text: string): string {
  if (!terminal.colors || text === "") return text;
  const [start, end] = SGR[color];
  return `\x1b[${start}m${text}\x1b[${end}m`;
}

const SGR: Readonly<Record<Color, readonly [number, number]>> = {
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  blue: [34, 39],
  gray: [90, 39],
  bold: [1, 22],
};
