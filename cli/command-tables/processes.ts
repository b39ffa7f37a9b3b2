// The commands that speak to the processes of a node that runs, and look at them.
import {
  type ArgumentSpec,
  type CommandSpec,
  connectionOptions,
  formatOption,
  timeoutOption,
} from "../command-spec.ts";

export const topWords = ["messagesHandled", "queueLength", "memoryBytes", "turnMs"] as const;

const target: ArgumentSpec = {
  placeholder: "TARGET",
  required: true,
  summary: "a name, NODE/NAME, or a pid as aiex top prints it, with or without its < and >",
};

const oneNode: ArgumentSpec = {
  placeholder: "NODE",
  required: false,
  summary: "the node to look at, where it is not the only one on this machine",
};

const reached =
  "Without a node's name, the command speaks to the cluster of `aiex cluster connect` or AIEX_NATS_URL, else to the one node that runs on this machine.";

const valueNote =
  "What JSON cannot say is shown so: a bigint as a text of its digits, bytes as a text in base64, NaN and the infinities as texts, a pid as a text that `aiex send` takes; undefined is null, and left out of an object.";

export const processCommands: readonly CommandSpec[] = [
  {
    words: ["send"],
    summary: "Send a message to a process of a node that runs",
    examples: [
      { line: `aiex send lamp '{"type":"press"}'`, does: "To a name on the node of this machine" },
      { line: `aiex send beta/lamp '{"type":"press"}'`, does: "To a name on another node" },
      { line: `aiex send alpha.1790000000000.42 '{"type":"stop"}'`, does: "To a pid of aiex top" },
    ],
    arguments: [
      target,
      {
        placeholder: "MESSAGE",
        required: true,
        summary: `a JSON object with a type, such as '{"type":"press"}'; - reads it from standard input`,
      },
    ],
    options: [...connectionOptions, timeoutOption, { ...formatOption, summary: "How to print the outcome" }],
    notes: [
      reached,
      "A message that was sent is in the mailbox of the process; whether it was handled is not known. Ask with `aiex call` where the process answers.",
      "Exit codes: 0 sent, 1 there is no such process, 2 usage or no JSON, 5 denied, 76 the node cannot be reached, 124 no answer in time.",
    ],
  },
  {
    words: ["call"],
    summary: "Call a process of a node that runs, and print its reply as JSON",
    examples: [
      { line: "aiex call counter total", does: "A call without a payload" },
      { line: `aiex call beta/counter bump '{"by":2}'`, does: "With one, on another node" },
      { line: "aiex call counter total --timeout 500ms", does: "With a deadline of its own" },
      { line: "cat big.json | aiex call counter load -", does: "With a payload from a pipe" },
    ],
    arguments: [
      target,
      { placeholder: "NAME", required: true, summary: "the name of the call, as the process knows it" },
      { placeholder: "PAYLOAD", required: false, summary: "any JSON; - reads it from standard input" },
    ],
    options: [...connectionOptions, timeoutOption, { ...formatOption, summary: "json prints one line" }],
    notes: [
      reached,
      `The reply is indented on a terminal, and one line elsewhere. ${valueNote}`,
      "Exit codes: 0 replied, 1 the process failed or there is none, 2 usage or no JSON, 5 denied, 75 its mailbox is full, 76 the node cannot be reached, 124 no reply in time.",
    ],
  },
  {
    words: ["top"],
    summary: "List the processes of a node that have the most of something",
    examples: [
      { line: "aiex top", does: "By messages handled" },
      { line: "aiex top beta --by memoryBytes --count 20", does: "Twenty of another node, by memory" },
      { line: "aiex top --format json | jq .processes[].pid", does: "The same for programs" },
    ],
    arguments: [oneNode],
    options: [
      {
        name: "by",
        value: "text",
        placeholder: "WHAT",
        choices: topWords,
        fallback: "messagesHandled",
        summary: "Messages handled or waiting, memory, or time of its turns",
      },
      {
        name: "count",
        value: "number",
        whole: true,
        placeholder: "N",
        range: { least: 1, most: 1_000 },
        fallback: "10",
        summary: "Processes to list",
      },
      ...connectionOptions,
      timeoutOption,
      { ...formatOption, summary: "How to print the processes" },
    ],
    notes: [
      reached,
      "Memory is an estimate from what can be seen of a process. Turns are measured for a minute after somebody asked by turnMs: ask again for what was measured since.",
    ],
  },
  {
    words: ["tree"],
    summary: "Show the supervision trees of a node",
    examples: [
      { line: "aiex tree", does: "Of the node of this machine" },
      { line: "aiex tree beta --format json", does: "Of another one, for programs" },
    ],
    arguments: [oneNode],
    options: [
      {
        name: "children",
        value: "number",
        whole: true,
        placeholder: "N",
        range: { least: 1, most: 10_000 },
        fallback: "100",
        summary: "Children of one supervisor to show",
      },
      ...connectionOptions,
      timeoutOption,
      { ...formatOption, summary: "How to print the trees" },
    ],
    notes: [reached],
  },
  {
    words: ["status"],
    summary: "Show what a node is, how it fares, and what is wrong with it",
    examples: [
      { line: "aiex status", does: "Of the node of this machine" },
      { line: "aiex status beta --format json", does: "Of another one, for programs" },
    ],
    arguments: [oneNode],
    options: [...connectionOptions, timeoutOption, { ...formatOption, summary: "How to print the status" }],
    notes: [reached, "`aiex cluster health` ends with a code that says whether all is well."],
  },
];
