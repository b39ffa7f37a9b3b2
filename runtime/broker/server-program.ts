// Finds the nats-server that can be managed: the first on the PATH that is recent enough.
import { delimiter, isAbsolute, join } from "node:path";
import { FileError, quotePath } from "../file-system.ts";
import { sanitizeLine } from "../observe/sanitize.ts";
import type { World } from "../world.ts";
import { BrokerProgramMissing } from "./failures.ts";
import { askProgram } from "./program-answer.ts";

export interface ServerProgram {
  readonly path: string;
  /** As in `2.14.0`. */
  readonly version: string;
}

type SearchWorld = Pick<World, "files" | "programs" | "timers">;

/** The first that knows `sync_interval: always`: an older one refuses to start with it, and without it may lose two minutes. */
const versionMin = [2, 10] as const;
const executable = 0o111;

/**
 * @param searchPath the PATH
 * @throws {BrokerProgramMissing} there is none, or all that are there are too old
 */
export async function findServerProgram(world: SearchWorld, searchPath: string): Promise<ServerProgram> {
  const tooOld: ServerProgram[] = [];
  const folders = searchPath.split(delimiter).filter(isAbsolute);
  for (const folder of new Set(folders)) {
    const path = join(folder, process.platform === "win32" ? "nats-server.exe" : "nats-server");
    if (!(await isProgram(world, path))) continue;
    const version = await versionOf(world, path);
    if (version === undefined) continue;
    if (isRecent(version)) return { path, version };
    tooOld.push({ path, version });
  }
  const [old] = tooOld;
  if (old !== undefined) throw tooOldError(old);
  throw new BrokerProgramMissing(
    "none_found",
    `There is no nats-server on the PATH, and a managed broker is one. ${advice}`,
  );
}

/**
 * The program at `path`.
 * @throws {BrokerProgramMissing} it is too old, or does not run as a nats-server
 */
export async function checkServerProgram(world: SearchWorld, path: string): Promise<ServerProgram> {
  const version = await versionOf(world, path);
  if (version === undefined) {
    throw new BrokerProgramMissing(
      "not_runnable",
      `${quotePath(path)} does not run as a nats-server. ${advice}`,
    );
  }
  if (!isRecent(version)) throw tooOldError({ path, version });
  return { path, version };
}

const advice =
  "Get version 2.10 or later: from https://github.com/nats-io/nats-server/releases (put the program into a folder of the PATH), with Homebrew (brew install nats-server), or in a container (docker run -p 127.0.0.1:4222:4222 nats -js) whose address you give with --nats URL. Without a broker a node runs alone.";

function tooOldError({ path, version }: ServerProgram): BrokerProgramMissing {
  return new BrokerProgramMissing(
    "too_old",
    `The nats-server at ${quotePath(path)} is version ${sanitizeLine(version)}, and a managed broker needs 2.10 or later: an older one cannot be told to write to the disk before it acknowledges. Debian and Ubuntu still carry older ones. ${advice}`,
  );
}

async function isProgram({ files }: SearchWorld, path: string): Promise<boolean> {
  try {
    const { kind, mode } = await files.status(path);
    return kind === "file" && (process.platform === "win32" || (mode & executable) !== 0);
  } catch (error) {
    if (error instanceof FileError) return false;
    throw error;
  }
}

async function versionOf(world: SearchWorld, path: string): Promise<string | undefined> {
  const { output } = await askProgram(world, path, ["--version"]);
  return /nats-server: v(\d+\.\d+\.\d+[0-9A-Za-z.-]{0,40})/.exec(output)?.[1];
}

function isRecent(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > versionMin[0] || (major === versionMin[0] && minor >= versionMin[1]);
}
