// The audit log of a person's programs: a file for each day that only grows, written by any number of programs at a time.
import { basename, dirname, extname, join } from "node:path";
import { FileError, type FileSystem } from "../../runtime/file-system.ts";
import type { Clock } from "../../runtime/world.ts";
import { type AuditCheck, type AuditText, auditRecords, checkAudit, headsIn } from "./chain.ts";
import { auditLimits } from "./limits.ts";
import { type AuditRecord, type AuditWord, auditLine, hashOf } from "./record.ts";

export interface AuditLogOptions {
  readonly files: FileSystem;
  readonly clock: Clock;
  /** Of a file; the day is put before its extension. */
  readonly path: string;
  readonly retentionDays: number;
  readonly includesContent: boolean;
  /** Who writes: a node, or a program. */
  readonly by: string;
}

/** A file of a day, as far as it is known. */
interface Day {
  readonly path: string;
  readonly bytes: number;
  readonly heads: readonly string[];
}

const dayMs = 86_400_000;
const fileMode = 0o600;
const directoryMode = 0o700;

export class AuditLog {
  readonly #options: AuditLogOptions;
  #day: Day | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: AuditLogOptions) {
    this.#options = options;
  }

  /**
   * Resolves when it stands in the file.
   * @param content what was sent itself, which is written where that is configured
   * @throws {FileError} it cannot be written
   */
  note(what: AuditWord, about: object, content?: string): Promise<void> {
    const { includesContent } = this.#options;
    const shown = includesContent && content !== undefined ? { ...about, content: cut(content) } : about;
    const done = this.#last.then(() => this.#note(what, bounded(shown)));
    this.#last = done.catch(() => undefined);
    return done;
  }

  /** The hash of the last record that this program wrote or found; undefined before the first. */
  get head(): string | undefined {
    return this.#day?.heads.at(-1);
  }

  /** The oldest first. Fails with a `FileError`. */
  async records(): Promise<readonly AuditRecord[]> {
    return auditRecords(await this.#texts());
  }

  /** Fails with a `FileError`. */
  async check(): Promise<AuditCheck> {
    return checkAudit(await this.#texts());
  }

  async #note(what: AuditWord, about: unknown): Promise<void> {
    const { clock } = this.#options;
    const now = clock.wallTime();
    const path = this.#pathOf(dayOf(now));
    const day = await this.#known(path);
    const at = isoTime(now);
    await this.#write(day, { at, what, about });
  }

  /** Adds to what is there, whoever wrote it. */
  async #write(day: Day, record: Pick<AuditRecord, "at" | "what" | "about">): Promise<void> {
    const { files, by } = this.#options;
    const { line, hash } = auditLine({ ...record, by, prev: day.heads });
    const bytes = Buffer.from(line);
    if (day.bytes + bytes.length > auditLimits.fileBytesMax)
      throw new FileError("file_too_large", "write", day.path);
    this.#day = undefined;
    await files.appendFile(day.path, bytes, { mode: fileMode });
    this.#day = { path: day.path, bytes: day.bytes + bytes.length, heads: [hash] };
  }

  /** The file of today as it is now. */
  async #known(path: string): Promise<Day> {
    const { files } = this.#options;
    const size = await sizeOf(files, path);
    if (this.#day?.path === path && this.#day.bytes === size) return this.#day;
    return size === undefined ? this.#begun(path) : this.#read(path);
  }

  async #read(path: string): Promise<Day> {
    const { files, clock } = this.#options;
    const bytes = await files.readFile(path, { bytesMax: auditLimits.fileBytesMax });
    const text = new TextDecoder().decode(bytes);
    const heads = headsIn(text);
    const known = {
      path,
      bytes: bytes.length,
      heads: heads.length > 0 ? heads : await this.#headsBefore(path),
    };
    const torn = text.slice(text.lastIndexOf("\n") + 1);
    if (torn === "") return known;
    // Nobody writes a part of a line and comes back to it: the program that began it is gone.
    await files.appendFile(path, Buffer.from("\n"), { mode: fileMode });
    const about = { sha256: hashOf(torn), bytes: Buffer.byteLength(torn) };
    const after = { ...known, bytes: bytes.length + 1 };
    await this.#write(after, { at: isoTime(clock.wallTime()), what: "audit_torn", about });
    return this.#day ?? after;
  }

  /** The first record of a day: what is too old is taken out, which is said. */
  async #begun(path: string): Promise<Day> {
    const { files, clock } = this.#options;
    await files.makeDirectory(dirname(path), { mode: directoryMode });
    const day: Day = { path, bytes: 0, heads: await this.#headsBefore(path) };
    const before = dayOf(clock.wallTime() - this.#options.retentionDays * dayMs);
    const old = (await this.#days()).filter(({ day: of }) => of < before);
    if (old.length === 0) return day;
    const about = { before, days: old.map(({ day: of }) => of) };
    await this.#write(day, { at: isoTime(clock.wallTime()), what: "audit_shortened", about });
    for (const { path: gone } of old) await removeIfThere(files, gone);
    return this.#day ?? day;
  }

  /** Those of the last day before that has any. */
  async #headsBefore(path: string): Promise<readonly string[]> {
    const earlier = (await this.#days()).filter((day) => day.path < path);
    for (const { path: one } of earlier.toReversed()) {
      const heads = headsIn(await this.#textOf(one));
      if (heads.length > 0) return heads;
    }
    return [];
  }

  async #texts(): Promise<readonly AuditText[]> {
    const texts: AuditText[] = [];
    for (const { path, day } of await this.#days())
      texts.push({ name: basename(path), day, text: await this.#textOf(path) });
    return texts;
  }

  async #textOf(path: string): Promise<string> {
    const bytes = await this.#options.files.readFile(path, { bytesMax: auditLimits.fileBytesMax });
    return new TextDecoder().decode(bytes);
  }

  /** The files that are there, by day. */
  async #days(): Promise<readonly { readonly path: string; readonly day: string }[]> {
    const { files, path } = this.#options;
    const [stem, extension] = partsOf(path);
    const days: { path: string; day: string }[] = [];
    try {
      for await (const { name } of files.readDirectory(dirname(path))) {
        const day = name.slice(stem.length + 1, name.length - extension.length);
        if (name === `${stem}-${day}${extension}` && /^\d{4}-\d{2}-\d{2}$/.test(day))
          days.push({ path: join(dirname(path), name), day });
      }
    } catch (error) {
      if (error instanceof FileError && error.code === "file_not_found") return [];
      throw error;
    }
    return days.sort((left, right) => (left.day < right.day ? -1 : 1));
  }

  #pathOf(day: string): string {
    const { path } = this.#options;
    const [stem, extension] = partsOf(path);
    return join(dirname(path), `${stem}-${day}${extension}`);
  }
}

function partsOf(path: string): readonly [stem: string, extension: string] {
  const extension = extname(path);
  return [basename(path, extension), extension];
}

async function sizeOf(files: FileSystem, path: string): Promise<number | undefined> {
  try {
    return (await files.status(path)).size;
  } catch (error) {
    if (error instanceof FileError && error.code === "file_not_found") return undefined;
    throw error;
  }
}

/** Another program may have taken it out first. */
async function removeIfThere(files: FileSystem, path: string): Promise<void> {
  try {
    await files.remove(path);
  } catch (error) {
    if (!(error instanceof FileError) || error.code !== "file_not_found") throw error;
  }
}

function bounded(about: object): unknown {
  const { content, ...rest } = about as { readonly content?: unknown };
  const text = JSON.stringify(rest);
  if (Buffer.byteLength(text) <= auditLimits.aboutBytesMax) return about;
  return { cut: text.slice(0, auditLimits.aboutBytesMax / 4), ...(content === undefined ? {} : { content }) };
}

function cut(content: string): string {
  return content.slice(0, auditLimits.contentBytesMax);
}

function isoTime(milliseconds: number): string {
  const text = `${utc.format(milliseconds).replace(" ", "T")}`;
  return `${text}.${String(Math.floor(milliseconds) % 1_000).padStart(3, "0")}Z`;
}

function dayOf(milliseconds: number): string {
  return utc.format(milliseconds).slice(0, 10);
}

/** Swedish writes times as ISO 8601 does. */
const utc = new Intl.DateTimeFormat("sv-SE", { timeZone: "UTC", dateStyle: "short", timeStyle: "medium" });
