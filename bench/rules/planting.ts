// The kinds of defects that are planted into real JavaScript and TypeScript, each a rewriting at one place of a real function.
import type { SgNode } from "@ast-grep/napi";
import type { Category } from "./case.ts";
import type { Choices } from "./seed.ts";

/** Where something can be planted: a statement of a function, and what is in reach there. */
export interface Place {
  /** Offsets of the text, in UTF-16 code units, from the beginning of the statement's own line. */
  readonly start: number;
  readonly indentation: string;
  /** A parameter of the function. */
  readonly name: string;
  readonly isAsync: boolean;
  readonly statement: SgNode;
}

export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

export interface Planting {
  readonly kind: string;
  readonly category: Category;
  /** Null where the place does not suit. */
  readonly edit: (place: Place, random: Choices) => Edit | null;
}

const hexadecimal = "0123456789abcdef";

export const plantings: readonly Planting[] = [
  inserted("eval of a value", "security", ({ name }) => `eval(${name});`),
  inserted("new Function of a value", "security", ({ name }) => `new Function("input", ${name})(1);`),
  inserted(
    "command put together for a shell",
    "security",
    ({ name }) => `require("child_process").exec("ls " + ${name});`,
  ),
  inserted(
    "command in a template for a shell",
    "security",
    ({ name }) => `require("node:child_process").execSync(\`git checkout \${${name}}\`);`,
  ),
  inserted(
    "certificates not checked",
    "security",
    ({ name }) => `const connection = { host: ${name}, rejectUnauthorized: false };`,
  ),
  inserted(
    "certificates not checked in the process",
    "security",
    () => 'process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0";',
  ),
  inserted(
    "MD5 of a password",
    "security",
    ({ name }) => `const passwordHash = require("crypto").createHash("md5").update(${name}).digest("hex");`,
  ),
  inserted("key in the source", "security", (_, random) => `const apiKey = "${key(random)}";`),
  inserted(
    "token of Math.random",
    "security",
    ({ name }) => `const sessionToken = ${name} + Math.random().toString(36).slice(2);`,
  ),
  inserted(
    "SQL put together",
    "security",
    ({ name }) => `database.query("SELECT * FROM users WHERE id = " + ${name});`,
  ),
  inserted(
    "SQL in a template",
    "security",
    ({ name }) => `database.query(\`DELETE FROM sessions WHERE token = '\${${name}}'\`);`,
  ),
  inserted(
    "HTML put together",
    "security",
    ({ name }) => `document.querySelector("#title").innerHTML = "<b>" + ${name} + "</b>";`,
  ),
  inserted("await in a loop", "performance", ({ name, isAsync }) =>
    isAsync ? `const answers = []; for (const entry of ${name}) { answers.push(await fetch(entry)); }` : null,
  ),
  inserted("file read synchronously in an async function", "performance", ({ name, isAsync }) =>
    isAsync ? `const content = require("node:fs").readFileSync(${name}, "utf8");` : null,
  ),
  inserted(
    "expression compiled in a loop",
    "performance",
    ({ name }) => `for (const entry of ${name}) { if (new RegExp("^a+$").test(entry)) break; }`,
  ),
  inserted("empty catch", "quality", ({ name }) => `try { ${name}.close(); } catch {}`),
  inserted("debugger", "quality", () => "debugger;"),
  inserted(
    "comparison with NaN",
    "quality",
    ({ name }) => `if (${name} === NaN) throw new TypeError("no number");`,
  ),
  inserted("text thrown", "quality", ({ name }) => `if (!${name}) throw "nothing was given";`),
  { kind: "comparison with itself", category: "quality", edit: comparedWithItself },
  { kind: "assignment in a condition", category: "quality", edit: assignedInCondition },
];

/** A planting that stands on a line of its own, before the statement of the place. */
function inserted(
  kind: string,
  category: Category,
  line: (place: Place, random: Choices) => string | null,
): Planting {
  return {
    kind,
    category,
    edit: (place, random) => {
      const text = line(place, random);
      if (text === null) return null;
      return { start: place.start, end: place.start, text: `${place.indentation}${text}\n` };
    },
  };
}

function comparedWithItself({ statement }: Place, random: Choices): Edit | null {
  return rewrittenComparison(statement, random, (left, right) => [right, left]);
}

/** Turns `if (left === right)` into `if (left = right)`. */
function assignedInCondition({ statement }: Place): Edit | null {
  if (statement.kind() !== "if_statement") return null;
  const condition = statement.field("condition")?.child(1);
  if (condition?.kind() !== "binary_expression") return null;
  const left = condition.field("left");
  const operator = condition.field("operator");
  if (!isSimple(left) || operator === null || !/^={2,3}$/.test(operator.text())) return null;
  return { start: operator.range().start.index, end: operator.range().end.index, text: "=" };
}

function rewrittenComparison(
  statement: SgNode,
  random: Choices,
  replaced: (left: SgNode, right: SgNode) => readonly [SgNode, SgNode],
): Edit | null {
  const comparisons = statement
    .findAll({ rule: { kind: "binary_expression", has: { field: "operator", regex: "^[!=]==$" } } })
    .filter((node) => isSimple(node.field("left")) && isOnOneLine(node));
  const chosen = random.oneOf(comparisons);
  const [left, right] = [chosen?.field("left") ?? null, chosen?.field("right") ?? null];
  if (left === null || right === null || left.text() === right.text()) return null;
  const [target, source] = replaced(left, right);
  return { start: target.range().start.index, end: target.range().end.index, text: source.text() };
}

function isSimple(node: SgNode | null): boolean {
  return node !== null && /^[A-Za-z_$][\w$]*(\.[A-Za-z_$][\w$]*)*$/.test(node.text());
}

function isOnOneLine(node: SgNode): boolean {
  const { start, end } = node.range();
  return start.line === end.line;
}

function key(random: Choices): string {
  return Array.from({ length: 40 }, () => hexadecimal[random.below(hexadecimal.length)]).join("");
}
