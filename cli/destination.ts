// Where a report goes and in which format: what --format and --output mean together, and the writing of a report file.
import { dirname } from "node:path";
import { FileError, type FileKind, type FileStatus, type FileSystem } from "../runtime/file-system.ts";
import { type ReportFormat, reportFormatWords } from "./command-tables/options.ts";
import { UsageError } from "./usage.ts";

export interface Destination {
  readonly format: ReportFormat;
  /** Undefined for standard output. */
  readonly path: string | undefined;
}

/** What was given; undefined where an option was not. */
export interface DestinationOptions {
  readonly format: string | undefined;
  readonly output: string | undefined;
  /** The command, for who is told what is wrong. Default: "ai analyze". */
  readonly topic?: string;
}

/** A format word or `-` is no file; the extension of a file goes before --format, which goes for unknown extensions. */
export function destinationOf({ format, output, topic = "ai analyze" }: DestinationOptions): Destination {
  const chosen = formatNamed(format ?? "") ?? "text";
  if (output === undefined || output === "-") return { format: chosen, path: undefined };
  const word = formatNamed(output);
  if (word !== undefined) {
    if (format === undefined || format === word) return { format: word, path: undefined };
    throw new UsageError(twoFormats(format, word), topic);
  }
  const extension = /\.([^./\\]+)$/.exec(output)?.[1]?.toLowerCase() ?? "";
  return { format: formatsByExtension.get(extension) ?? chosen, path: output };
}

export function twoFormats(format: string, output: string): string {
  return `--format ${format} and --output ${output} name two formats. Leave one out; a file named ${output} is ./${output}.`;
}

/** Refuses a place where no report should go: something that is no file, or the very file that is analyzed. */
export async function checkDestination(
  files: FileSystem,
  path: string,
  input: string | undefined,
  topic = "ai analyze",
): Promise<void> {
  const target = await orNothing(files.linkStatus(path));
  if (target === undefined) return checkFolder(files, dirname(path), topic);
  if (target.kind !== "file") throw new UsageError(refusals[target.kind](path), topic);
  const source = input === undefined ? undefined : await orNothing(files.status(input));
  if (source?.kind === "file" && source.inode === target.inode && source.device === target.device) {
    throw new UsageError(
      `--output "${path}" is the very file that is read, and the report would replace it. Name another file.`,
      topic,
    );
  }
}

async function checkFolder(files: FileSystem, folder: string, topic: string): Promise<void> {
  const status = await orNothing(files.status(folder));
  if (status?.kind === "directory") return;
  const what = status === undefined ? "does not exist" : "is no directory";
  throw new UsageError(`--output needs a folder that exists, and "${folder}" ${what}. Make it first.`, topic);
}

export async function writeReport(files: FileSystem, path: string, text: string): Promise<void> {
  await files.writeFile(path, new TextEncoder().encode(text), { mode: reportMode });
}

function formatNamed(word: string): ReportFormat | undefined {
  return reportFormatWords.find((candidate) => candidate === word);
}

async function orNothing(status: Promise<FileStatus>): Promise<FileStatus | undefined> {
  try {
    return await status;
  } catch (error) {
    if (error instanceof FileError && error.code === "file_not_found") return undefined;
    throw error;
  }
}

function refuseSpecial(path: string): string {
  return `--output "${path}" is no regular file. Leave --output out and redirect the output of the command instead.`;
}

const refusals: Readonly<Record<Exclude<FileKind, "file">, (path: string) => string>> = {
  directory: (path) => `--output "${path}" is a directory. Name a file in it.`,
  // Writing replaces a link, and links such as /dev/stdout must stay; following one would write where nobody asked for.
  symlink: (path) => `--output "${path}" is a symbolic link. Name the file that it leads to.`,
  fifo: refuseSpecial,
  socket: refuseSpecial,
  device: refuseSpecial,
  other: refuseSpecial,
};

const formatsByExtension: ReadonlyMap<string, ReportFormat> = new Map([
  ["json", "json"],
  ["md", "markdown"],
  ["markdown", "markdown"],
  ["txt", "text"],
]);

// A report is for others to read too.
const reportMode = 0o644;
