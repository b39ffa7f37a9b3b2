// Writes the text of a workflow's file: a new one, or one in which nothing but its name or its version is another.
import { Document, Scalar } from "yaml";
import type { WorkflowFile, WorkflowParameter } from "./schema.ts";
import { readYamlData } from "./yaml-data.ts";

/** What a new workflow is made of; what is left out has its default. */
export interface WorkflowDraft extends Pick<WorkflowFile, "name" | "version" | "description" | "mode"> {
  readonly parameters: Readonly<Record<string, Partial<WorkflowParameter> & Pick<WorkflowParameter, "type">>>;
  readonly spec: string;
}

export function workflowText({ name, version, description, mode, parameters, spec }: WorkflowDraft): string {
  const file = {
    ...{ schema: "aiex.workflow/1", name, version },
    ...(description === "" ? {} : { description }),
    mode,
    ...(Object.keys(parameters).length === 0 ? {} : { parameters }),
  };
  const document = new Document(file, { version: "1.2", schema: "core" });
  // As a block it stands as it was given: most specifications have what YAML takes for something else.
  const block = new Scalar(spec);
  block.type = Scalar.BLOCK_LITERAL;
  document.set("spec", block);
  return document.toString({ lineWidth: 0 });
}

/** The same text, comments and all, with another name or version. The text is that of a workflow. */
export function withHead(text: string, head: Partial<Pick<WorkflowFile, "name" | "version">>): string {
  let changed = text;
  for (const [key, value] of Object.entries(head)) {
    const range = readYamlData(changed).rangeOf([key]);
    if (range === undefined) continue;
    const [from, to] = range;
    changed = `${changed.slice(0, from)}${inPlaceOf(changed.slice(from, to), value)}${changed.slice(to)}`;
  }
  return changed;
}

/** What stands in a file instead of the source of a value. */
function inPlaceOf(source: string, value: string | number): string {
  const written = wordsOfYaml.includes(`${value}`) ? `"${value}"` : `${value}`;
  // A text as a block goes to the end of its last line.
  return `${written}${source.slice(source.trimEnd().length)}`;
}

/** Of the names that a workflow may have, those that are something else to YAML. */
const wordsOfYaml: readonly string[] = ["true", "false", "null"];
