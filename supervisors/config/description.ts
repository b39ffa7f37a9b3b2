// The configuration as rows for a person: every key with its value, secrets masked, and where the value comes from.
import { Secret } from "../../runtime/secret.ts";
import { type Origin, shown } from "./problem.ts";
import { configurationSchema, nodeOf, type SchemaNode } from "./schema.ts";

export interface ConfigurationRow {
  /** Such as "llm.timeout_ms". */
  readonly key: string;
  /** Null where nothing is set and there is no default. A secret is "[secret]". */
  readonly value: string | number | boolean | readonly string[] | null;
  /** "default", "/path/config.yaml:LINE", "environment VARIABLE" or "option --flag". */
  readonly origin: string;
  readonly description: string;
}

/** Rows in the order of the schema; entries under the user's own names in the order they were given. */
export function describeValues(values: object, origins: ReadonlyMap<string, Origin>): ConfigurationRow[] {
  return rowsOf(nodeOf(configurationSchema), values, [], origins);
}

function rowsOf(
  node: SchemaNode,
  value: unknown,
  path: readonly string[],
  origins: ReadonlyMap<string, Origin>,
): ConfigurationRow[] {
  if (node.kind === "value") {
    const key = path.join(".");
    const origin = originText(origins.get(key) ?? { kind: "default" });
    return [{ key, value: printable(value), origin, description: node.description }];
  }
  const held: Readonly<Record<string, unknown>> = { ...(typeof value === "object" ? value : {}) };
  if (node.kind === "section") {
    return [...node.keys].flatMap(([name, schema]) =>
      rowsOf(nodeOf(schema), held[name], [...path, name], origins),
    );
  }
  return Object.keys(held).flatMap((name) =>
    // A dozen keys of every entry that nobody has set would hide the ones that somebody has.
    rowsOf(nodeOf(node.entry), held[name], [...path, name], origins).filter((row) => row.value !== null),
  );
}

function printable(value: unknown): ConfigurationRow["value"] {
  if (value instanceof Secret) return `${value}`;
  // An empty list is a limit that nobody has set.
  if (Array.isArray(value)) return value.length === 0 ? null : value.map(String);
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? value : null;
}

function originText(origin: Origin): string {
  if (origin.kind === "file") return `${shown(origin.path)}:${origin.line}`;
  if (origin.kind === "environment") return `environment ${shown(origin.variable)}`;
  return origin.kind === "flag" ? `option ${origin.flag}` : "default";
}
