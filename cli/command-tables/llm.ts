// The commands that look at language models, try them, and serve them to other tools.
import { type CommandSpec, formatOption } from "../command-spec.ts";
import { askedNodesOptions, maxCostOption } from "./options.ts";

export const breakerOrderWords = ["open", "close", "reset"] as const;

const whereOptions = askedNodesOptions(
  "Ask a node, each of the cluster, or this process; else as AIEX_ON or aiex cluster connect say, or here",
);

const format = { ...formatOption, choices: ["text", "json", "ndjson"] } as const;
const entry = "an entry of llm.providers, as aiex llm health lists them";

const lookCommands: readonly CommandSpec[] = [
  {
    words: ["llm", "health"],
    summary: "Show how the providers of models fare",
    examples: [
      { line: "aiex llm health", does: "All of this machine's configuration" },
      { line: "aiex llm health openai --on cluster", does: "One of them, as each node sees it" },
      { line: "aiex llm health --format json | jq .nodes[].entries", does: "The same for programs" },
    ],
    arguments: [{ placeholder: "ENTRY", required: false, summary: entry }],
    options: [...whereOptions, { ...format, summary: "How to print it; ndjson prints an entry a line" }],
    notes: [
      "Each provider is asked which models it has, which costs nothing. Nothing is asked of a model.",
      "Exit codes: 0 all of them answer, 1 some do not or are left alone by their breaker, 69 none does or none is set up, 76 what --on names cannot be reached.",
    ],
  },
  {
    words: ["llm", "models"],
    summary: "List the models that the providers have now",
    examples: [
      { line: "aiex llm models", does: "Those of all providers" },
      { line: "aiex llm models ollama", does: "Those of one" },
      {
        line: "aiex llm models openai --format json | jq -r .nodes[].entries[].models[].name",
        does: "Their names for programs",
      },
    ],
    arguments: [{ placeholder: "ENTRY", required: false, summary: entry }],
    options: [...whereOptions, { ...format, summary: "How to print them; ndjson prints a model a line" }],
    notes: ["Exit codes: 0, 7 one of them does not tell, 69 none does or none is set up, 76 as above."],
  },
  {
    words: ["llm", "usage"],
    summary: "Show what models were asked and what it cost",
    examples: [
      { line: "aiex llm usage", does: "The last seven days" },
      { line: "aiex llm usage --days 31 --on cluster", does: "A month of the cluster" },
      { line: "aiex llm usage --format json", does: "The same for programs" },
    ],
    options: [
      {
        name: "days",
        value: "number",
        whole: true,
        placeholder: "N",
        range: { least: 1, most: 400 },
        fallback: "7",
        summary: "Days, today among them, in UTC",
      },
      ...whereOptions,
      { ...format, summary: "How to print it; ndjson prints a row a line" },
    ],
    notes: [
      "Costs are estimates: what providers say that was used, by the prices of the configuration or of aiex's own dated list.",
    ],
  },
];

export const llmCommands: readonly CommandSpec[] = [
  ...lookCommands,
  {
    words: ["llm", "test"],
    summary: "Ask a model one question, and print its answer as it comes",
    examples: [
      { line: "aiex llm test openai", does: "Whether it answers, and how fast" },
      {
        line: "aiex llm test ollama --model qwen3 --prompt Hello",
        does: "A question of your own",
      },
      { line: "aiex llm test openai --record session.yaml", does: "Keep the session, to play it again" },
    ],
    arguments: [{ placeholder: "ENTRY", required: true, summary: `${entry}; or auto, to let aiex choose` }],
    options: [
      {
        name: "prompt",
        value: "text",
        placeholder: "TEXT",
        fallback: "Say hello in one short sentence.",
        summary: "What to ask",
      },
      { name: "model", value: "text", placeholder: "NAME", summary: "Where it is not to be the entry's own" },
      {
        name: "record",
        value: "text",
        placeholder: "FILE",
        completesFiles: true,
        summary: "Write what was asked and answered to a file that a provider of kind scripted plays",
      },
      {
        name: "deadline",
        value: "time",
        placeholder: "TIME",
        range: { least: 100, most: 3_600_000 },
        fallback: "2m",
        summary: "Give up with exit code 124 where it is not answered by then",
      },
      maxCostOption("Do not ask where it may cost more than that; ends with exit code 6"),
      ...whereOptions,
      { ...format, summary: "How to print the answer; ndjson prints the events of its run" },
    ],
    notes: [
      "It is a request like any other: it may cost money, and counts against limits and budgets. What is sent is the prompt alone.",
      "Exit codes: 0 it answered, 1 it refused or cannot be asked so, 2 there is no such entry, 6 a budget is used up, 7 a part of the answer came, 69 none is set up or none is left to ask, 75 it may work later, 76 as above, 124 the deadline passed.",
    ],
  },
  {
    words: ["llm", "breaker"],
    summary: "Show circuit breakers; open, close or reset one",
    examples: [
      { line: "aiex llm breaker", does: "How they are" },
      { line: "aiex llm breaker open openai", does: "Leave a provider alone until it is closed" },
      { line: "aiex llm breaker close openai", does: "Let requests through again" },
      { line: "aiex llm breaker reset openai --model gpt-5.5", does: "Forget the failures of one model" },
    ],
    arguments: [
      {
        placeholder: "ORDER",
        choices: breakerOrderWords,
        required: false,
        summary: "what to do; nothing only looks",
      },
      { placeholder: "ENTRY", required: false, summary: entry },
    ],
    options: [
      {
        name: "model",
        value: "text",
        placeholder: "NAME",
        summary: "One model of the entry, not all of them",
      },
      ...whereOptions,
      { ...formatOption, summary: "How to print them" },
    ],
    notes: [
      "Breakers live on nodes: without --on it asks the one that runs on this machine. What one node of a cluster is told all of them know at once.",
      "Exit codes: 0, 2 there is no such entry, 76 there is no node.",
    ],
  },
];

export const serveCommand: CommandSpec = {
  words: ["serve"],
  summary: "Serve language models to other tools, by an interface that they know",
  examples: [
    { line: "aiex serve --openai", does: "At http://127.0.0.1:9488/v1, with a token of its own" },
    { line: "aiex serve --openai --port 0 --format json", does: "At any free port, told as JSON" },
    {
      line: "aiex serve --openai --nats nats://host:4222",
      does: "As a member of a cluster, with its models",
    },
  ],
  options: [
    {
      name: "openai",
      value: "none",
      required: true,
      summary: "The interface: OpenAI's chat completions and models",
    },
    {
      name: "port",
      value: "number",
      whole: true,
      placeholder: "N",
      range: { least: 0, most: 65_535 },
      fallback: "9488",
      summary: "Where it listens; 0 for any that is free",
    },
    {
      name: "host",
      value: "text",
      placeholder: "ADDRESS",
      choices: ["127.0.0.1", "::1", "localhost"],
      fallback: "127.0.0.1",
      summary: "The address of this machine itself that it listens at",
    },
    {
      name: "token-file",
      value: "text",
      placeholder: "FILE",
      completesFiles: true,
      summary: "The file with the token; it is made where it is missing",
    },
    {
      name: "name",
      value: "text",
      placeholder: "NAME",
      summary: "What its node is called, where it is not serve-HOST",
    },
    {
      name: "nats",
      value: "text",
      placeholder: "URL",
      summary: "The broker of the cluster that it joins, such as nats://host:4222",
    },
    {
      name: "managed-nats",
      value: "none",
      summary: "Join the broker of this machine that a node has started, or start it",
    },
    { name: "cluster", value: "text", placeholder: "NAME", summary: "The cluster, where it is not aiex" },
    {
      name: "credentials",
      value: "text",
      placeholder: "FILE",
      completesFiles: true,
      summary: "What to show to the broker",
    },
    { name: "solo", value: "none", summary: "Run alone, whatever is configured" },
    { ...formatOption, summary: "How to print that it is ready: one line of JSON for programs" },
  ],
  notes: [
    "It runs in the foreground. Tools need the base URL that it prints and the token; model is an entry of llm.providers, entry/model, or auto. Requests have the same failover, limits and budgets as those of aiex itself.",
    "The token is made at the first start and shown then; the file that holds it can be read by you alone. Nothing listens beyond this machine, and pages in a browser are not answered.",
    "Exit codes: 0 it was stopped, 1 the port is taken or the token cannot be relied on, 76 as with aiex node start, 78 a wrong configuration, 130 ended by Ctrl-C.",
  ],
};
