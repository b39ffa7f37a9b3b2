// `aiex node start`: a node in the foreground, from its ready line to its last.

import { printable } from "../../actors/rendering/printable.ts";
import type { RunningNode } from "../../supervisors/cluster/running-node.ts";
import type { FlagSetting } from "../../supervisors/config.ts";
import type { Asking } from "../asking.ts";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import { showNotice } from "../failure.ts";
import { optionValue, type ParsedCommand } from "../parse.ts";
import { terminalOf } from "../terminal.ts";
import { UsageError } from "../usage.ts";

export async function nodeStart(asking: Asking): Promise<ExitCode> {
  const { parsed, host, interruption } = asking;
  const managesBroker = refuseSeveralBrokers(parsed);
  const nodes = await interruption.orInterrupted(host.nodes(flagsOf(parsed)));
  for (const warning of nodes.warnings) await showNotice(`Warning: ${warning}`, host);
  const starting = nodes.start({ managesBroker, onFailure: (thrown) => interruption.fail(thrown) });
  let node: RunningNode;
  try {
    node = await interruption.orInterrupted(starting);
  } catch (error) {
    // What starts all the same is put away again.
    await starting.then((late) => late.stop()).catch(() => undefined);
    throw error;
  }
  await host.stdout.write(readyText(asking, node));
  try {
    await interruption.orInterrupted(node.stopAsked);
    await showNotice(`Stopping node ${node.name}, as it was asked to.`, host);
  } catch (error) {
    // A signal is an order like any other; a failure is told by whoever started this command.
    if (interruption.exitCode() === undefined) throw error;
    await showNotice(`Stopping node ${node.name}.`, host);
  } finally {
    // It has a deadline of its own; a second signal ends the program at once.
    interruption.end();
    await node.stop();
  }
  return interruption.exitCode() === exitCodes.interrupted ? exitCodes.interrupted : exitCodes.ok;
}

/** True where the node is to start a broker. */
function refuseSeveralBrokers(parsed: ParsedCommand): boolean {
  const given = ["nats", "managed-nats", "solo"].filter((name) => parsed.options.has(name));
  if (given.length <= 1) return given.includes("managed-nats");
  throw new UsageError(
    `${given.map((name) => `--${name}`).join(" and ")} cannot be had together. Leave all but one of them out.`,
    "node start",
  );
}

function flagsOf(parsed: ParsedCommand): readonly FlagSetting[] {
  const texts = keys.flatMap(([name, key]) => {
    const value = optionValue(parsed, name);
    return value === undefined ? [] : [{ flag: `--${name}`, key, value }];
  });
  return parsed.options.has("solo")
    ? [...texts, { flag: "--solo", key: "cluster.enabled", value: false }]
    : texts;
}

const keys = [
  ["name", "cluster.node_name"],
  ["nats", "cluster.nats_url"],
  ["cluster", "cluster.name"],
  ["credentials", "cluster.credentials_file"],
  ["labels", "cluster.labels"],
] as const;

function readyText({ parsed, host }: Asking, node: RunningNode): string {
  const { name, incarnation, osPid, cluster, socket, url = null } = node;
  if (optionValue(parsed, "format") === "json") {
    const ready = { schema: "aiex.node-ready/1", name, incarnation, osPid, cluster, socket, url };
    return `${JSON.stringify(ready)}\n`;
  }
  const terminal = terminalOf(host.stdout, host.env, host.platform);
  const where = url === null ? "alone" : `in the cluster ${cluster} at ${url}`;
  const text = `aiex node ${name} is ready, ${where}: aiex attach ${name}, aiex status ${name}, aiex node stop ${name}`;
  return `${printable(text, terminal)}\n`;
}
