// The whole configuration, composed of the parts that the folders of actors declare, and ways to find one's way in it.
import { z } from "zod";
import { analysisConfiguration, analysisVariables } from "../../actors/analysis/config.ts";
import { auditConfiguration, auditVariables } from "../../actors/audit/config.ts";
import { contextConfiguration, contextVariables } from "../../actors/context/config.ts";
import { llmConfiguration, llmVariables } from "../../actors/llm/config.ts";
import { operationsConfiguration, operationsVariables } from "../../actors/operations/config.ts";
import { pipelineConfiguration, pipelineVariables } from "../../actors/pipeline/config.ts";
import { runsConfiguration, runsVariables } from "../../actors/runs/config.ts";
import { changesConfiguration, changesVariables } from "../../actors/workspace/changes/config.ts";
import { workspaceConfiguration, workspaceVariables } from "../../actors/workspace/config.ts";
import { sandboxConfiguration, sandboxVariables } from "../../actors/workspace/sandbox-config.ts";
import { clusterConfiguration, clusterVariables } from "./cluster-part.ts";
import { logConfiguration, logVariables } from "./log-part.ts";
import { networkConfiguration, networkVariables } from "./network-part.ts";
import { runtimeConfiguration } from "./runtime-part.ts";

export const configurationSchema = z.strictObject({
  workspace: workspaceConfiguration.prefault({}),
  sandbox: sandboxConfiguration.prefault({}),
  changes: changesConfiguration.prefault({}),
  audit: auditConfiguration.prefault({}),
  analysis: analysisConfiguration.prefault({}),
  operations: operationsConfiguration.prefault({}),
  llm: llmConfiguration.prefault({}),
  context: contextConfiguration.prefault({}),
  pipeline: pipelineConfiguration.prefault({}),
  runs: runsConfiguration.prefault({}),
  cluster: clusterConfiguration.prefault({}),
  network: networkConfiguration.prefault({}),
  runtime: runtimeConfiguration.prefault({}),
  log: logConfiguration.prefault({}),
});

/** Every value of the configuration, defaults filled in. Keys are spelled as in files. */
export type ConfigurationValues = z.output<typeof configurationSchema>;

/** Environment variables by name, with the key that each sets, such as "llm.timeout_ms". */
export const configurationVariables: Readonly<Record<string, string>> = {
  ...below("workspace", workspaceVariables),
  ...below("sandbox", sandboxVariables),
  ...below("changes", changesVariables),
  ...below("audit", auditVariables),
  ...below("analysis", analysisVariables),
  ...below("operations", operationsVariables),
  ...below("llm", llmVariables),
  ...below("context", contextVariables),
  ...below("pipeline", pipelineVariables),
  ...below("runs", runsVariables),
  ...below("cluster", clusterVariables),
  ...below("network", networkVariables),
  ...below("log", logVariables),
};

/** What stands at a place of the configuration. */
export type SchemaNode =
  | { readonly kind: "section"; readonly keys: ReadonlyMap<string, z.ZodType> }
  /** Entries under names that the user chooses. */
  | { readonly kind: "entries"; readonly entry: z.ZodType }
  | {
      readonly kind: "value";
      /** `list`: a flat list of texts. */
      readonly type: "number" | "text" | "list";
      readonly description: string;
      /** How it may look in a file. */
      readonly example?: string;
      /** True where what was given must not be shown. */
      readonly secret: boolean;
    };

/** The schema at a path, such as ["llm", "timeout_ms"]; undefined where the path leads nowhere. */
export function schemaAt(
  path: readonly string[],
  schema: z.ZodType = configurationSchema,
): SchemaNode | undefined {
  const node = nodeOf(schema);
  const [first, ...rest] = path;
  if (first === undefined) return node;
  if (node.kind === "value") return undefined;
  const next = node.kind === "entries" ? node.entry : node.keys.get(first);
  return next === undefined ? undefined : schemaAt(rest, next);
}

export function nodeOf(schema: z.ZodType): SchemaNode {
  const bare = unwrap(schema);
  if (bare instanceof z.ZodObject) return { kind: "section", keys: new Map(Object.entries(bare.shape)) };
  if (bare instanceof z.ZodRecord) return { kind: "entries", entry: asType(bare.valueType) };
  const type = bare instanceof z.ZodNumber ? "number" : bare instanceof z.ZodArray ? "list" : "text";
  return {
    kind: "value",
    type,
    description: schema.description ?? "",
    ...exampleOf(schema.meta()?.example),
    secret: schema.meta()?.secret === true,
  };
}

function exampleOf(example: unknown): { readonly example?: string } {
  return typeof example === "string" ? { example } : {};
}

function unwrap(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault || schema instanceof z.ZodOptional) {
    return unwrap(asType(schema.unwrap()));
  }
  if (schema instanceof z.ZodPipe) {
    return unwrap(asType(schema.in instanceof z.ZodTransform ? schema.out : schema.in));
  }
  return schema;
}

/** Zod types the insides of its own wrappers more loosely than what they always are. */
function asType(schema: unknown): z.ZodType {
  if (schema instanceof z.ZodType) return schema;
  throw new TypeError("A part of the configuration is no Zod schema.");
}

function below(part: string, variables: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(variables).map(([name, key]) => [name, `${part}.${key}`]));
}
