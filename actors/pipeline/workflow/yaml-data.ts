// The text of a workflow's file as plain data that knows where each of its values stands.
import { isAlias, isMap, isScalar, isSeq, type ParsedNode } from "yaml";
import { readPlainYaml } from "../../yaml/plain-yaml.ts";
import type { WorkflowProblem } from "./problem.ts";

type Place = NonNullable<WorkflowProblem["place"]>;
type Path = readonly PropertyKey[];

export interface YamlData {
  /** Undefined for an empty file, and where there are problems. */
  readonly value: unknown;
  readonly problems: readonly WorkflowProblem[];
  /** Of the key at a path, or of as much of the path as there is. */
  placeOf(path: Path): Place;
  /** Of characters `at` to `at + length` of the text at a path. */
  placeWithin(path: Path, at: number, length: number): Place;
  /** Where the value at a path stands in the file's text. */
  rangeOf(path: Path): readonly [number, number] | undefined;
  /** The value at a path as the file has it, quotes and all. */
  sourceOf(path: Path): string | undefined;
}

/** Never fails. */
export function readYamlData(text: string): YamlData {
  const { contents, problems, placeAt } = readPlainYaml(text, "a workflow");
  const at = (from: number, to: number): Place => ({ ...placeAt(from), length: Math.max(1, to - from) });
  const reading = new Reading(at);
  const value = contents === null ? undefined : reading.data(contents);
  const rangeOf = (path: Path) => {
    const node = nodeAt(contents, path).value;
    return node === null ? undefined : ([node.range[0], node.range[1]] as const);
  };
  return {
    value: reading.problems.length > 0 ? undefined : value,
    problems: [
      ...problems.map((problem) => ({
        place: at(problem.at, problem.at + 1),
        message: sentence(problem.message),
      })),
      ...reading.problems,
    ],
    placeOf: (path) => {
      const { key, value: held } = nodeAt(contents, path);
      const [from, to] = (key ?? held)?.range ?? [0, 1];
      return at(from, Math.min(to, endOfLine(text, from)));
    },
    placeWithin: (path, from, length) => {
      const node = nodeAt(contents, path).value;
      if (!isScalar(node) || typeof node.value !== "string") return at(node?.range[0] ?? 0, 1);
      const offsets = sourceOffsets(text.slice(node.range[0], node.range[1]), node.value);
      const begin = node.range[0] + (offsets[from] ?? offsets.at(-1) ?? 0);
      const end = node.range[0] + (offsets[from + Math.max(1, length) - 1] ?? 0) + 1;
      return at(begin, Math.max(begin + 1, Math.min(end, endOfLine(text, begin))));
    },
    rangeOf,
    sourceOf: (path) => {
      const range = rangeOf(path);
      return range === undefined ? undefined : text.slice(...range);
    },
  };
}

class Reading {
  readonly problems: WorkflowProblem[] = [];
  readonly #at: (from: number, to: number) => Place;

  constructor(at: Reading["place"]) {
    this.#at = at;
  }

  get place(): (from: number, to: number) => Place {
    return this.#at;
  }

  data(node: ParsedNode | null): unknown {
    if (isAlias(node)) return this.#refuse(node, "An alias (*name) is not accepted. Write the value out.");
    if (isSeq(node)) return node.items.map((item) => this.data(item));
    if (isMap(node)) {
      const entries: [string, unknown][] = [];
      const names = new Set<string>();
      for (const { key, value } of node.items) {
        const name = isScalar(key) ? String(key.value) : undefined;
        if (name === undefined || name === "__proto__") this.#refuse(key, "A key is a plain word.");
        else if (names.has(name)) this.#refuse(key, `${name} is given twice. Remove one of the two.`);
        else entries.push([name, this.data(value)]);
        if (name !== undefined) names.add(name);
      }
      return Object.fromEntries(entries);
    }
    return isScalar(node) ? node.value : null;
  }

  #refuse(node: ParsedNode, message: string): undefined {
    this.problems.push({ place: this.#at(node.range[0], node.range[1]), message });
    return undefined;
  }
}

function nodeAt(
  contents: ParsedNode | null,
  path: Path,
): { readonly key?: ParsedNode; readonly value: ParsedNode | null } {
  let found: { readonly key?: ParsedNode; readonly value: ParsedNode | null } = { value: contents };
  for (const name of path) {
    const { value } = found;
    if (isMap(value)) {
      const pair = value.items.find(({ key }) => isScalar(key) && String(key.value) === String(name));
      if (pair === undefined) break;
      found = { key: pair.key, value: pair.value };
    } else if (isSeq(value)) found = { value: value.items[Number(name)] ?? null };
    else break;
  }
  return found;
}

/**
 * For each character of a scalar's value, where it stands in the scalar's source: quotes, escapes, folded lines and indentation are
 * passed over. Where the two do not fit, the next place that does is taken.
 */
function sourceOffsets(source: string, value: string): number[] {
  const offsets: number[] = [];
  const isDouble = source.startsWith('"');
  let at = /^[|>]/.test(source) ? source.indexOf("\n") + 1 : /^["']/.test(source) ? 1 : 0;
  for (const character of value.split("")) {
    if (isDouble && source[at] === "\\") {
      offsets.push(at);
      at += escapeLengths.get(source[at + 1] ?? "") ?? 2;
      continue;
    }
    const isSpace = /\s/.test(character);
    while (at < source.length - 1 && source[at] !== character && !(isSpace && isSpaceAt(source, at))) at += 1;
    offsets.push(at);
    if (at < source.length - 1) at += 1;
  }
  return offsets;
}

function isSpaceAt(source: string, at: number): boolean {
  return /\s/.test(source[at] ?? "");
}

/** Characters of an escape with its backslash. */
const escapeLengths: ReadonlyMap<string, number> = new Map([
  ["x", 4],
  ["u", 6],
  ["U", 10],
]);

function endOfLine(text: string, from: number): number {
  const end = text.slice(from).search(/[\r\n]/);
  return end < 0 ? text.length : from + Math.max(1, end);
}

function sentence(message: string): string {
  return `${message.slice(0, 1).toUpperCase()}${message.slice(1)}`;
}
