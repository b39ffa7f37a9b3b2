// The commands that start nodes, stop them, and list them.
import { type CommandSpec, connectionOptions, formatOption, timeoutOption } from "../command-spec.ts";

export const nodeCommands: readonly CommandSpec[] = [
  {
    words: ["node", "start"],
    summary: "Start a node, which runs until it is stopped",
    examples: [
      { line: "aiex node start", does: "Alone, for the commands of this machine" },
      { line: "aiex node start --name alpha --managed-nats", does: "With a broker of its own beside it" },
      { line: "aiex node start --name beta --nats nats://host:4222", does: "In a cluster" },
      {
        line: "aiex node start --name gamma --credentials gamma.json",
        does: "By a file of cluster init, which says where",
      },
    ],
    options: [
      {
        name: "name",
        value: "text",
        placeholder: "NAME",
        summary: "What the node is called: letters, digits, _ and -, maybe @HOST; else by this machine",
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
        summary: "Start the broker of this machine too, or join the one that another node has started",
      },
      { name: "solo", value: "none", summary: "Run alone, whatever is configured" },
      { name: "cluster", value: "text", placeholder: "NAME", summary: "The cluster, where it is not aiex" },
      {
        name: "credentials",
        value: "text",
        placeholder: "FILE",
        completesFiles: true,
        summary: "What to show to the broker",
      },
      {
        name: "labels",
        value: "text",
        placeholder: "NAME=VALUE,...",
        summary: "Labels that others see: zone=a,disk=fast",
      },
      { ...formatOption, summary: "How to print that it is ready: one line of JSON for programs" },
    ],
    notes: [
      "It runs in the foreground and prints one line when it is ready. SIGTERM, Ctrl-C and `aiex node stop` have it end in good order: no new work, then what it owns goes to other nodes (within 30 s) and what runs may finish (runtime.shutdown_deadline_ms); a second Ctrl-C ends it at once.",
      "Commands of this machine reach it by a socket in $XDG_RUNTIME_DIR/aiex that only you can open; that needs nothing installed.",
      "Exit codes: 0 it was stopped, 76 a live node has that name, the broker does not answer, one of cluster.required_nodes is missing, or the node was cut off for too long (cluster.partition_tolerance), 78 a wrong configuration, 130 ended by Ctrl-C.",
    ],
  },
  {
    words: ["node", "stop"],
    summary: "Stop a node in good order, and wait until it is gone",
    examples: [
      { line: "aiex node stop", does: "The one that runs on this machine" },
      { line: "aiex node stop beta --timeout 1m", does: "One of several, or elsewhere" },
    ],
    arguments: [
      {
        placeholder: "NODE",
        required: false,
        summary: "the node to stop, where it is not the only one on this machine",
      },
    ],
    options: [
      ...connectionOptions,
      { ...timeoutOption, fallback: "45s", summary: "How long to wait until it is gone" },
      { ...formatOption, summary: "How to print the outcome" },
    ],
    notes: [
      "Exit codes: 0 it is gone, 5 you may not stop it, 76 there is no such node, 124 it is still stopping.",
    ],
  },
  {
    words: ["node", "list"],
    summary: "List the nodes of this machine, and the others of their clusters",
    examples: [
      { line: "aiex node list", does: "All of them" },
      { line: "aiex node list --format json | jq -r .nodes[].name", does: "The same for programs" },
    ],
    options: [{ ...formatOption, summary: "How to print the nodes" }],
    notes: ["`aiex cluster nodes` lists those of a cluster that no node of this machine is in."],
  },
];
