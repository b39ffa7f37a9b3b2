// The commands that hold a cluster: reaching it, looking at it, having a node join it, and writing its configuration.
import {
  type ArgumentSpec,
  type CommandSpec,
  connectionOptions,
  formatOption,
  timeoutOption,
} from "../command-spec.ts";
import { clusterInit } from "./cluster-init.ts";

const reached =
  "Without --nats, the command speaks to the cluster of `aiex cluster connect` or AIEX_NATS_URL, else to the one node that runs on this machine, and through it to those that it knows.";

const oneNode: ArgumentSpec = {
  placeholder: "NODE",
  required: false,
  summary: "the node to ask for the others, where several run on this machine",
};

const viewOptions = [...connectionOptions, timeoutOption];

export const clusterCommands: readonly CommandSpec[] = [
  {
    words: ["cluster", "connect"],
    summary: "Have this user's commands speak to a cluster from now on",
    examples: [
      { line: "aiex cluster connect --credentials operator-ann.json", does: "By a file of cluster init" },
      { line: "aiex cluster connect nats://127.0.0.1:4222", does: "By its broker" },
      { line: "aiex cluster connect alpha@host", does: "By a node that runs on this machine" },
      { line: "aiex cluster connect", does: "Show what is saved" },
      { line: "aiex cluster connect --forget", does: "Forget it again" },
    ],
    arguments: [
      {
        placeholder: "WHERE",
        required: false,
        summary: "the URL of a broker, or a node of this machine: NODE or NODE@HOST",
      },
    ],
    options: [
      {
        name: "credentials",
        value: "text",
        placeholder: "FILE",
        completesFiles: true,
        summary: "What to show to the broker; its path is saved, not what it holds",
      },
      { name: "forget", value: "none", summary: "Speak to nodes of this machine again" },
      timeoutOption,
      { ...formatOption, summary: "How to print what is saved" },
    ],
    notes: [
      "Commands that make a run have it made there, as with --on cluster; --on here keeps one in its own process.",
      "It connects before it saves anything. What it saves is connection.json in ~/.config/aiex, which only you can read.",
    ],
  },
  {
    words: ["cluster", "join"],
    summary: "Make a node that runs a member of a cluster",
    examples: [
      { line: "aiex cluster join alpha", does: "Of the cluster that this command speaks to" },
      {
        line: "aiex cluster join alpha --to nats://broker:4222 --credentials alpha.json",
        does: "Of the cluster of that broker",
      },
    ],
    arguments: [{ placeholder: "NODE", required: true, summary: "the node that is to join" }],
    options: [
      {
        name: "to",
        value: "text",
        placeholder: "URL",
        summary: "The broker of the cluster, where it is not the one this command speaks to",
      },
      {
        name: "credentials",
        value: "text",
        placeholder: "FILE",
        completesFiles: true,
        summary: "What the node is to show to that broker",
      },
      timeoutOption,
      { ...formatOption, summary: "How to print the outcome" },
    ],
    notes: [
      "The node stays a member until it stops; to have it join at every start, start it with --nats.",
      "Exit codes: 0 it is a member, 1 it could not join, 5 the broker denies its credentials, 76 the node or the broker cannot be reached.",
    ],
  },
  {
    words: ["cluster", "drain"],
    summary: "Have a node hand over what it owns, and leave",
    examples: [
      { line: "aiex cluster drain beta", does: "Hand over all, then end the node" },
      { line: "aiex cluster drain beta@rack --deadline 2m", does: "With more time for what runs there" },
      { line: "aiex cluster drain beta --format json", does: "The outcome for programs" },
    ],
    arguments: [
      { placeholder: "NODE", required: true, summary: "the node that is to leave: NODE or NODE@HOST" },
    ],
    options: [
      {
        name: "deadline",
        value: "time",
        placeholder: "TIME",
        range: { least: 100, most: 3_600_000 },
        fallback: "30s",
        summary: "How long it may take to hand over; what is left then starts elsewhere",
      },
      ...connectionOptions,
      { ...timeoutOption, fallback: "20s", summary: "How long to wait, beyond that, until it is gone" },
      { ...formatOption, summary: "How to print the outcome" },
    ],
    notes: [
      "A node that drains gets no new work. What it owns goes to other nodes at its next checkpoint, calls in flight are answered, and the node ends with 0. How far it is stands on standard error. Ctrl-C ends this command, and not the drain. SIGTERM has a node drain too, within 30 s.",
      "Exit codes: 0 everything was handed over and the node is gone, 5 you may not drain it, 7 the node is gone and its deadline came first (what was left starts again elsewhere from its last checkpoint), 76 there is no such node, 124 it is still there.",
    ],
  },
  {
    words: ["cluster", "move"],
    summary: "Have another node own a placed child",
    examples: [
      { line: "aiex cluster move shop/cart gamma", does: "The child cart of the cluster supervisor shop" },
      { line: "aiex cluster move shop/cart gamma --format json", does: "The outcome for programs" },
    ],
    arguments: [
      { placeholder: "CHILD", required: true, summary: "what is to move, as SUPERVISOR/ID" },
      { placeholder: "NODE", required: true, summary: "where to: NODE or NODE@HOST" },
    ],
    options: [
      ...connectionOptions,
      { ...timeoutOption, fallback: "20s", summary: "How long to wait until it runs there" },
      { ...formatOption, summary: "How to print the outcome" },
    ],
    notes: [
      reached,
      "It is handed over at its next checkpoint, under the next epoch. `aiex cluster status` names the children and who owns them.",
      "Exit codes: 0 it runs there, 1 there is no such child or it failed to start, 5 that node may not have it, 75 the cluster cannot decide now, 76 there is no such node, 124 it does not run there yet.",
    ],
  },
  {
    words: ["cluster", "status"],
    summary: "Show the cluster as a whole: broker, nodes, who owns what",
    examples: [
      { line: "aiex cluster status", does: "Of the cluster that this command speaks to" },
      { line: "aiex cluster status --format json", does: "The same for programs" },
    ],
    arguments: [oneNode],
    options: [...viewOptions, { ...formatOption, summary: "How to print the status" }],
    notes: [reached],
  },
  {
    words: ["cluster", "nodes"],
    summary: "List the nodes: state, incarnation, load, lag, sessions",
    examples: [
      { line: "aiex cluster nodes", does: "All nodes" },
      { line: "aiex cluster nodes --format json | jq -r .nodes[].name", does: "The same for programs" },
    ],
    arguments: [oneNode],
    options: [...viewOptions, { ...formatOption, summary: "How to print the nodes" }],
    notes: [reached],
  },
  {
    words: ["cluster", "health"],
    summary: "Say what is wrong with the cluster and what to do about it",
    examples: [
      { line: "aiex cluster health", does: "What is wrong, and 0 where all is well" },
      { line: "aiex cluster health --format json", does: "The same for programs" },
    ],
    arguments: [oneNode],
    options: [...viewOptions, { ...formatOption, summary: "How to print what is wrong" }],
    notes: [reached, "Exit codes: 0 all is well, 1 something is wrong, 76 nothing answers."],
  },
  clusterInit,
];
