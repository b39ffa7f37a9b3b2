// `aiex cluster init`: writes the configuration of a cluster's brokers, and a file of credentials for everybody.

import { resolve } from "node:path";
import { printable } from "../../actors/rendering/printable.ts";
import { writeCluster } from "../../runtime/broker/cluster-files.ts";
import { type ClusterRequest, planCluster } from "../../runtime/broker/cluster-plan.ts";
import type { Identity, Role } from "../../runtime/broker/roles.ts";
import type { Asking } from "../asking.ts";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import { showNotice } from "../failure.ts";
import { optionValue, type ParsedCommand } from "../parse.ts";
import { renderJson } from "../render/json.ts";
import { terminalOf } from "../terminal.ts";
import { UsageError } from "../usage.ts";

export async function clusterInit({ parsed, host, interruption }: Asking): Promise<ExitCode> {
  const folder = resolve(optionValue(parsed, "output") ?? "");
  const { files, warnings } = planCluster(requestOf(parsed), host.world.random);
  await interruption.orInterrupted(writeCluster(host.world.files, folder, files));
  for (const warning of warnings) await showNotice(`Warning: ${warning}`, host);
  const paths = files.map(({ path }) => path);
  if (optionValue(parsed, "format") === "json") {
    await host.stdout.write(renderJson({ schema: "aiex.cluster-files/1", folder, files: paths, warnings }));
    return exitCodes.ok;
  }
  const terminal = terminalOf(host.stdout, host.env, host.platform);
  const lines = [
    `Wrote ${folder}:`,
    ...paths.map((path) => `  ${path}`),
    "Its README.md says how the brokers are run. Give each node and person the file that is theirs, and nobody the folder.",
  ];
  await host.stdout.write(`${lines.map((line) => printable(line, terminal)).join("\n")}\n`);
  return exitCodes.ok;
}

function requestOf(parsed: ParsedCommand): ClusterRequest {
  const people = peopleOptions.flatMap(([option, role]) =>
    namesOf(parsed, option).map((name): Identity => ({ role, name })),
  );
  return {
    cluster: optionValue(parsed, "cluster") ?? "aiex",
    brokers: namesOf(parsed, "brokers"),
    nodes: namesOf(parsed, "nodes"),
    people,
    tls: tlsOf(parsed),
  };
}

const peopleOptions: readonly (readonly [option: string, role: Role])[] = [
  ["operators", "operator"],
  ["observers", "observer"],
  ["evaluators", "evaluator"],
  ["clients", "client"],
];

function namesOf(parsed: ParsedCommand, option: string): readonly string[] {
  const given = optionValue(parsed, option);
  return given === undefined ? [] : given.split(",").map((name) => name.trim());
}

/** All three, or none: with fewer, one side could not trust the other. */
function tlsOf(parsed: ParsedCommand): ClusterRequest["tls"] {
  const certificate = optionValue(parsed, "tls-cert");
  const key = optionValue(parsed, "tls-key");
  const authority = optionValue(parsed, "tls-ca");
  if (certificate !== undefined && key !== undefined && authority !== undefined) {
    return { certificate: resolve(certificate), key: resolve(key), authority: resolve(authority) };
  }
  if (certificate === undefined && key === undefined && authority === undefined) return undefined;
  throw new UsageError("--tls-cert, --tls-key and --tls-ca belong together. Give all three.", "cluster init");
}
