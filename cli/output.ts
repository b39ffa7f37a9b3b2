// Standard output and error as a command writes them: in full before the program ends, and quiet where the reader is gone.
import { exitCodes } from "./exit-codes.ts";
import type { TextOutput } from "./host.ts";

/** Ends the program as soon as `stream` breaks: 141 where its reader went away, as a closed pipe ends other programs, else 1. */
export function endWhereBroken(stream: NodeJS.WriteStream): void {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(exitCodes.pipeClosed);
    const text = `Error: Cannot write the result: ${error.message}. Check where the output goes.\n`;
    process.stderr.write(text, () => process.exit(exitCodes.failed));
  });
}

export interface TextOutputOptions {
  /** False where `endWhereBroken` ends the program: then a write that failed never resolves. */
  readonly ignoresErrors: boolean;
}

/** `stream` as a place for text whose writes are awaited. */
export function textOutput(stream: NodeJS.WriteStream, { ignoresErrors }: TextOutputOptions): TextOutput {
  return {
    isTTY: stream.isTTY,
    get columns() {
      return stream.columns;
    },
    get rows() {
      return stream.rows;
    },
    write: (text) =>
      new Promise((resolve) => {
        stream.write(text, (error) => {
          if (ignoresErrors || !error) resolve();
        });
      }),
  };
}
