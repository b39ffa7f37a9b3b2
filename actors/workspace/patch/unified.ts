// Patches as unified diffs: written as Git and diff write them, and read also where a model has counted wrongly or talks around them.
import { hunksOf } from "./hunks.ts";
import type { FilePatch, ParsedPatches, PatchHunk, PatchLine } from "./patch.ts";

const noNewline = "\\ No newline at end of file";
const nowhere = "/dev/null";

/** The diff of one file, "" where nothing differs. `null` stands for no file. */
export function unifiedDiff(path: string, before: string | null, after: string | null): string {
  if (before === after) return "";
  const hunks = hunksOf(before ?? "", after ?? "");
  const head = [
    `--- ${before === null ? nowhere : quoted(`a/${path}`)}`,
    `+++ ${after === null ? nowhere : quoted(`b/${path}`)}`,
  ];
  const body = hunks.flatMap(({ at, count, afterAt, afterCount, lines }) => [
    `@@ -${at},${count} +${afterAt},${afterCount} @@`,
    ...lines.flatMap(shown),
  ]);
  return `${[...head, ...body].join("\n")}\n`;
}

/**
 * Every file that a text has a diff of; prose, fences and Git's own lines around them are passed over. Where the counts of a
 * hunk's header are wrong, its lines count. Binary patches, renames and changes of permissions alone are refused.
 */
export function parseUnifiedDiff(text: string): ParsedPatches {
  const reader = new DiffReader(text.split("\n"));
  return reader.read();
}

const markers = { kept: " ", removed: "-", added: "+" } as const;

function shown({ kind, text }: PatchLine): readonly string[] {
  const line = `${markers[kind]}${text}`;
  return line.endsWith("\n") ? [line.slice(0, -1)] : [line, noNewline];
}

/** As Git does: a name with what would end it is written as a string of C. */
function quoted(path: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what has to be quoted.
  if (!/["\\\u0000-\u001f\u007f]/.test(path)) return path;
  const escaped = path.replace(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what has to be quoted.
    /["\\\u0000-\u001f\u007f]/g,
    (sign) => escapes[sign] ?? `\\${sign.charCodeAt(0).toString(8).padStart(3, "0")}`,
  );
  return `"${escaped}"`;
}

const escapes: Readonly<Record<string, string>> = {
  '"': '\\"',
  "\\": "\\\\",
  "\n": "\\n",
  "\t": "\\t",
  "\r": "\\r",
};

/** The name of a header line; what follows a tab is a time. */
function named(written: string): string {
  const match = /^"((?:[^"\\]|\\.)*)"/.exec(written);
  if (match === null) return (written.split("\t")[0] ?? "").trimEnd();
  const bytes: number[] = [];
  for (const [part, octal, sign] of (match[1] ?? "").matchAll(/\\([0-7]{3})|\\(.)|[^\\]+/g)) {
    if (octal !== undefined) bytes.push(Number.parseInt(octal, 8) & 0xff);
    else bytes.push(...new TextEncoder().encode(sign === undefined ? part : (unescapes[sign] ?? sign)));
  }
  return new TextDecoder().decode(Uint8Array.from(bytes));
}

const unescapes: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r" };

class Refused extends Error {
  readonly line: number;
  constructor(message: string, line: number) {
    super(message);
    this.line = line;
  }
}

const header = /^@@ -(\d{1,9})(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@/;
/** A header without places, as models write it. */
const bareHeader = /^@@(?: .*)?$/;

class DiffReader {
  readonly #lines: readonly string[];
  #at = 0;

  constructor(lines: readonly string[]) {
    this.#lines = lines;
  }

  read(): ParsedPatches {
    const patches: FilePatch[] = [];
    try {
      while (this.#at < this.#lines.length) {
        const line = this.#line(0);
        if (/^(?:GIT binary patch|Binary files .* differ\r?$)/.test(line)) this.#refuse("a binary file");
        else if (/^(?:rename|copy) (?:from|to) /.test(line)) this.#refuse("a rename or a copy");
        else if (this.#isFileHeader(0)) patches.push(this.#file());
        else this.#at += 1;
      }
      if (patches.length === 0) throw new Refused("There is no unified diff in it.", 1);
      return { ok: true, patches };
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return { ok: false, message: error.message, line: error.line };
    }
  }

  #line(ahead: number): string {
    return this.#lines[this.#at + ahead] ?? "";
  }

  #refuse(what: string): never {
    const message = `The diff has ${what} in it, which is not taken. Give the text that changes as hunks, and a new name as a file that is made and one that is removed.`;
    throw new Refused(message, this.#at + 1);
  }

  #isFileHeader(ahead: number): boolean {
    return this.#line(ahead).startsWith("--- ") && this.#line(ahead + 1).startsWith("+++ ");
  }

  #file(): FilePatch {
    const start = this.#at + 1;
    const [from, to] = [named(this.#line(0).slice(4)), named(this.#line(1).slice(4))];
    this.#at += 2;
    const path = pathOf(from, to);
    if (path === undefined) {
      const message = `The diff turns ${JSON.stringify(from)} into ${JSON.stringify(to)}: a rename is not taken. Remove the one and make the other.`;
      throw new Refused(message, start);
    }
    const hunks: PatchHunk[] = [];
    while (bareHeader.test(this.#line(0).trimEnd())) hunks.push(this.#hunk());
    const isMade = from === nowhere;
    if (hunks.length === 0) throw new Refused(`The diff of ${JSON.stringify(path)} has no hunk.`, start);
    return { path, kind: isMade ? "create" : to === nowhere ? "remove" : "change", hunks };
  }

  #hunk(): PatchHunk {
    const start = this.#at;
    const found = header.exec(this.#line(0));
    this.#at += 1;
    const at = found === null ? undefined : Number(found[1]);
    const counted = found === null ? undefined : this.#counted(Number(found[2] ?? 1), Number(found[4] ?? 1));
    const lines = counted ?? this.#uncounted(start + 1);
    if (lines.every(({ kind }) => kind === "kept"))
      throw new Refused("A hunk neither adds nor removes a line.", start + 1);
    return { at, lines };
  }

  /** As many lines as the header says; undefined, and nothing is read, where there are others. */
  #counted(before: number, after: number): readonly PatchLine[] | undefined {
    const start = this.#at;
    const lines: PatchLine[] = [];
    let [beforeLeft, afterLeft] = [before, after];
    while (beforeLeft > 0 || afterLeft > 0) {
      const line = this.#at < this.#lines.length ? lineIn(this.#line(0)) : undefined;
      if (line === undefined) break;
      this.#at += 1;
      if (line.kind !== "added") beforeLeft -= 1;
      if (line.kind !== "removed") afterLeft -= 1;
      lines.push(this.#ended(line));
    }
    const goesOn = /^[ +-]/.test(this.#line(0)) && !this.#isFileHeader(0);
    if (beforeLeft === 0 && afterLeft === 0 && !goesOn) return lines;
    this.#at = start;
    return undefined;
  }

  /** All lines up to what cannot be one. */
  #uncounted(start: number): readonly PatchLine[] {
    const lines: PatchLine[] = [];
    while (this.#at < this.#lines.length && !this.#isFileHeader(0)) {
      const line = lineIn(this.#line(0));
      if (line === undefined) break;
      this.#at += 1;
      lines.push(this.#ended(line));
    }
    // Empty lines behind a hunk belong to the text around it.
    while (lines.at(-1)?.text === "\n" && lines.at(-1)?.kind === "kept") lines.pop();
    if (lines.length === 0) throw new Refused("A hunk has no lines.", start);
    return lines;
  }

  /** The line, without an ending where the next one says so. */
  #ended(line: PatchLine): PatchLine {
    if (!this.#line(0).startsWith("\\ ")) return line;
    this.#at += 1;
    return { ...line, text: line.text.slice(0, -1) };
  }
}

function lineIn(line: string): PatchLine | undefined {
  const text = `${line.slice(1)}\n`;
  if (line.startsWith("+")) return { kind: "added", text };
  if (line.startsWith("-")) return { kind: "removed", text };
  if (line.startsWith(" ")) return { kind: "kept", text };
  // Editors and models take the space away that stands for an empty line.
  return line === "" || line === "\r" ? { kind: "kept", text: `${line}\n` } : undefined;
}

/** Undefined where the two are different files. */
function pathOf(from: string, to: string): string | undefined {
  const bare = (name: string): string => name.replace(/^[ab]\//, "");
  if (from === nowhere) return bare(to);
  if (to === nowhere) return bare(from);
  if (from.startsWith("a/") && to.startsWith("b/"))
    return from.slice(2) === to.slice(2) ? to.slice(2) : undefined;
  return from === to ? to : undefined;
}
