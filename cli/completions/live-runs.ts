// The runs of this user's own commands as words to complete: from what their folders say for lists, with nothing else loaded.
import { join } from "node:path";
import { isRunId } from "../../actors/runs/run-id.ts";
import type { FileSystem } from "../../runtime/file-system.ts";
import { sanitizeLine } from "../../runtime/observe/sanitize.ts";
import { liveRunsMax, summaryBytesMax } from "../limits.ts";
import type { Word } from "./words.ts";

/** The newest first. Whatever cannot be read is left out: who completes wants words, and no errors. */
export async function liveRuns(files: FileSystem, folder: string): Promise<readonly Word[]> {
  const ids = await idsIn(files, folder);
  const found = await Promise.all(ids.map((id) => liveRun(files, folder, id)));
  return found.toSorted((left, right) => right.createdAt - left.createdAt).slice(0, liveRunsMax);
}

/** A line for each, with a tab before what is said of it. */
export function liveRunLines(runs: readonly Word[]): string {
  return runs.map(({ word, summary }) => `${word}${summary === "" ? "" : `\t${summary}`}\n`).join("");
}

interface LiveRun extends Word {
  readonly createdAt: number;
}

async function idsIn(files: FileSystem, folder: string): Promise<readonly string[]> {
  const ids: string[] = [];
  try {
    for await (const { name, kind } of files.readDirectory(folder)) {
      if (kind === "directory" && isRunId(name)) ids.push(name);
    }
  } catch {
    // There is no such folder until the first run.
  }
  return ids;
}

/** A run whose summary is not there, or is none, has its id all the same. */
async function liveRun(files: FileSystem, folder: string, id: string): Promise<LiveRun> {
  try {
    const path = join(folder, id, "summary.json");
    const text = new TextDecoder().decode(await files.readFile(path, { bytesMax: summaryBytesMax }));
    const { title, phase, createdAt } = summaryIn(JSON.parse(text));
    return { word: id, summary: [phase, title].filter((part) => part !== "").join(", "), createdAt };
  } catch {
    return { word: id, summary: "", createdAt: 0 };
  }
}

/** By hand: to load a schema takes longer than all the rest. */
function summaryIn(value: unknown): {
  readonly title: string;
  readonly phase: string;
  readonly createdAt: number;
} {
  const { title, phase, createdAt } = recordOf(recordOf(value).summary);
  return {
    title: typeof title === "string" ? sanitizeLine(title).slice(0, titleCharactersMax) : "",
    phase: typeof phase === "string" ? sanitizeLine(phase) : "",
    createdAt: typeof createdAt === "number" && Number.isFinite(createdAt) ? createdAt : 0,
  };
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

// As much as stands beside a word.
const titleCharactersMax = 60;
