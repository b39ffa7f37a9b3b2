// The place of a socket: a file that only its owner can open, taken over from the dead and never from the living.
import { createConnection, createServer, type Server } from "node:net";
import { dirname } from "node:path";
import { FileError } from "../file-system.ts";
import type { World } from "../world.ts";
import { SocketRefused } from "./failures.ts";
import { carrierLimits } from "./limits.ts";

const pipePrefix = "\\\\.\\pipe\\";
const folderMode = 0o700;
const othersMask = 0o077;
/** What a socket's file gets less than everything: read and write for its owner are left. */
const socketMask = 0o177;

/** @throws {SocketRefused} */
export async function listenAt(world: World, path: string): Promise<Server> {
  if (process.platform === "win32") {
    if (path.startsWith(pipePrefix)) return listen(path);
    throw new SocketRefused(path, `on Windows the name of a pipe begins with ${pipePrefix}`);
  }
  await prepareFolder(world, path);
  try {
    return await listen(path);
  } catch (error) {
    if (codeOf(error) !== "EADDRINUSE") throw refused(path, error);
  }
  if (await isLive(path)) {
    throw new SocketRefused(path, "a program that runs listens there. Stop it, or choose another name.");
  }
  if ((await world.files.linkStatus(path)).kind !== "socket") {
    throw new SocketRefused(path, "there is something else at this path. Remove it, or choose another name.");
  }
  await world.files.remove(path);
  return listen(path).catch((error: unknown) => {
    throw refused(path, error);
  });
}

async function prepareFolder(world: World, path: string): Promise<void> {
  const bytes = Buffer.byteLength(path);
  if (bytes > carrierLimits.socketPathBytesMax) {
    const most = carrierLimits.socketPathBytesMax;
    throw new SocketRefused(
      path,
      `the path has ${bytes} bytes, and a socket's at most ${most}. Choose a shorter one.`,
    );
  }
  const folder = dirname(path);
  try {
    await world.files.makeDirectory(folder, { mode: folderMode });
    const { kind, mode } = await world.files.linkStatus(folder);
    if (kind === "directory" && (mode & othersMask) === 0) return;
  } catch (error) {
    throw error instanceof FileError ? new SocketRefused(path, error.message, error) : error;
  }
  throw new SocketRefused(
    path,
    `others can enter ${folder}, or it is a link. Take their rights away (chmod 700).`,
  );
}

/** The file is its owner's alone from its first moment: the mask holds while it is made, which is at once. */
function listen(path: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    const mask = process.umask(socketMask);
    try {
      server.listen(path, () => {
        server.off("error", reject);
        resolve(server);
      });
    } finally {
      process.umask(mask);
    }
  });
}

function isLive(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(path);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    // Only from a socket that nobody listens on it comes at once; whatever else is wrong, somebody may be there.
    socket.once("error", (error) =>
      resolve(!["ECONNREFUSED", "ENOENT", "ENOTSOCK"].includes(codeOf(error) ?? "")),
    );
  });
}

function refused(path: string, error: unknown): SocketRefused {
  const because = error instanceof Error ? error.message : String(error);
  return new SocketRefused(path, `${because}. Check the folder's owner and its permissions.`, error);
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException | null)?.code;
}
