// How C++ writes what the metrics count.
import { cFamily } from "./c-family.ts";
import { anyKind } from "./kinds.ts";

export const cpp = cFamily({
  bodies: ["compound_statement", "try_statement"],
  loops: ["for_statement", "for_range_loop", "while_statement", "do_statement"],
  catches: ["catch_clause", "seh_except_clause"],
  more: [
    [
      "class",
      {
        ...anyKind("class_specifier", "struct_specifier", "union_specifier"),
        has: { kind: "field_declaration_list" },
      },
    ],
    ["lambda", { kind: "lambda_expression" }],
  ],
});
