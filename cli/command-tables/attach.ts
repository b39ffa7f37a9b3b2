// `aiex attach` for the command table.
import { type CommandSpec, connectionOptions, formatOption } from "../command-spec.ts";

export const attachCommand: CommandSpec = {
  words: ["attach"],
  summary: "Open a shell inside a node that runs",
  examples: [
    { line: "aiex attach", does: "The node of this machine" },
    { line: "aiex attach beta", does: "Another one" },
    { line: "aiex attach --read-only", does: "Look, and change nothing" },
    { line: "aiex attach --eval 'ps()'", does: "One line, for a script" },
    { line: "cat look.js | aiex attach --eval - --format json", does: "A script, its result as JSON" },
  ],
  arguments: [
    {
      placeholder: "NODE",
      required: false,
      summary: "the node, where it is not the only one on this machine",
    },
  ],
  options: [
    {
      name: "eval",
      value: "text",
      placeholder: "CODE|-",
      summary: "Run this, print the result and leave; - reads it from standard input",
    },
    {
      name: "read-only",
      value: "none",
      summary:
        "Take the verbs of looking alone (ps, tree, info, state, trace, nodes, names, groups); run no code",
    },
    {
      name: "timeout",
      value: "time",
      placeholder: "TIME",
      range: { least: 10, most: 3_600_000 },
      fallback: "1m",
      summary: "How long one evaluation may take",
    },
    ...connectionOptions,
    { ...formatOption, summary: "How to print the result of --eval" },
  ],
  notes: [
    "The code runs inside the node, as a process of its own. .exit, Ctrl-D or a lost connection leave the shell and never stop the node; help() in the shell lists its helpers.",
    "Code that never waits, such as an endless loop, holds the whole node up and cannot be interrupted. Ctrl-C and --timeout only end the waiting for a promise.",
    "Over a socket the owner of the machine may always attach; over NATS only whom the node's configuration grants it. Every line is written to the audit file of the node.",
    "Exit codes: 0 the shell was left, or the code ran; 1 the code failed; 2 usage; 5 denied; 75 the node has too many shells; 76 the node cannot be reached, or was lost; 124 the deadline passed.",
  ],
};
