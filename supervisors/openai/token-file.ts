// The endpoint's own token: made once, kept in a file that only its owner can read.
import { dirname } from "node:path";
import { AiexError } from "../../runtime/errors.ts";
import { FileError } from "../../runtime/file-system.ts";
import { Secret } from "../../runtime/secret.ts";
import type { World } from "../../runtime/world.ts";
import { endpointLimits } from "./limits.ts";

export interface KeptToken {
  readonly token: Secret;
  /** True where it was made just now: its owner has not seen it yet. */
  readonly isNew: boolean;
}

/** The file with the token cannot be relied on. */
class TokenRefused extends AiexError {
  readonly code = "token_refused";
}

/** @throws {TokenRefused} others can read the file, or what is in it is no token; {FileError} */
export async function keptToken(
  { files, random }: Pick<World, "files" | "random">,
  path: string,
  platform: string,
): Promise<KeptToken> {
  const kept = await readToken(files, path, platform);
  if (kept !== undefined) return { token: kept, isNew: false };
  const made = `aiex-${Buffer.from(random.bytes(endpointLimits.tokenBytes)).toString("base64url")}`;
  await files.makeDirectory(dirname(path), { mode: 0o700 });
  await files.writeFile(path, new TextEncoder().encode(`${made}\n`), { mode: 0o600 });
  return { token: new Secret(made), isNew: true };
}

async function readToken(files: World["files"], path: string, platform: string): Promise<Secret | undefined> {
  try {
    const { mode } = await files.status(path);
    // Windows keeps who may read a file elsewhere.
    if (platform !== "win32" && (mode & 0o077) !== 0) {
      throw new TokenRefused(
        `Others can read ${path}, which holds the token of the endpoint (mode ${mode.toString(8)}). Take it away, so that a new token is made: rm ${path}`,
      );
    }
    const bytes = await files.readFile(path, { bytesMax: endpointLimits.tokenFileBytesMax });
    const text = new TextDecoder().decode(bytes).trim();
    if (tokenPattern.test(text)) return new Secret(text);
    throw new TokenRefused(
      `${path} holds no token. A token is one line of 16 characters or more: letters, digits, ".", "_", "~", "+", "/", "=" and "-". Take the file away, so that one is made, or name another with --token-file.`,
    );
  } catch (error) {
    if (error instanceof FileError && error.code === "file_not_found") return undefined;
    throw error;
  }
}

/** What a bearer token may be made of, and long enough that it is not guessed. */
const tokenPattern = /^[A-Za-z0-9._~+/=-]{16,512}$/;
