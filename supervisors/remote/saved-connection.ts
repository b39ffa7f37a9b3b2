// The cluster that this user's commands speak to from now on: what `aiex cluster connect` has saved.
import { join } from "node:path";
import { FileError, type FileSystem } from "../../runtime/file-system.ts";

/** A broker, or else a node of this machine that runs alone. */
export interface SavedConnection {
  /** Where the broker is, without credentials; several with commas between. */
  readonly url?: string;
  readonly cluster?: string;
  /** The path of a file. */
  readonly credentials?: string;
  /** The node to talk to first, where one was named. */
  readonly node?: string;
}

const bytesMax = 64 * 1024;

/** Undefined where none was saved, or what is there is none. @param folder the user's, of the configuration */
export async function readConnection(
  files: FileSystem,
  folder: string,
): Promise<SavedConnection | undefined> {
  try {
    const bytes = await files.readFile(fileIn(folder), { bytesMax });
    return connectionOf(JSON.parse(new TextDecoder().decode(bytes)));
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

/** Undefined for what is none. By hand: to load a schema takes longer than most commands. */
function connectionOf(value: unknown): SavedConnection | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const entries = ["url", "cluster", "credentials", "node"].flatMap((key) => {
    const text = (value as Readonly<Record<string, unknown>>)[key];
    return text === undefined ? [] : [[key, text] as const];
  });
  const isText = entries.every(
    ([, text]) => typeof text === "string" && text !== "" && text.length <= textCharactersMax,
  );
  const connection: SavedConnection = Object.fromEntries(entries);
  return isText && (connection.url ?? connection.node) !== undefined ? connection : undefined;
}

// As long as a path can be, and longer than a list of brokers.
const textCharactersMax = 4_096;
