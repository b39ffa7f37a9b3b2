// The cluster that this user's commands speak to from now on: what `aiex cluster connect` has saved.
import { join } from "node:path";
import { z } from "zod";
import { FileError, type FileSystem } from "../../runtime/file-system.ts";

const connection = z.object({
  /** Where the broker is, without credentials; several with commas between. */
  url: z.string().min(1).max(2_000),
  cluster: z.string().optional(),
  /** The path of a file. */
  credentials: z.string().optional(),
  /** The node to talk to first, where one was named. */
  node: z.string().optional(),
});

export type SavedConnection = z.output<typeof connection>;

const bytesMax = 64 * 1024;

/** Undefined where none was saved, or what is there is none. @param folder the user's, of the configuration */
export async function readConnection(
  files: FileSystem,
  folder: string,
): Promise<SavedConnection | undefined> {
  try {
    const bytes = await files.readFile(fileIn(folder), { bytesMax });
    const read = connection.safeParse(JSON.parse(new TextDecoder().decode(bytes)));
    return read.success ? read.data : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    if (error instanceof FileError && (error.code === "file_not_found" || error.code === "not_directory"))
      return undefined;
    throw error;
  }
}

/** Gives the path of the file. @throws {FileError} */
export async function saveConnection(
  files: FileSystem,
  folder: string,
  saved: SavedConnection,
): Promise<string> {
  await files.makeDirectory(folder, { mode: 0o700 });
  const bytes = new TextEncoder().encode(`${JSON.stringify(saved, null, 2)}\n`);
  await files.writeFile(fileIn(folder), bytes, { mode: 0o600 });
  return fileIn(folder);
}

/** Commands speak to the nodes of this machine again. */
export async function forgetConnection(files: FileSystem, folder: string): Promise<void> {
  await files.remove(fileIn(folder)).catch((error: unknown) => {
    if (!(error instanceof FileError) || error.code !== "file_not_found") throw error;
  });
}

function fileIn(folder: string): string {
  return join(folder, "connection.json");
}
