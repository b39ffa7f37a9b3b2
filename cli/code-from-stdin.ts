// Code that arrives on standard input in place of a file.
import { showNotice } from "./failure.ts";
import type { Host } from "./host.ts";
import type { Interruption } from "./interruption.ts";
import { stdinBytesMax } from "./limits.ts";
import { readStdin } from "./stdin.ts";

/** @throws {StdinTooLarge}; {StdinFailed}; what the command was interrupted with */
export async function codeFromStdin(host: Host, interruption: Interruption): Promise<Uint8Array> {
  if (host.stdin.isTTY === true) {
    const end = host.platform === "win32" ? "Ctrl-Z and Enter" : "Ctrl-D";
    await showNotice(`Reading code from the terminal. End it with ${end} on a line of its own.`, host);
  }
  return interruption.orInterrupted(readStdin(host.stdin, stdinBytesMax));
}
