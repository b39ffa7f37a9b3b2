// Puts the parts of a project in the order in which they help with a question about some of its files, and says why.
import type { History } from "../history/history.ts";
import { matches } from "./bm25.ts";
import type { Use } from "./graph.ts";
import type { IndexedFile } from "./indexed-file.ts";
import {
  candidatesMax,
  definedWeight,
  graphWeight,
  historyWeight,
  pathWeight,
  queryTermsMax,
  reasonWordsMax,
  seedFilesMax,
  seedShareMin,
} from "./limits.ts";
import { firstNotBelow, historyReasons, liveliness, mostChanges } from "./liveliness.ts";
import { nearness } from "./nearness.ts";
import type { ProjectIndex } from "./project.ts";
import { termsOfQuery } from "./terms.ts";

export interface RankRequest {
  /** Files and folders that the question is about, below the root; "" for the root itself. Those that are none are passed over. */
  readonly paths: readonly string[];
  /** In words; may be empty. */
  readonly query: string;
  /** Which files the last commits changed. */
  readonly history?: History | undefined;
}

export interface Candidate {
  readonly file: IndexedFile;
  /** Which of its parts. */
  readonly part: number;
  /** Above 0; only its order means something. */
  readonly score: number;
  /** Was named as what the question is about. */
  readonly isNamed: boolean;
  /** Sentences without an end, such as `matches "budget"`. */
  readonly reasons: readonly string[];
}

/** The best first, the parts of a named file together. At most `candidatesMax` besides those that are named. */
export function rank(index: ProjectIndex, { paths, query, history }: RankRequest): Candidate[] {
  const named = namedFiles(index, paths);
  const terms = termsOfQuery(query).slice(0, queryTermsMax);
  const scores = new Scores(index);
  scores.addMatches(terms);
  if (named.size > 0) scores.addUsed(named);
  scores.addNear(named);
  if (history !== undefined) scores.addHistory(history);
  return [...namedCandidates(named, scores, history), ...scores.best(named)];
}

/** A folder names all files below it, unless it is the whole project. */
function namedFiles({ files }: ProjectIndex, paths: readonly string[]): Map<string, IndexedFile> {
  const named = new Map<string, IndexedFile>();
  for (const path of paths) {
    const file = files.get(path);
    if (file !== undefined) named.set(path, file);
    else if (path !== "") {
      const inside = [...files].filter(([below]) => below.startsWith(`${path}/`));
      for (const [below, one] of inside.sort(([a], [b]) => (a < b ? -1 : 1))) named.set(below, one);
    }
  }
  return named;
}

function namedCandidates(
  named: ReadonlyMap<string, IndexedFile>,
  scores: Scores,
  history: History | undefined,
): Candidate[] {
  const most = scores.most;
  return [...named.values()]
    .map((file) => ({
      file,
      best: Math.max(0, ...file.parts.map((_, part) => scores.of(file, part)?.score ?? 0)),
    }))
    .sort((a, b) => b.best - a.best || (a.file.path < b.file.path ? -1 : 1))
    .flatMap(({ file }) =>
      file.parts.map((_, part): Candidate => {
        const scored = scores.of(file, part);
        const changed = historyReasons(history, file.path);
        const matching = (scored?.reasons ?? []).filter((reason) => reason.startsWith("matches"));
        const score = most + 1 + (scored?.score ?? 0);
        return { file, part, score, isNamed: true, reasons: ["you named it", ...matching, ...changed] };
      }),
    );
}

interface Scored {
  score: number;
  /** Whether a word of the question stands in it or its path. */
  hasWords: boolean;
  readonly reasons: string[];
}

class Scores {
  readonly #index: ProjectIndex;
  readonly #scored = new Map<IndexedFile, Map<number, Scored>>();
  /** Per file: what its best part matches, 1 for the best of all. */
  readonly #textual = new Map<string, number>();

  constructor(index: ProjectIndex) {
    this.#index = index;
  }

  get most(): number {
    let most = 0;
    for (const parts of this.#scored.values())
      for (const { score } of parts.values()) most = Math.max(most, score);
    return most;
  }

  of(file: IndexedFile, part: number): Scored | undefined {
    return this.#scored.get(file)?.get(part);
  }

  addMatches(terms: readonly string[]): void {
    const { vocabulary } = this.#index;
    const wanted = new Map(
      terms.flatMap((text) => {
        const term = vocabulary.termIfKnown(text);
        return term === undefined ? [] : [[term, text] as const];
      }),
    );
    const found = matches(this.#index, terms);
    const most = found.reduce((best, { score }) => Math.max(best, score), 0);
    for (const { file, part, score } of found) {
      const words = wordsIn(file, part, wanted);
      this.#add(file, part, score / most, `matches ${quoted(words)}`).hasWords = true;
      this.#textual.set(file.path, Math.max(this.#textual.get(file.path) ?? 0, score / most));
    }
    for (const file of this.#index.files.values()) {
      const words = terms.filter((term) => file.pathTerms.has(term));
      if (words.length === 0) continue;
      const share = (pathWeight * words.length) / terms.length;
      for (const part of file.parts.keys())
        this.#add(file, part, share, `its path has ${quoted(words)}`).hasWords = true;
    }
  }

  /** What the named files use of others: the parts that define it. */
  addUsed(named: ReadonlyMap<string, IndexedFile>): void {
    const { graph, files } = this.#index;
    for (const user of named.keys()) {
      for (const { target, names } of graph.uses.get(user) ?? []) {
        const file = files.get(target);
        if (file === undefined || named.has(target)) continue;
        const wanted = new Set(names);
        for (const [part, { line, endLine }] of file.parts.entries()) {
          const defined = file.symbols.filter(
            (symbol) => symbol.line >= line && symbol.line <= endLine && wanted.has(symbol.name),
          );
          if (defined.length === 0) continue;
          const shown = defined.map(({ name }) => name);
          this.#add(
            file,
            part,
            definedWeight,
            `defines ${shown.slice(0, reasonWordsMax).join(", ")}, which ${user} uses`,
          );
        }
      }
    }
  }

  /** What lies near the named files, or where none are named, near those that match best. */
  addNear(named: ReadonlyMap<string, IndexedFile>): void {
    const { graph, files } = this.#index;
    const seeds = named.size > 0 ? new Map([...named.keys()].map((path) => [path, 1])) : this.#best();
    for (const [path, near] of nearness(graph, seeds)) {
      const file = files.get(path);
      const relation = this.#relation(path, seeds);
      if (file === undefined || relation === undefined) continue;
      const parts = this.#scored.get(file)?.keys() ?? file.parts.keys();
      // Of a file that nothing else speaks for, the first part says best what it is.
      for (const part of [...parts])
        this.#add(file, part, graphWeight * near * (part === 0 ? 1 : 0.9), relation);
    }
  }

  #best(): Map<string, number> {
    const best = [...this.#textual]
      .filter(([, score]) => score >= seedShareMin)
      .sort(([aPath, a], [bPath, b]) => b - a || (aPath < bPath ? -1 : 1));
    return new Map(best.slice(0, seedFilesMax));
  }

  /**
   * What was changed often and of late, of that which is there for another reason. It lifts nothing without a word of the question
   * above a part that has one.
   */
  addHistory(history: History): void {
    const worded: number[] = [];
    for (const parts of this.#scored.values())
      for (const { hasWords, score } of parts.values()) if (hasWords) worded.push(score);
    worded.sort((a, b) => a - b);
    const most = mostChanges(history);
    for (const [file, parts] of this.#scored) {
      const known = history.files.get(file.path);
      if (known === undefined) continue;
      const weight = historyWeight * liveliness(known, history.commits, most);
      for (const [part, { hasWords, score }] of [...parts]) {
        const above = hasWords ? undefined : worded[firstNotBelow(worded, score)];
        const room = above === undefined ? weight : (above - score) / 2;
        for (const reason of historyReasons(history, file.path))
          this.#add(file, part, Math.min(weight, room), reason);
      }
    }
  }

  best(without: ReadonlyMap<string, IndexedFile>): Candidate[] {
    const all: Candidate[] = [];
    for (const [file, parts] of this.#scored) {
      if (without.has(file.path)) continue;
      for (const [part, { score, reasons }] of parts)
        all.push({ file, part, score, isNamed: false, reasons });
    }
    const inOrder = (a: Candidate, b: Candidate) =>
      b.score - a.score ||
      (a.file.path === b.file.path ? a.part - b.part : a.file.path < b.file.path ? -1 : 1);
    return all.sort(inOrder).slice(0, candidatesMax);
  }

  /** In words; undefined where other files stand between, or it is where the walk began. */
  #relation(path: string, seeds: ReadonlyMap<string, number>): string | undefined {
    const { uses, users } = this.#index.graph;
    const seedsOf = (one: Use) => seeds.has(one.target) && one.target !== path;
    const user = (users.get(path) ?? []).find((from) => seeds.has(from) && from !== path);
    const used = (uses.get(path) ?? []).find(seedsOf);
    if (user !== undefined) {
      const isImport = uses.get(user)?.some(({ target, isImport }) => target === path && isImport) === true;
      return isImport ? `is imported by ${user}` : `is used by ${user}`;
    }
    if (used !== undefined) return used.isImport ? `imports ${used.target}` : `uses ${used.target}`;
    return undefined;
  }

  #add(file: IndexedFile, part: number, score: number, reason: string | undefined): Scored {
    const parts = this.#scored.get(file) ?? new Map<number, Scored>();
    this.#scored.set(file, parts);
    const scored = parts.get(part) ?? { score: 0, hasWords: false, reasons: [] };
    parts.set(part, scored);
    scored.score += score;
    if (reason !== undefined && !scored.reasons.includes(reason)) scored.reasons.push(reason);
    return scored;
  }
}

function wordsIn(file: IndexedFile, part: number, wanted: ReadonlyMap<number, string>): string[] {
  const { from, to } = file.parts[part] ?? { from: 0, to: 0 };
  const words: string[] = [];
  for (let at = from; at < to; at += 1) {
    const word = wanted.get(file.terms[at] ?? -1);
    if (word !== undefined) words.push(word);
  }
  return words;
}

function quoted(words: readonly string[]): string {
  return words
    .slice(0, reasonWordsMax)
    .map((word) => JSON.stringify(word))
    .join(", ");
}
