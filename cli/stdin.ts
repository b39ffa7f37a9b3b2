// Reads standard input to its end, up to a limit.
import { AiexError } from "../runtime/errors.ts";
import type { ByteInput } from "./host.ts";

export class StdinTooLarge extends AiexError {
  readonly code = "stdin_too_large";
}

export class StdinFailed extends AiexError {
  readonly code = "stdin_failed";
}

/**
 * All bytes of `input`. Throws `StdinTooLarge` as soon as more than `bytesMax` came, `StdinFailed` where reading fails; they
 * advise to give `instead`.
 */
export async function readStdin(
  input: ByteInput,
  bytesMax: number,
  instead = "a file or a directory with --file",
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const chunk of input) {
      bytes += chunk.byteLength;
      if (bytes > bytesMax) throw tooLarge(bytesMax, instead);
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof AiexError) throw error;
    const because = error instanceof Error ? error.message : String(error);
    throw new StdinFailed(
      `Cannot read standard input: ${because}. Give ${instead}, or a pipe that can be read.`,
      { cause: error },
    );
  }
  return joined(chunks, bytes);
}

function tooLarge(bytesMax: number, instead: string): StdinTooLarge {
  const mebibytes = bytesMax / (1024 * 1024);
  return new StdinTooLarge(
    `Standard input holds more than ${mebibytes} MiB, which is the most that is read from it. Give ${instead}.`,
    { details: { bytesMax } },
  );
}

function joined(chunks: readonly Uint8Array[], bytes: number): Uint8Array {
  const all = new Uint8Array(bytes);
  let offset = 0;
  for (const chunk of chunks) {
    all.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return all;
}
