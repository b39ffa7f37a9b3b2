// `aiex cluster connect`: which cluster, or which node that runs alone, the commands of this user speak to from now on.

import { resolve } from "node:path";
import { printable } from "../../actors/rendering/printable.ts";
import type { RemoteTarget } from "../../supervisors/remote/connection.ts";
import type { SavedConnection } from "../../supervisors/remote/saved-connection.ts";
import type { Asking } from "../asking.ts";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import type { Remotes } from "../host.ts";
import { optionValue } from "../parse.ts";
import { connected, inspected, readRemotes } from "../remote.ts";
import { renderJson } from "../render/json.ts";
import { nodeNamed } from "../target.ts";
import { terminalOf } from "../terminal.ts";
import { UsageError } from "../usage.ts";

export async function clusterConnect(asking: Asking): Promise<ExitCode> {
  const { parsed } = asking;
  const [where] = parsed.arguments;
  const credentials = optionValue(parsed, "credentials");
  const isForgetting = parsed.options.has("forget");
  if (isForgetting && (where !== undefined || credentials !== undefined)) {
    throw new UsageError("--forget takes nothing beside it: it forgets what is saved.", topic);
  }
  const remotes = await readRemotes(asking);
  if (isForgetting) return forget(asking, remotes);
  if (where === undefined && credentials === undefined) return show(asking, await remotes.saved());
  const saved = await reachable(asking, remotes, where, credentials);
  const path = await remotes.save(saved);
  return show(asking, saved, ` Saved in ${path}.`);
}

const topic = "cluster connect";

/** Connects as later commands will, so that nothing is saved that does not work. */
async function reachable(
  asking: Asking,
  remotes: Remotes,
  where: string | undefined,
  file: string | undefined,
): Promise<SavedConnection> {
  const credentials = file === undefined ? {} : { credentials: resolve(file) };
  const to: RemoteTarget = { ...(where === undefined ? {} : placeOf(where)), ...credentials };
  return connected(asking, remotes, to, async (reached) => {
    const { remote } = reached;
    const report = await inspected(asking.host, reached, "node", {});
    const way = report.carriers.find(({ kind }) => kind === "nats");
    const url = remote.carrier.kind === "nats" ? remote.carrier.place : way?.place;
    // One that runs alone is reached by its name: it has a socket on this machine.
    if (url === undefined) return { node: remote.entry };
    return {
      url,
      cluster: remote.cluster,
      ...credentials,
      ...(to.node === undefined ? {} : { node: to.node }),
    };
  });
}

/** What has a scheme or a port is the place of a broker; anything else is a node. */
function placeOf(where: string): RemoteTarget {
  return /:\/\/|:\d+$/.test(where) ? { url: where } : { node: nodeNamed(where, topic) };
}

async function forget(asking: Asking, remotes: Remotes): Promise<ExitCode> {
  const had = await remotes.saved();
  await remotes.forget();
  const { host, parsed } = asking;
  const text =
    had === undefined ? "Nothing was saved." : "Forgotten: commands speak to nodes of this machine.";
  const isJson = optionValue(parsed, "format") === "json";
  await host.stdout.write(
    isJson ? renderJson({ schema: "aiex.connection/1", connection: null }) : `${text}\n`,
  );
  return exitCodes.ok;
}

async function show(
  { host, parsed }: Asking,
  saved: SavedConnection | undefined,
  done = "",
): Promise<ExitCode> {
  if (optionValue(parsed, "format") === "json") {
    await host.stdout.write(renderJson({ schema: "aiex.connection/1", connection: saved ?? null }));
    return exitCodes.ok;
  }
  const text =
    saved === undefined
      ? "Nothing is saved: commands speak to nodes of this machine."
      : `Commands speak to ${savedText(saved)}.${done}`;
  await host.stdout.write(`${printable(text, terminalOf(host.stdout, host.env, host.platform))}\n`);
  return exitCodes.ok;
}

function savedText({ url, cluster = "aiex", node }: SavedConnection): string {
  if (url === undefined) return `node ${node} of this machine, which runs alone`;
  return `cluster ${cluster} at ${url}${node === undefined ? "" : ` through ${node}`}`;
}
