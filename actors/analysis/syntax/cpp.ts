// How C++ writes what the metrics count.
import { cFamily } from "./c-family.ts";

const withBody = { has: { kind: "field_declaration_list" } };

export const cpp = cFamily({
  bodies: ["compound_statement", "try_statement"],
  loops: ["for_statement", "for_range_loop", "while_statement", "do_statement"],
  catches: ["catch_clause", "seh_except_clause"],
  more: [
    [
      "class",
      {
        any: [
          { kind: "class_specifier", ...withBody },
          { kind: "struct_specifier", ...withBody },
          { kind: "union_specifier", ...withBody },
        ],
      },
    ],
    ["lambda", { kind: "lambda_expression" }],
  ],
});
