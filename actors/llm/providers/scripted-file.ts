// Reads a file of scripted answers: YAML (or JSON, which is YAML too), or a line of JSON for each answer, as `record` writes them.
import type { FileSystem } from "../../../runtime/file-system.ts";
import { FileError } from "../../../runtime/file-system.ts";
import { quoted } from "../failure.ts";
import { ProviderError } from "../provider.ts";
import { type CheckedScript, scriptSchema } from "./scripted-answers.ts";

/** An hour of recorded answers, piece by piece. */
const scriptBytesMax = 64 * 1024 * 1024;

/** Of YAML, which takes a hundred times as long to read and is written by hand. */
const yamlCharactersMax = 1024 * 1024;

/** What is told of everything that is wrong with a script: enough to begin with. */
const problemsMax = 5;

/** @throws {ProviderError} it cannot be read, or is no script */
export async function readScript(files: FileSystem, path: string): Promise<CheckedScript> {
  try {
    const bytes = await files.readFile(await files.realPath(path), { bytesMax: scriptBytesMax });
    return checkedScript(await contentOf(new TextDecoder().decode(bytes)), path);
  } catch (thrown) {
    if (thrown instanceof FileError) throw badScript(path, thrown.message);
    throw thrown instanceof ProviderError ? thrown : badScript(path, reasonOf(thrown));
  }
}

/** @throws {ProviderError} it is no script */
export function checkedScript(given: unknown, name: string): CheckedScript {
  const checked = scriptSchema.safeParse(given);
  if (checked.success) return checked.data;
  const problems = checked.error.issues
    .slice(0, problemsMax)
    .map(({ path, message }) => `${path.join(".") || "all of it"}: ${message}`);
  throw badScript(name, problems.join("; "));
}

async function contentOf(text: string): Promise<unknown> {
  const [first = ""] = text.split("\n", 1);
  const start = objectOf(first);
  if (start !== undefined && !("answers" in start)) return { answers: linesOf(text) };
  if (text.length > yamlCharactersMax) {
    throw new Error(
      `YAML of more than ${yamlCharactersMax} characters. Write one answer as JSON in each line instead`,
    );
  }
  const { parse } = await import("yaml");
  return parse(text, { schema: "core", logLevel: "error" });
}

function linesOf(text: string): unknown[] {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return lines.flatMap((line, index) => {
    const answer = objectOf(line);
    // The last one may have been cut off while it was written.
    if (answer === undefined && index < lines.length - 1)
      throw new Error(`line ${index + 1} is no JSON object`);
    return answer === undefined ? [] : [answer];
  });
}

function objectOf(line: string): object | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** A person has to act, and nobody else is asked meanwhile: whoever plays a script wants its answers. */
function badScript(name: string, reason: string): ProviderError {
  return new ProviderError(
    "invalid_request",
    `Its script ${quoted(name, [])} cannot be played: ${quoted(reason, [])}. docs/testing.md says how one is written.`,
  );
}

function reasonOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : typeof thrown;
}
