// Which engine this is: a fingerprint of its programs and built-in rules, which the build writes beside them.
import { fileURLToPath } from "node:url";
import { FileError, type FileSystem } from "../../runtime/file-system.ts";

// Beside the sources lies none: the parsers are the built ones there, too.
const file = import.meta.url.endsWith(".ts") ? "../../dist/actors/analysis/engine.json" : "./engine.json";

const fileBytesMax = 1_000;

/** Undefined where nothing was built, so that nothing can be said of what will run. */
export async function engineFingerprint(files: FileSystem): Promise<string | undefined> {
  try {
    const bytes = await files.readFile(fileURLToPath(new URL(file, import.meta.url)), {
      bytesMax: fileBytesMax,
    });
    const { fingerprint } = JSON.parse(new TextDecoder().decode(bytes)) as { readonly fingerprint?: unknown };
    return typeof fingerprint === "string" ? fingerprint : undefined;
  } catch (error) {
    if (error instanceof FileError || error instanceof SyntaxError) return undefined;
    throw error;
  }
}
