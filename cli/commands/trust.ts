// `aiex trust`: writes down that a project is trusted, takes it back, and lists what is.
import { homedir } from "node:os";
import { printable } from "../../actors/rendering/printable.ts";
import { dataFolder } from "../../supervisors/config/data-folder.ts";
import { trustBook } from "../../supervisors/config/project-file.ts";
import { type TrustDesk, trustDesk } from "../../supervisors/trust-desk.ts";
import type { Asking } from "../asking.ts";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import { showNotice } from "../failure.ts";
import type { Host } from "../host.ts";
import { optionValue } from "../parse.ts";
import { renderJson } from "../render/json.ts";
import { terminalOf } from "../terminal.ts";
import { UsageError } from "../usage.ts";

/** Reads no configuration: a project whose own is wrong can be trusted no longer all the same. */
export async function trust(asking: Asking): Promise<ExitCode> {
  const { parsed, host } = asking;
  const isList = parsed.options.has("list");
  const isRevoke = parsed.options.has("revoke");
  const [path] = parsed.arguments;
  if (isList && (isRevoke || path !== undefined))
    throw new UsageError("--list stands alone. Leave the path and --revoke out, or --list.", "trust");
  const { world } = host;
  const desk = trustDesk({
    ...{ files: world.files, clock: world.clock, book: trustBook(placesOf(host)), directory: "." },
    onChange: (what, changed) => audited(asking, what, changed),
  });
  const asked: Asked = { host, desk, isJson: optionValue(parsed, "format") === "json" };
  if (isList) await list(asked);
  else if (isRevoke) await revoke(asked, path);
  else await give(asked, path);
  return exitCodes.ok;
}

/** Where the settings are wrong, nobody can say whether and where it is audited. */
async function audited({ host, interruption }: Asking, what: TrustWord, path: string): Promise<void> {
  try {
    await (await host.settings([])).auditing()?.note(what, { path });
  } catch (error) {
    interruption.signal.throwIfAborted();
    const why = error instanceof Error ? error.message : String(error);
    await showNotice(`Warning: it is not in the audit log. ${why}`, host);
  }
}

type TrustWord = "trust_given" | "trust_revoked";

interface Asked {
  readonly host: Host;
  readonly desk: TrustDesk;
  readonly isJson: boolean;
}

function placesOf({ world, env }: Host) {
  const home = env.HOME || homedir();
  return { files: world.files, home, dataFolder: dataFolder(env, home) };
}

async function give({ host, desk, isJson }: Asked, directory: string | undefined): Promise<void> {
  const path = await desk.give(directory);
  if (isJson) await host.stdout.write(renderJson({ schema: "aiex.trust/1", trusted: [path] }));
  else
    await say(
      host,
      `Trusted ${path}: its settings and workflows are used, and models are given its instructions. To take it back: aiex trust --revoke`,
    );
}

async function revoke({ host, desk, isJson }: Asked, directory: string | undefined): Promise<void> {
  const { path, wasTrusted, trustedBy } = await desk.revoke(directory);
  if (isJson) {
    const revoked = wasTrusted ? [path] : [];
    await host.stdout.write(renderJson({ schema: "aiex.trust-revoked/1", revoked, trustedBy }));
    return;
  }
  await say(host, wasTrusted ? `${path} is trusted no longer.` : `${path} was not trusted by itself.`);
  if (trustedBy !== null) await say(host, `It is still trusted as a part of ${trustedBy}.`);
}

async function list({ host, desk, isJson }: Asked): Promise<void> {
  const trusted = await desk.list();
  if (isJson) {
    await host.stdout.write(renderJson({ schema: "aiex.trusted/1", trusted }));
    return;
  }
  if (trusted.length === 0) await say(host, "No project is trusted.");
  for (const { path, isPresent } of trusted)
    await say(host, isPresent ? path : `${path} (another folder is there now, or none: not trusted)`);
}

async function say(host: Host, text: string): Promise<void> {
  await host.stdout.write(`${printable(text, terminalOf(host.stdout, host.env, host.platform))}\n`);
}
