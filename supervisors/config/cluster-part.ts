// What a person can configure about nodes and the cluster that they make up.
import { z } from "zod";
import { spreadingShape } from "../../actors/llm/spreading.ts";
import { isBrokerUrl } from "./broker-url.ts";
import { clusterDefaults } from "./cluster-defaults.ts";

/** A node's own name, with a host where one is named: `alpha`, `aiex@host2`. */
const nodeName = /^[A-Za-z0-9_-]+(@[A-Za-z0-9.-]+)?$/;
/** What the longest token holds, in which a `@` or a `.` takes three characters. */
const nameCharactersMax = 60;
const label = /^[A-Za-z0-9_.-]+=[A-Za-z0-9_.:/-]*$/;

const path = z
  .string()
  .min(1)
  .refine((text) => !text.includes("\0"), "must hold no NUL character");

const words = (text: string): readonly string[] => text.split(",").map((word) => word.trim());

export const clusterConfiguration = z.strictObject({
  enabled: z
    .preprocess((given) => (given === "true" ? true : given === "false" ? false : given), z.boolean())
    .default(clusterDefaults.enabled)
    .describe("False where nodes are to run alone, whatever else is set"),
  name: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,32}$/, "must be made of 1 to 32 letters, digits, _ and -")
    .default(clusterDefaults.name)
    .describe("Name of the cluster: several may share a broker"),
  node_name: z
    .string()
    .max(nameCharactersMax)
    .regex(nodeName, "must be made of letters, digits, _ and -, and may end with @ and a host")
    .refine((name) => !name.startsWith("cli-"), "must not begin with cli-, as the names of commands do")
    .optional()
    .describe("Name of a node that is started; that of the machine where it is not set"),
  labels: z
    .string()
    .refine((text) => words(text).every((word) => label.test(word)), "must be pairs such as zone=a,disk=fast")
    .optional()
    .describe("Labels of a node that is started, as name=value pairs with commas between"),
  nats_url: z
    .string()
    .refine(
      isBrokerUrl,
      "must be one or more URLs such as nats://host:4222, with commas between and no password in them",
    )
    .optional()
    .describe("Where the NATS broker of the cluster is: one URL, or several with commas between"),
  credentials_file: path.optional().describe("File with the credentials for the broker"),
  tls_ca_file: path.optional().describe("File with the certificates that vouch for the broker's own"),
  remote_eval: z
    .enum(["off", "on"])
    .default("off")
    .describe("Whether code may be evaluated in a node from other machines: off or on"),
  time_factor: z
    .number()
    .min(0.1)
    .max(60)
    .default(1)
    .describe("Factor of all times after which a node counts as gone; more than 1 for slow networks"),
  partition_tolerance: z
    .enum(["degraded_mode", "shutdown"])
    .default("degraded_mode")
    .describe(
      "What a node does that is cut off from the majority: go on with what is its own alone (degraded_mode), or end in time (shutdown)",
    ),
  node_recovery_timeout_ms: z
    .int()
    .min(1_000)
    .max(86_400_000)
    .default(60_000)
    .describe(
      "Milliseconds that a node may be cut off before it ends, where partition_tolerance is shutdown",
    ),
  required_nodes: z
    .string()
    .refine((text) => words(text).every((word) => nodeName.test(word)), "must be names such as alpha,beta")
    .optional()
    .describe("Nodes, with commas between, without which a node that is started refuses to start"),
  sync_timeout_ms: z
    .int()
    .min(100)
    .max(3_600_000)
    .default(30_000)
    .describe("Milliseconds that a node that is started waits for required_nodes"),
  discovery_strategy: z
    .enum(["static", "kubernetes_dns"])
    .default("static")
    .describe("How brokers are found: by nats_url (static), or by a Kubernetes service (kubernetes_dns)"),
  service_name: z
    .string()
    .regex(/^[a-z0-9](?:[a-z0-9.-]{0,250}[a-z0-9])?$/, "must be the name of a service")
    .optional()
    .describe("Headless Kubernetes service whose pods are the brokers"),
  namespace: z
    .string()
    .regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, "must be the name of a namespace")
    .default("default")
    .describe("Kubernetes namespace of that service"),
  ...spreadingShape,
  managed: z
    .strictObject({
      server: path
        .optional()
        .describe("Program nats-server that a node starts; that on the PATH where it is not set"),
      data_dir: path.optional().describe("Folder of what it stores, where it is not the usual one"),
    })
    .prefault({}),
});

export type ClusterConfiguration = z.output<typeof clusterConfiguration>;

/** Environment variables and the keys, below this part, that they set. */
export const clusterVariables = {
  AIEX_CLUSTER: "name",
  AIEX_CLUSTER_ENABLED: "enabled",
  AIEX_NODE_NAME: "node_name",
  AIEX_NODE_LABELS: "labels",
  AIEX_NATS_URL: "nats_url",
  AIEX_NATS_CREDENTIALS: "credentials_file",
  AIEX_NATS_CA: "tls_ca_file",
  AIEX_NATS_SERVER: "managed.server",
  AIEX_REMOTE_EVAL: "remote_eval",
} as const;

/** The names that `text` lists. */
export function nodesOf(text: string | undefined): readonly string[] {
  return text === undefined ? [] : [...new Set(words(text))];
}

/** The labels that `text` names. */
export function labelsOf(text: string | undefined): Readonly<Record<string, string>> {
  return Object.fromEntries(
    words(text ?? "").flatMap((word) => {
      const at = word.indexOf("=");
      return at < 1 ? [] : [[word.slice(0, at), word.slice(at + 1)]];
    }),
  );
}
