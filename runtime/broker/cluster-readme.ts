// The page that stands in a cluster's folder: what each file is for, and what an operator runs.
import type { Identity } from "./roles.ts";

export interface ReadmeFacts {
  readonly cluster: string;
  readonly servers: readonly string[];
  readonly identities: readonly Identity[];
  readonly warnings: readonly string[];
}

export function clusterReadme(facts: ReadmeFacts): string {
  const { cluster, servers, identities, warnings } = facts;
  return [
    `# The cluster "${cluster}"`,
    "",
    "Everything here is for you alone: the files in `credentials` are keys, and the configuration of a set of brokers holds the",
    "password that they know each other by. Do not put this folder under version control.",
    "",
    ...warnings.flatMap((warning) => [`**Warning:** ${warning}`, ""]),
    ...(servers.length === 1 ? oneBroker(servers) : setOfBrokers(servers)),
    "## Nodes and people",
    "",
    "Give each its file, over a way that nobody else can read, and delete it here if you do not need it:",
    "",
    ...identities.map(({ role, name }) => `- ${role} \`${name}\``),
    "",
    "A node: `aiex node start --name NAME --credentials FILE`. A person: `aiex cluster connect --credentials FILE`.",
    "",
    "## To take a right away",
    "",
    "Remove the user in whose permissions that name stands (a person's with `cli-` before it) from the configuration of each",
    "broker, and have the brokers read it again: `nats-server --signal reload=PID`. Whoever is connected with that key",
    "is cut off at once, and does not come back. An evaluator may run code on nodes: give that role for as long as it is needed,",
    "and take it away then.",
    "",
  ].join("\n");
}

function oneBroker([server = ""]: readonly string[]): readonly string[] {
  return [
    `## The broker at ${server}`,
    "",
    "It needs `nats-server` 2.10 or later (https://github.com/nats-io/nats-server/releases). Copy `broker.conf` into a folder of",
    "its own on that machine, and run there, as a user of its own and under something that starts it again:",
    "",
    "```",
    "chmod 600 broker.conf && mkdir -m 700 store",
    "nats-server -c broker.conf",
    "```",
    "",
    "It is one machine: what it has acknowledged is on its disk, and while it is away nobody can write. A broker that holds data",
    "is never turned into one of a set: make the set anew, and move the data by backup and restore.",
    "",
  ];
}

function setOfBrokers(servers: readonly string[]): readonly string[] {
  const spare = (servers.length - 1) / 2;
  return [
    `## The brokers ${servers.join(", ")}`,
    "",
    `They are a fixed set of ${servers.length}: ${spare === 1 ? "one of them" : `${spare} of them`} may be away, and the rest goes on. Each needs \`nats-server\` 2.10 or later`,
    "(https://github.com/nats-io/nats-server/releases), a machine of its own, and a clock that is set by the network. Copy",
    "`broker-1.conf` to the first, `broker-2.conf` to the second, and so on, and run there, as a user of its own and under",
    "something that starts it again:",
    "",
    "```",
    "chmod 600 broker-1.conf && mkdir -m 700 store",
    "nats-server -c broker-1.conf",
    "```",
    "",
    "The brokers reach each other on the port of clients plus 2000; nobody else should.",
    "Streams and buckets are made with three replicas: a write is acknowledged when most of them have it on their disk.",
    "",
  ];
}
