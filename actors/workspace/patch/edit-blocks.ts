// Patches as search/replace blocks, as models write them: a path, what to find, and what to put there.
import { comparedLines } from "./hunks.ts";
import { type FilePatch, linesOf, type ParsedPatches, type PatchHunk } from "./patch.ts";

const searchMark = /^<{5,9} ?SEARCH>?\s*$/;
const divider = /^={5,9}\s*$/;
const replaceMark = /^>{5,9} ?REPLACE\s*$/;
const fence = /^\s*(?:```|~~~)/;

interface Block {
  /** The line of its beginning, from 1. */
  readonly line: number;
  readonly search: string;
  readonly replace: string;
}

/**
 * Reads blocks of this form, each below the path of its file; one without a path is for the file of the block before it:
 *
 * ```text
 * src/app.ts
 * <<<<<<< SEARCH
 * lines as they are
 * =======
 * lines as they are to be
 * >>>>>>> REPLACE
 * ```
 *
 * Nothing to find makes a file. All blocks of a file are about the file as it was, in any order.
 */
export function parseEditBlocks(text: string): ParsedPatches {
  const lines = linesOf(text);
  const files = new Map<string, Block[]>();
  let path: string | undefined;
  for (let at = 0; at < lines.length; at += 1) {
    if (!searchMark.test(lines[at] ?? "")) continue;
    path = pathAbove(lines, at) ?? path;
    if (path === undefined)
      return refused("A block has no path. Write the path of its file on the line above it.", at);
    const end = lines.findIndex((line, index) => index > at && replaceMark.test(line));
    if (end === -1) return refused("A block is cut off: no line with >>>>>>> REPLACE ends it.", at);
    const block = blockIn(lines, at, end);
    if (typeof block === "string") return refused(block, at);
    files.set(path, [...(files.get(path) ?? []), block]);
    at = end;
  }
  if (files.size === 0) return refused("There is no search/replace block in it.", 0);
  return patchesOf(files);
}

function patchesOf(files: ReadonlyMap<string, readonly Block[]>): ParsedPatches {
  const patches: FilePatch[] = [];
  for (const [path, blocks] of files) {
    const isMade = blocks[0]?.search === "";
    const [other] = blocks.slice(1).filter(({ search }) => isMade || search === "");
    if (other !== undefined) {
      const message = `The blocks of ${JSON.stringify(path)} both make it and change it. Make it in one block.`;
      return refused(message, other.line - 1);
    }
    patches.push({ path, kind: isMade ? "create" : "change", hunks: blocks.map(hunkOf) });
  }
  return { ok: true, patches };
}

function hunkOf({ search, replace }: Block): PatchHunk {
  return { at: undefined, lines: comparedLines(linesOf(search), linesOf(replace)) };
}

function blockIn(lines: readonly string[], at: number, end: number): Block | string {
  const inside = lines.slice(at + 1, end);
  if (inside.some((line) => searchMark.test(line))) return "A block begins within another one.";
  const dividers = inside.flatMap((line, index) => (divider.test(line) ? [index] : []));
  const [middle, another] = dividers;
  if (middle === undefined)
    return "A block has no line of ======= between what to find and what to put there.";
  if (another !== undefined)
    return "A block has several lines of =======, so nobody can tell where it is divided. Make it smaller, so that it holds one.";
  const search = inside.slice(0, middle).join("");
  const replace = inside.slice(middle + 1).join("");
  if (search === replace) return "A block replaces lines by the same lines.";
  return { line: at + 1, search, replace };
}

/** The last line above a block that is no fence, as people and models set off a path. */
function pathAbove(lines: readonly string[], at: number): string | undefined {
  for (let index = at - 1; index >= 0; index -= 1) {
    const line = lines[index] ?? "";
    if (replaceMark.test(line)) return undefined;
    if (fence.test(line) || line.trim() === "") continue;
    const path = line
      .trim()
      .replace(/^(?:#{1,6}\s+|[-*]\s+)/, "")
      .replace(/^(?:(?:file|path)\s*:\s*)/i, "")
      .replace(/^[*_`"]+|[*_`":]+$/g, "");
    // A sentence is no path.
    return path === "" || /\s{2,}|[.!?,;]$|\s\S+\s\S+\s/.test(path) ? undefined : path;
  }
  return undefined;
}

function refused(message: string, index: number): ParsedPatches {
  return { ok: false, message, line: index + 1 };
}
