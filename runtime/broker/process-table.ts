// Who an OS process is and how to end it: for a server that a dead program has left behind, and for an end in good order.
import { FileError } from "../file-system.ts";
import type { World } from "../world.ts";
import { brokerLimits } from "./limits.ts";
import { askProgram } from "./program-answer.ts";

export interface ProcessTable {
  /** The command line of a live process; undefined where there is none of that number, or nothing tells. */
  commandOf(osPid: number): Promise<string | undefined>;
  /** Asks a server to end in good order. */
  stop(osPid: number): Promise<void>;
  /** Ends a server at once. */
  kill(osPid: number): Promise<void>;
}

/** @param server the path of the nats-server, which sends signals to others of its kind itself */
export function realProcessTable(
  world: Pick<World, "files" | "programs" | "timers">,
  server: string,
): ProcessTable {
  const signal = async (name: "quit" | "stop", osPid: number): Promise<void> => {
    await askProgram(world, server, ["--signal", `${name}=${osPid}`]);
  };
  return {
    commandOf: async (osPid) => (await commandInProc(world, osPid)) ?? (await commandByProgram(world, osPid)),
    stop: (osPid) => signal("quit", osPid),
    kill: (osPid) => signal("stop", osPid),
  };
}

/** Linux shows it as a file, also in images that have no programs to ask. */
async function commandInProc({ files }: Pick<World, "files">, osPid: number): Promise<string | undefined> {
  try {
    const bytes = await files.readFile(`/proc/${osPid}/cmdline`, { bytesMax: brokerLimits.fileBytesMax });
    // A program that has ended and is not yet forgotten shows nothing.
    const command = new TextDecoder().decode(bytes).replaceAll("\0", " ").trim();
    return command === "" ? undefined : command;
  } catch (error) {
    if (error instanceof FileError) return undefined;
    throw error;
  }
}

async function commandByProgram(
  world: Pick<World, "programs" | "timers">,
  osPid: number,
): Promise<string | undefined> {
  if (process.platform === "win32" || process.platform === "linux") return undefined;
  const { output, end } = await askProgram(world, "/bin/ps", ["-ww", "-o", "args=", "-p", String(osPid)]);
  const command = output.trim();
  return end.kind === "exited" && end.code === 0 && command !== "" ? command : undefined;
}
