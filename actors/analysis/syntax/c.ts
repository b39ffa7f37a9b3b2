// How C writes what the metrics count.
import { cFamily } from "./c-family.ts";

export const c = cFamily({
  bodies: ["compound_statement"],
  loops: ["for_statement", "while_statement", "do_statement"],
  catches: ["seh_except_clause"],
  more: [],
});
