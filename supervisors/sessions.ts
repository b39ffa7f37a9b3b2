// The sessions of this machine's user: which one a command belongs to, and where they are kept.
import { hostname } from "node:os";
import { join } from "node:path";
import { sessionLimits } from "../actors/context/sessions/limits.ts";
import { idOfDirectory, idOfNamed, type SessionRef } from "../actors/context/sessions/session.ts";
import type { SessionStore } from "../actors/context/sessions/session-store.ts";
import { folderSessionStore } from "../actors/context/sessions/stores/folder.ts";
import { memorySessionStore } from "../actors/context/sessions/stores/memory.ts";
import { findRepository } from "../actors/workspace/repository.ts";
import type { FileSystem } from "../runtime/file-system.ts";
import { Misuse } from "../runtime/process/failures.ts";
import type { World } from "../runtime/world.ts";

/** Which session a command belongs to. */
export interface SessionChoice {
  /** Left out: that of the project, which is the repository that the directory lies in, or the directory itself. */
  readonly name?: string;
}

export interface SessionPlace {
  readonly files: FileSystem;
  /** Where relative paths start. */
  readonly directory: string;
}

/** The name as sessions have it. @throws {Misuse} none can be called so */
export function namedSession(given: string): string {
  const { nameCharactersMax } = sessionLimits;
  const name = given.normalize("NFC").trim();
  if (name !== "" && name.length <= nameCharactersMax && !/[\p{C}\p{Zl}\p{Zp}]/u.test(name)) return name;
  throw new Misuse(
    `The name of a session has 1 to ${nameCharactersMax} characters that can be seen; given was ${JSON.stringify(given.slice(0, nameCharactersMax))}.`,
  );
}

/** @throws {FileError} the directory is not there */
export async function sessionRef(
  { files, directory }: SessionPlace,
  choice: SessionChoice,
): Promise<SessionRef> {
  const { name } = choice;
  const real = await files.realPath(directory);
  if (name !== undefined) return { id: idOfNamed(name), label: name, directory: real };
  const { prefix } = await findRepository(files, real);
  const depth = prefix === "" ? 0 : prefix.split("/").length;
  const project = join(real, ...Array.from({ length: depth }, () => ".."));
  const host = hostname();
  const label = shownEnd(`${host}:${project}`);
  return { id: idOfDirectory(host, project), label, directory: real };
}

/** In the user's folder; in memory where nothing is kept between two runs of a program: in a world that is simulated. */
export function openSessionStore(world: World, dataFolder: string): SessionStore {
  if (world.kind === "simulated") return memorySessionStore();
  return folderSessionStore({ world, folder: join(dataFolder, "sessions") });
}

/** The end of a path says more than its beginning. */
function shownEnd(text: string): string {
  const { labelCharactersMax } = sessionLimits;
  return text.length <= labelCharactersMax ? text : `…${text.slice(1 - labelCharactersMax)}`;
}
