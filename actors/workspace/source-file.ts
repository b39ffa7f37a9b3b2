// Reads one source file that the guard has opened: takes no more than its head into memory, and closes it.
import type { OpenFile } from "../../runtime/file-system.ts";
import type { GuardedFile } from "./path-guard.ts";
import { type SourceText, type SourceTextLimits, sourceTextOf } from "./source-text.ts";

export interface SourceFile {
  readonly realPath: string;
  /** Bytes of the whole file, however much of it was read. */
  readonly size: number;
  readonly source: SourceText;
}

/** Closes the file. Fails with a `FileError` where it cannot be read. */
export async function readSourceFile(
  { file, realPath, status }: GuardedFile,
  limits: SourceTextLimits,
): Promise<SourceFile> {
  try {
    // One byte more than is used tells a file that fits from one that goes on, whatever its size was said to be.
    const head = await readHead(file, limits.fileBytesMax + 1);
    const size = Math.max(status.size, head.length);
    return { realPath, size, source: sourceTextOf(head, size, limits) };
  } finally {
    await file.close();
  }
}

/** At most the first `bytesMax` bytes of an open file. */
export async function readHead(file: OpenFile, bytesMax: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  while (length < bytesMax) {
    const chunk = await file.read(bytesMax - length);
    if (chunk.length === 0) break;
    chunks.push(chunk);
    length += chunk.length;
  }
  return Buffer.concat(chunks);
}
