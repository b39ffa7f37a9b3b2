// Workflows for people: the list of them, one of them, and what has become of one.

import { printable } from "../../actors/rendering/printable.ts";
import { wrap } from "../../actors/rendering/wrap.ts";
import type {
  ListedWorkflow,
  SavedWorkflow,
  ShownWorkflow,
  WorkflowOrigin,
} from "../../supervisors/workflows.ts";
import { paint, type Terminal } from "../terminal.ts";

export function workflowListText(workflows: readonly ListedWorkflow[], terminal: Terminal): string {
  return `${workflows.flatMap((workflow) => rowLines(workflow, terminal)).join("\n")}\n`;
}

export function workflowText(shown: ShownWorkflow, terminal: Terminal): string {
  const { name, version, origin, path, description, mode, parameters, steps, versions } = shown;
  const titled = (title: string, lines: readonly string[]): string[] =>
    lines.length === 0 ? [] : ["", paint(terminal, "bold", title), ...lines];
  const lines = [
    `${paint(terminal, "bold", name)}  version ${version}, ${whose(origin, path, terminal)}`,
    ...(description === "" ? [] : indented(description, 4, terminal)),
    ...titled("Parameters", parameterLines(parameters, terminal)),
    ...titled(
      `Steps (${mode})`,
      steps.map((step, index) => `  ${String(index + 1).padStart(2)}  ${printable(step, terminal)}`),
    ),
    ...titled(
      "Older versions",
      versions.length === 0 ? [] : [`  ${versions.map((one) => `${name}@${one}`).join(", ")}`],
    ),
  ];
  return `${lines.join("\n")}\n`;
}

/** A sentence or two. */
export function savedText({ name, version, path, replaced, isChanged, isWaiting }: SavedWorkflow): string {
  if (!isChanged) return `The workflow ${name} is as it was (version ${version}): ${path}`;
  const before = replaced === null ? "" : `, in place of version ${replaced}`;
  const waits = isWaiting ? " It is used when the project is trusted: see `aiex trust`." : "";
  return `Wrote the workflow ${name}, version ${version}${before}: ${path}.${waits}`;
}

function rowLines(workflow: ListedWorkflow, terminal: Terminal): string[] {
  const { name, origin, path, state, version, description, parameters, problems } = workflow;
  const numbered = version === null ? "" : `  version ${version}`;
  const takes = parameters === null || parameters.length === 0 ? "" : `  takes ${parameters.join(", ")}`;
  const notes = {
    ready: [],
    hidden: [`    ${paint(terminal, "gray", "Hidden by the one above.")}`],
    waiting: [`    ${paint(terminal, "yellow", "It waits: the project is not trusted. See `aiex trust`.")}`],
    wrong: [`    ${paint(terminal, "red", "It is wrong, and cannot be run:")}`],
  }[state];
  return [
    `${paint(terminal, "bold", name)}${numbered}  (${whose(origin, path, terminal)})${takes}`,
    ...(description === null || description === "" ? [] : indented(description, 4, terminal)),
    ...notes,
    ...problems.flatMap((problem) => problem.split("\n").map((line) => `    ${printable(line, terminal)}`)),
  ];
}

function whose(origin: WorkflowOrigin, path: string | null, terminal: Terminal): string {
  const words = { "built-in": "comes with aiex", user: "yours", project: "the project's" }[origin];
  return path === null ? words : `${words}: ${printable(path, terminal)}`;
}

function parameterLines(parameters: ShownWorkflow["parameters"], terminal: Terminal): string[] {
  const width = Object.keys(parameters).reduce((most, name) => Math.max(most, name.length), 0);
  return Object.entries(parameters).flatMap(([name, parameter]) => {
    const { type, choices = [], default: own, required, description } = parameter;
    const kind = type === "choice" ? choices.join("|") : type;
    const missing = required
      ? "required"
      : own === undefined
        ? type === "flag"
          ? "false"
          : "left out"
        : String(own);
    const said = [`${kind} (${missing})`, description].filter((part) => part !== "").join("  ");
    return wrap(printable(said, terminal), {
      columns: terminal.columns,
      firstIndent: `  ${name.padEnd(width)}  `,
      indent: " ".repeat(width + 4),
    });
  });
}

function indented(text: string, columns: number, terminal: Terminal): string[] {
  const indent = " ".repeat(columns);
  return wrap(printable(text, terminal), { columns: terminal.columns, firstIndent: indent, indent });
}
