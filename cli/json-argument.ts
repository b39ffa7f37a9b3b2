// An argument that is JSON, or `-` for JSON on standard input.

import type { Asking } from "./asking.ts";
import { showNotice } from "./failure.ts";
import { jsonValue } from "./json-input.ts";
import { messageBytesMax } from "./limits.ts";
import { readStdin } from "./stdin.ts";
import { UsageError } from "./usage.ts";

/** The value. @throws {UsageError} it is no JSON; {StdinTooLarge}; {StdinFailed} */
export async function readArgument(
  { parsed, host, interruption }: Asking,
  text: string,
  placeholder: string,
): Promise<unknown> {
  const topic = parsed.command.words.join(" ");
  if (text !== "-") return jsonValue(text, { placeholder, topic });
  if (host.stdin.isTTY === true)
    await showNotice("Reading JSON from the terminal. End it with Ctrl-D.", host);
  const reading = readStdin(host.stdin, messageBytesMax, `a shorter ${placeholder}`);
  const bytes = await interruption.orInterrupted(reading);
  return jsonValue(decoded(bytes, placeholder, topic), { placeholder, topic });
}

function decoded(bytes: Uint8Array, placeholder: string, topic: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new UsageError(`The ${placeholder} on standard input is no UTF-8 text. Save it as UTF-8.`, topic);
  }
}
