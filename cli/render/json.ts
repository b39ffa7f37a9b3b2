// Data as JSON for programs: indented, one line feed at the end, nothing in it that a terminal would act on.
import { escapeJson } from "../../runtime/observe/sanitize.ts";

/** The same data always gives the same bytes. */
export function renderJson(data: unknown): string {
  return `${escapeJson(JSON.stringify(data, null, 2))}\n`;
}
