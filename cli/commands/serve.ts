// `aiex serve --openai`: an endpoint for other tools in the foreground, from its ready line to its last.
import { printable } from "../../actors/rendering/printable.ts";
import type { FlagSetting } from "../../supervisors/config.ts";
import type { Serving } from "../../supervisors/openai/serve.ts";
import type { Asking } from "../asking.ts";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import { showNotice } from "../failure.ts";
import { numberValue, optionValue, type ParsedCommand } from "../parse.ts";
import { terminalOf } from "../terminal.ts";
import { UsageError } from "../usage.ts";

export async function serve(asking: Asking): Promise<ExitCode> {
  const { parsed, host, interruption } = asking;
  const managesBroker = refuseSeveralBrokers(parsed);
  const nodes = await interruption.orInterrupted(host.nodes(flagsOf(parsed)));
  for (const warning of nodes.warnings) await showNotice(`Warning: ${warning}`, host);
  const starting = nodes.serve({
    host: optionValue(parsed, "host") ?? "",
    port: numberValue(parsed, "port") ?? 0,
    tokenFile: optionValue(parsed, "token-file"),
    managesBroker,
    onFailure: (thrown) => interruption.fail(thrown),
  });
  let serving: Serving;
  try {
    serving = await interruption.orInterrupted(starting);
  } catch (error) {
    // What starts all the same is put away again.
    await starting.then((late) => late.stop()).catch(() => undefined);
    throw error;
  }
  try {
    await tellReady(asking, serving);
    await interruption.orInterrupted(serving.node.stopAsked);
    await showNotice("Stopping, as it was asked to.", host);
  } catch (error) {
    // A signal is an order like any other; a failure is told by whoever started this command.
    if (interruption.exitCode() === undefined) throw error;
    await showNotice("Stopping, when the answers that have begun are whole.", host);
  } finally {
    // It has a deadline of its own; a second signal ends the program at once.
    interruption.end();
    await serving.stop();
  }
  return interruption.exitCode() === exitCodes.interrupted ? exitCodes.interrupted : exitCodes.ok;
}

/** True where it is to start a broker, or to join the one that is started. */
function refuseSeveralBrokers(parsed: ParsedCommand): boolean {
  const given = ["nats", "managed-nats", "solo"].filter((name) => parsed.options.has(name));
  if (given.length <= 1) return given.includes("managed-nats");
  const options = given.map((name) => `--${name}`).join(" and ");
  throw new UsageError(`${options} cannot be had together. Leave all but one of them out.`, "serve");
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
] as const;

/** Where it is and what tools have to show; the token itself at the first start alone. */
async function tellReady({ parsed, host }: Asking, serving: Serving): Promise<void> {
  const { url, tokenFile, newToken } = serving;
  const { name, cluster, url: broker = null } = serving.node;
  if (optionValue(parsed, "format") === "json") {
    const token = newToken?.reveal() ?? null;
    const ready = { schema: "aiex.serve-ready/1", url, tokenFile, token, node: name, cluster, broker };
    await host.stdout.write(`${JSON.stringify(ready)}\n`);
    return;
  }
  const terminal = terminalOf(host.stdout, host.env, host.platform);
  const where = broker === null ? "alone" : `in the cluster ${cluster} at ${broker}`;
  const lines = [
    `aiex serves OpenAI's interface at ${url}, as node ${name}, ${where}.`,
    newToken === undefined
      ? `The token is in ${tokenFile}, where it was.`
      : `The token, which is shown this once and kept in ${tokenFile}: ${newToken.reveal()}`,
    `OPENAI_BASE_URL=${url} OPENAI_API_KEY=$(cat ${tokenFile}) is what most tools want; the model is auto, or an entry of llm.providers.`,
  ];
  await host.stdout.write(lines.map((line) => `${printable(line, terminal)}\n`).join(""));
}
