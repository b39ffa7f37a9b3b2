// Applies a patch to the text of its file: exactly where its lines stand, and nowhere where that is in doubt.
import {
  type FilePatch,
  linesOf,
  type PatchHunk,
  type PatchProblem,
  patchLimits,
  withoutEnding,
} from "./patch.ts";

export type PatchedText =
  /** `null`: the file is taken away. */
  | { readonly ok: true; readonly after: string | null }
  | { readonly ok: false; readonly problem: PatchProblem };

const byteOrderMark = "\uFEFF";

/**
 * The text with all hunks in it, or what is wrong with the first that does not fit. A hunk belongs where its author says, if its
 * lines stand there; else at the one place where they do. Line endings, a byte order mark and a missing last newline that the
 * patch does not know of stay as they are in the file.
 * @param before `null` where there is no file
 */
export function applyPatch(before: string | null, patch: FilePatch): PatchedText {
  const path = JSON.stringify(patch.path);
  if (patch.kind === "create") {
    const added = patch.hunks.flatMap(({ lines }) => lines).map(({ text }) => text);
    if (before !== null && before !== "")
      return failed(
        "exists",
        undefined,
        `The patch makes ${path}, which is there already. Change it instead.`,
      );
    return { ok: true, after: added.join("") };
  }
  if (before === null)
    return failed("missing", undefined, `The patch changes ${path}, which is not there. Make it instead.`);
  const exact = patched(before, patch, exactly);
  // What was written by somebody who saw the text, and not its bytes.
  const found = exact.ok ? exact : aside(before, (text) => patched(text, patch, withoutEnding));
  if (!found.ok) return found;
  if (patch.kind === "remove") {
    if (found.after === "") return { ok: true, after: null };
    return failed("not_found", undefined, `The patch removes ${path}, which has more lines than the patch.`);
  }
  if (found.after !== before) return found;
  return failed("unchanged", undefined, `The patch changes nothing in ${path}.`);
}

type Fit = Extract<PatchedText, { ok: false }> | { readonly ok: true; readonly after: string };
/** How lines are compared: what of each counts. */
type Sense = (line: string) => string;

const exactly: Sense = (line) => line;

function aside(before: string, patchedBy: (text: string) => Fit): Fit {
  if (!before.startsWith(byteOrderMark)) return patchedBy(before);
  const fit = patchedBy(before.slice(1));
  return fit.ok ? { ...fit, after: byteOrderMark + fit.after } : fit;
}

interface Place {
  readonly from: number;
  readonly to: number;
  readonly hunk: number;
}

function patched(before: string, { hunks }: FilePatch, sense: Sense): Fit {
  const lines = linesOf(before);
  const search = new Search(lines, sense);
  const places: Place[] = [];
  for (const [index, hunk] of hunks.entries()) {
    const place = search.placeOf(hunk, index);
    if ("ok" in place) return place;
    places.push({ ...place, hunk: index });
  }
  places.sort((left, right) => left.from - right.from);
  const overlapping = places.find(({ from }, index) => from < (places[index - 1]?.to ?? 0));
  if (overlapping !== undefined) {
    const message = `Hunk ${overlapping.hunk + 1} changes lines that another one changes too. Join them.`;
    return failed("overlapping", overlapping.hunk, message);
  }
  const parts: string[] = [];
  let next = 0;
  for (const { from, to, hunk } of places) {
    parts.push(...lines.slice(next, from));
    parts.push(...replacement(lines, from, hunks[hunk], sense));
    next = to;
  }
  parts.push(...lines.slice(next));
  return { ok: true, after: sense === exactly ? parts.join("") : endedAs(lines, parts) };
}

/** Kept lines are those of the file; added ones get the ending that the lines around them have. */
function replacement(
  lines: readonly string[],
  from: number,
  hunk: PatchHunk | undefined,
  sense: Sense,
): readonly string[] {
  const ending = /\r?\n$/.exec(lines[from] ?? "")?.[0] ?? /\r?\n$/.exec(lines[0] ?? "")?.[0] ?? "\n";
  let at = from;
  const parts: string[] = [];
  for (const { kind, text } of hunk?.lines ?? []) {
    if (kind === "added") parts.push(sense === exactly ? text : withoutEnding(text) + ending);
    else {
      if (kind === "kept") parts.push(lines[at] ?? "");
      at += 1;
    }
  }
  return parts;
}

/** Every line but the last one ends, and the last one as that of the file did. */
function endedAs(lines: readonly string[], parts: readonly string[]): string {
  const ending = /\r?\n$/.exec(lines[0] ?? "")?.[0] ?? "\n";
  const isEnded = lines.at(-1)?.endsWith("\n") ?? true;
  return parts
    .map((part, index) => {
      if (index === parts.length - 1 && !isEnded) return withoutEnding(part);
      return part.endsWith("\n") ? part : part + ending;
    })
    .join("");
}

class Search {
  readonly #lines: readonly string[];
  readonly #sense: Sense;
  readonly #places = new Map<string, number[]>();
  #comparisons = 0;

  constructor(lines: readonly string[], sense: Sense) {
    this.#sense = sense;
    this.#lines = lines.map(sense);
    for (const [index, line] of this.#lines.entries()) {
      const places = this.#places.get(line);
      if (places === undefined) this.#places.set(line, [index]);
      else places.push(index);
    }
  }

  placeOf(
    { at, lines }: PatchHunk,
    index: number,
  ): Omit<Place, "hunk"> | Extract<PatchedText, { ok: false }> {
    const wanted = lines.flatMap(({ kind, text }) => (kind === "added" ? [] : [this.#sense(text)]));
    const [first] = wanted;
    if (first === undefined) {
      if (this.#lines.length === 0) return { from: 0, to: 0 };
      const message = `Hunk ${index + 1} only adds lines and has none of the file around them, so nobody can tell where they belong. Add a line or two of the file to it.`;
      return failed("ambiguous", index, message);
    }
    if (at !== undefined && this.#stands(wanted, at - 1)) return { from: at - 1, to: at - 1 + wanted.length };
    const found: number[] = [];
    for (const place of this.#places.get(first) ?? []) {
      if (this.#stands(wanted, place)) found.push(place);
      if (found.length > 1 || this.#comparisons > patchLimits.comparisonsMax) break;
    }
    const [only, another] = found;
    if (only !== undefined && another === undefined && this.#comparisons <= patchLimits.comparisonsMax)
      return { from: only, to: only + wanted.length };
    if (only !== undefined) {
      const message = `The lines of hunk ${index + 1} stand in several places${another === undefined ? "" : `, from lines ${only + 1} and ${another + 1} on`}. Add more lines around them.`;
      return failed("ambiguous", index, message);
    }
    return failed("not_found", index, this.#whyNot(wanted, index));
  }

  #stands(wanted: readonly string[], from: number): boolean {
    if (from < 0 || from + wanted.length > this.#lines.length) return false;
    for (const [offset, line] of wanted.entries()) {
      this.#comparisons += 1;
      if (this.#lines[from + offset] !== line) return false;
    }
    return true;
  }

  #whyNot(wanted: readonly string[], index: number): string {
    const strange = wanted.find((line) => !this.#places.has(line));
    const which =
      strange === undefined
        ? "not one after the other as it has them"
        : `this line for one: ${JSON.stringify(withoutEnding(strange).slice(0, 200))}`;
    return `The lines that hunk ${index + 1} is about are not in the file, ${which}. Copy them from the file as they are, spaces included.`;
  }
}

function failed(
  code: PatchProblem["code"],
  hunk: number | undefined,
  message: string,
): Extract<PatchedText, { ok: false }> {
  return { ok: false, problem: { code, hunk, message } };
}
