// Code that arrives on standard input in place of a file.
import { showNotice } from "./failure.ts";
import type { Host } from "./host.ts";
import type { Interruption } from "./interruption.ts";
import { stdinBytesMax } from "./limits.ts";
import { readStdin } from "./stdin.ts";

/**
 * @param instead what to give where it cannot be read; a file with `--file` where it is left out
 * @throws {StdinTooLarge}; {StdinFailed}; what the command was interrupted with
 */
export async function codeFromStdin(
  host: Host,
  interruption: Interruption,
  instead?: string,
): Promise<Uint8Array> {
  if (host.stdin.isTTY === true) {
    const end = host.platform === "win32" ? "Ctrl-Z and Enter" : "Ctrl-D";
    await showNotice(`Reading code from the terminal. End it with ${end} on a line of its own.`, host);
  }
  return interruption.orInterrupted(readStdin(host.stdin, stdinBytesMax, instead));
}
