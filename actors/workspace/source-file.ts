// Reads one source file: opens it inside its root, takes no more than its head into memory, and closes it.
import type { FileSystem, OpenFile } from "../../runtime/file-system.ts";
import { openInside } from "./path-guard.ts";
import { type SourceText, type SourceTextLimits, sourceTextOf } from "./source-text.ts";

export interface SourceFile {
  readonly realPath: string;
  /** Bytes of the whole file, however much of it was read. */
  readonly size: number;
  readonly source: SourceText;
}

/**
 * `root` is a real path that the file must lie in; undefined for a file that the user named. Fails with a `FileError`
 * where the file is missing, unreadable, outside, or no regular file.
 */
export async function readSourceFile(
  files: FileSystem,
  root: string | undefined,
  path: string,
  limits: SourceTextLimits,
): Promise<SourceFile> {
  const { file, realPath, status } = await openInside(files, root, path);
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
