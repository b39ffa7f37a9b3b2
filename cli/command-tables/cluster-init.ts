// `aiex cluster init` for the command table: it has options enough for a file of its own.
import { type CommandSpec, formatOption, type OptionSpec } from "../command-spec.ts";

const names = (name: string, summary: string): OptionSpec => ({
  name,
  value: "text",
  placeholder: "NAMES",
  summary,
});

const file = (name: string, summary: string): OptionSpec => ({
  name,
  value: "text",
  placeholder: "FILE",
  completesFiles: true,
  summary,
});

export const clusterInit: CommandSpec = {
  words: ["cluster", "init"],
  summary: "Write the configuration of brokers, with keys for all",
  examples: [
    {
      line: "aiex cluster init --nodes alpha,beta --operators ann --output cluster",
      does: "One broker on this machine, two nodes, one person",
    },
    {
      line: "aiex cluster init --brokers b1:4222,b2:4222,b3:4222 --nodes alpha --output c",
      does: "Three brokers, for high availability",
    },
  ],
  options: [
    {
      name: "output",
      value: "text",
      placeholder: "DIR",
      completesFiles: true,
      required: true,
      summary: "The folder to write to; nothing that is there is written over",
    },
    { ...names("nodes", "Nodes that may join, with commas between them"), required: true },
    {
      name: "cluster",
      value: "text",
      placeholder: "NAME",
      fallback: "aiex",
      summary: "The name of the cluster",
    },
    {
      name: "brokers",
      value: "text",
      placeholder: "PLACES",
      fallback: "127.0.0.1:4222",
      summary: "Where 1, 3 or 5 brokers are to run, as HOST:PORT with commas between",
    },
    names("operators", "People who may command nodes"),
    names("observers", "People who may look"),
    names("evaluators", "People who may run code in nodes with aiex attach"),
    names("clients", "Programs that may use the services of the cluster"),
    file("tls-cert", "The certificate of the brokers, where they are to encrypt"),
    file("tls-key", "Its key"),
    file("tls-ca", "The authority that everybody knows them by"),
    { ...formatOption, summary: "How to print what was written" },
  ],
  notes: [
    "The folder and everything in it can be read by you alone. Give each node and person the file that is theirs, and nobody the folder; its README.md says how the brokers are run.",
    "Exit codes: 0 written, 1 a file is there already or cannot be written, 2 a name or place is wrong.",
  ],
};
