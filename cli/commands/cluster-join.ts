// `aiex cluster join`: a node that runs becomes a member of a cluster.
import { printable } from "../../actors/rendering/printable.ts";
import type { Asking } from "../asking.ts";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import { credentialsBytesMax } from "../limits.ts";
import { optionValue } from "../parse.ts";
import { connected, readRemotes, within } from "../remote.ts";
import { renderJson } from "../render/json.ts";
import { nodeNamed } from "../target.ts";
import { terminalOf } from "../terminal.ts";
import { UsageError } from "../usage.ts";

export async function clusterJoin(asking: Asking): Promise<ExitCode> {
  const { parsed, host } = asking;
  const [word = ""] = parsed.arguments;
  const name = nodeNamed(word, "cluster join");
  const remotes = await readRemotes(asking);
  const saved = await remotes.saved();
  const url = optionValue(parsed, "to") ?? remotes.url ?? saved?.url;
  if (url === undefined) {
    throw new UsageError(
      `This command speaks to no cluster yet. Say which one "${name}" is to join: --to URL.`,
      "cluster join",
    );
  }
  const file = optionValue(parsed, "credentials");
  const credentials = file === undefined ? {} : { credentials: await textOf(asking, file) };
  return connected(asking, remotes, { node: name }, async ({ remote, node, timeoutMs }) => {
    const joining = remote.control(node, "join", { url, ...credentials }, timeoutMs);
    const joined = await within(host, joining, joinGraceMs + timeoutMs, `Joining of ${node}`);
    if (optionValue(parsed, "format") === "json") {
      await host.stdout.write(renderJson({ schema: "aiex.joined/1", node, ...joined }));
      return exitCodes.ok;
    }
    const others = joined.members.filter((member) => member !== node);
    const known = others.length === 0 ? "" : `, with ${others.join(", ")}`;
    const text = `${node} is a member of the cluster at ${joined.url}${known}.`;
    await host.stdout.write(`${printable(text, terminalOf(host.stdout, host.env, host.platform))}\n`);
    return exitCodes.ok;
  });
}

async function textOf({ host, interruption }: Asking, path: string): Promise<string> {
  const reading = host.world.files.readFile(path, { bytesMax: credentialsBytesMax });
  return new TextDecoder().decode(await interruption.orInterrupted(reading));
}

/** The node connects, and waits for the others' first beats, before it answers. */
const joinGraceMs = 10_000;
