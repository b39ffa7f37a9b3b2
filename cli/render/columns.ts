// Rows laid out in columns as wide as what is in them. A line is longer than the terminal rather than cut: a cut pid is a wrong pid.
import { alignRight, widthOf } from "../../actors/rendering/wrap.ts";
import { paint, type Terminal } from "../terminal.ts";

export interface Column {
  readonly title: string;
  readonly align: "left" | "right";
}

/** A line of titles and one for each row; every row has a text for each column. The last column is not filled up. */
export function columnLines(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  terminal: Terminal,
): string[] {
  const widths = columns.map(({ title }, index) =>
    rows.reduce((most, row) => Math.max(most, widthOf(row[index] ?? "")), title.length),
  );
  const line = (cells: readonly string[]): string =>
    columns
      .map(({ align }, index) => {
        const cell = cells[index] ?? "";
        return align === "right" ? alignRight(cell, widths[index] ?? 0) : alignLeft(cell, widths[index] ?? 0);
      })
      .join("  ")
      .trimEnd();
  return [paint(terminal, "bold", line(columns.map(({ title }) => title))), ...rows.map(line)];
}

/** Facts as a block: the names in one column, what is said of them beside it. */
export function factLines(facts: readonly (readonly [name: string, text: string])[]): string[] {
  const width = facts.reduce((most, [name]) => Math.max(most, name.length), 0);
  return facts.map(([name, text]) => `  ${alignLeft(`${name}:`, width + 1)}  ${text}`.trimEnd());
}

function alignLeft(text: string, columns: number): string {
  return text + " ".repeat(Math.max(0, columns - widthOf(text)));
}
