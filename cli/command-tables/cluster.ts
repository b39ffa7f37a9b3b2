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
    words: ["cluster", "status"],
    summary: "Show the cluster as a whole: broker, nodes, what is wrong",
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
