// `aiex trust`: writes down that a project is trusted, takes it back, and lists what is.
import { homedir } from "node:os";
import { resolve } from "node:path";
import { FileError } from "../../runtime/file-system.ts";
import { dataFolder } from "../../supervisors/config/data-folder.ts";
import { trustBook } from "../../supervisors/config/project-file.ts";
import type { Asking } from "../asking.ts";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import { showNotice } from "../failure.ts";
import type { Host } from "../host.ts";
import { optionValue } from "../parse.ts";
import { renderJson } from "../render/json.ts";
import { printable } from "../render/printable.ts";
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
  const asked: Asked = {
    host,
    audited: (what, path) => audited(asking, what, path),
    book: trustBook(placesOf(host)),
    isJson: optionValue(parsed, "format") === "json",
  };
  if (isList) await list(asked);
  else if (isRevoke) await revoke(asked, resolve(path ?? "."));
  else await give(asked, resolve(path ?? "."));
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
  readonly audited: (what: TrustWord, path: string) => Promise<void>;
  readonly book: ReturnType<typeof trustBook>;
  readonly isJson: boolean;
}

function placesOf({ world, env }: Host) {
  const home = env.HOME || homedir();
  return { files: world.files, home, dataFolder: dataFolder(env, home) };
}

async function give({ host, audited, book, isJson }: Asked, directory: string): Promise<void> {
  const { path } = await book.trust(directory, host.world.clock.wallTime());
  await audited("trust_given", path);
  if (isJson) await host.stdout.write(renderJson({ schema: "aiex.trust/1", trusted: [path] }));
  else
    await say(
      host,
      `Trusted ${path}: its settings are used, and models are given its instructions. To take it back: aiex trust --revoke`,
    );
}

async function revoke({ host, audited, book, isJson }: Asked, given: string): Promise<void> {
  const { files } = host.world;
  // The folder may be gone: then its path is what it was called by.
  const real = await files.realPath(given).catch((error: unknown) => {
    if (error instanceof FileError) return given;
    throw error;
  });
  const wasTrusted = (await book.revoke(real)) || (real !== given && (await book.revoke(given)));
  if (wasTrusted) await audited("trust_revoked", real);
  const above = await book.projectOf(real);
  if (isJson) {
    const revoked = wasTrusted ? [real] : [];
    await host.stdout.write(
      renderJson({ schema: "aiex.trust-revoked/1", revoked, trustedBy: above?.path ?? null }),
    );
    return;
  }
  await say(host, wasTrusted ? `${real} is trusted no longer.` : `${real} was not trusted by itself.`);
  if (above !== undefined) await say(host, `It is still trusted as a part of ${above.path}.`);
}

async function list({ host, book, isJson }: Asked): Promise<void> {
  const projects = await book.list();
  const present = await Promise.all(projects.map((project) => book.isPresent(project)));
  if (isJson) {
    const trusted = projects.map(({ path, trustedAt }, index) => ({
      ...{ path, trustedAtMs: trustedAt, isPresent: present[index] },
    }));
    await host.stdout.write(renderJson({ schema: "aiex.trusted/1", trusted }));
    return;
  }
  if (projects.length === 0) await say(host, "No project is trusted.");
  for (const [index, { path }] of projects.entries())
    await say(
      host,
      present[index] === true ? path : `${path} (another folder is there now, or none: not trusted)`,
    );
}

async function say(host: Host, text: string): Promise<void> {
  await host.stdout.write(`${printable(text, terminalOf(host.stdout, host.env, host.platform))}\n`);
}
