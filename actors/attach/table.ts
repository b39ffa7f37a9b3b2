// Rows as data that prints as a table: code takes the array, and a person reads the columns.
import { inspect } from "node:util";
import { sanitizeLine } from "../../runtime/observe/sanitize.ts";

export type Cell = string | number | undefined;

/** `rows` themselves, which `util.inspect` shows as `text`. JSON and loops see nothing of that. */
export function readable<T extends object>(rows: T, text: string): T {
  return Object.defineProperty(rows, inspect.custom, { value: () => text, enumerable: false });
}

/** Columns under their titles, numbers to the right. */
export function tableText(titles: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const shown = rows.map((row) => row.map((cell) => sanitizeLine(cell === undefined ? "" : String(cell))));
  const widths = titles.map((title, column) =>
    Math.max(title.length, ...shown.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[], at: readonly Cell[]): string =>
    cells
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return typeof at[column] === "number" ? cell.padStart(width) : cell.padEnd(width);
      })
      .join("  ")
      .trimEnd();
  return [line(titles, rows[0] ?? []), ...shown.map((row, index) => line(row, rows[index] ?? []))].join("\n");
}
