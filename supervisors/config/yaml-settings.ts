// Reads the text of a configuration file, YAML or its subset JSON, into settings that know where they were written.
import { isAlias, isMap, isScalar, isSeq, type ParsedNode, type YAMLMap } from "yaml";
import { type PlainYaml, readPlainYaml } from "../../actors/yaml/plain-yaml.ts";
import { nearest } from "../../runtime/nearest.ts";
import type { ConfigurationProblem, Origin, Setting, SettingValue } from "./problem.ts";
import { type SchemaNode, schemaAt } from "./schema.ts";

export interface FileSettings {
  readonly settings: readonly Setting[];
  readonly problems: readonly ConfigurationProblem[];
}

// Enough to correct a file by; a file of another kind has one in every line.
const problemsMax = 20;

/** Never fails: what is wrong is in `problems`. `path` is for the origins only. */
export function settingsOf(text: string, path: string): FileSettings {
  const reader = new SettingsReader(path, readPlainYaml(text, "a configuration"));
  reader.read();
  return { settings: reader.settings, problems: reader.problems.slice(0, problemsMax) };
}

class SettingsReader {
  readonly settings: Setting[] = [];
  readonly problems: ConfigurationProblem[] = [];
  readonly #path: string;
  readonly #yaml: PlainYaml;

  constructor(path: string, yaml: PlainYaml) {
    this.#path = path;
    this.#yaml = yaml;
  }

  read(): void {
    const { contents, problems } = this.#yaml;
    for (const { at, message } of problems) this.#refuse(at, "", message);
    if (problems.length === 0 && contents !== null) this.#node(contents, [], schemaAt([]));
  }

  #node(node: ParsedNode | null, path: readonly string[], expected: SchemaNode | undefined): void {
    const key = path.join(".");
    const at = node?.range[0] ?? 0;
    if (isAlias(node)) {
      this.#refuse(at, key, "must not be an alias (*name). Write the value out.");
    } else if (expected?.kind === "value") {
      const value = plainOf(node, expected.type === "list");
      const wanted = expected.type === "list" ? listWords(expected.example) : "one value";
      if (value !== undefined) this.#add(at, path, value);
      else this.#refuse(at, key, `must be ${wanted}, given ${sortOf(node)}.`);
    } else if (isMap(node)) {
      if (path.length > 0) this.#add(at, path, undefined);
      this.#map(node, path, expected);
    } else if (isScalar(node) && node.value === null) {
      // A section whose every line is commented out.
      if (path.length > 0 && expected?.kind === "section") this.#add(at, path, undefined);
    } else {
      const what =
        key === "" ? "the file must hold keys with values" : "must be a section with keys of its own";
      this.#refuse(at, key, `${what}, given ${sortOf(node)}.`);
    }
  }

  #map(map: YAMLMap.Parsed, path: readonly string[], expected: SchemaNode | undefined): void {
    const seen = new Set<string>();
    for (const { key, value } of map.items) {
      const name = isScalar(key) ? `${key.value}` : undefined;
      const at = key.range[0];
      if (name === undefined) {
        this.#refuse(at, path.join("."), "must have keys that are plain words.");
        continue;
      }
      const below = [...path, name];
      const next = name === "__proto__" ? undefined : schemaAt(below);
      if (seen.has(name)) {
        this.#refuse(at, below.join("."), "is given twice. Remove one of the two.");
      } else if (next === undefined) {
        this.#refuse(at, below.join("."), unknownKey(name, expected));
      } else this.#node(value, below, next);
      seen.add(name);
    }
  }

  #add(offset: number, path: readonly string[], value: Setting["value"]): void {
    this.settings.push({ path, value, origin: this.#originAt(offset) });
  }

  #refuse(offset: number, key: string, message: string): void {
    this.problems.push({ key, origin: this.#originAt(offset), message });
  }

  #originAt(offset: number): Origin {
    return { kind: "file", path: this.#path, ...this.#yaml.placeAt(offset) };
  }
}

function unknownKey(name: string, expected: SchemaNode | undefined): string {
  const known = expected?.kind === "section" ? [...expected.keys.keys()] : [];
  const meant = nearest(name, known);
  if (meant !== undefined) return `is not a known key. Did you mean ${meant}?`;
  return known.length === 0
    ? "is not a possible name."
    : `is not a known key. Known here: ${known.join(", ")}.`;
}

/** Undefined for what is no value, or no flat list of values. */
function plainOf(node: ParsedNode | null, isList: boolean): SettingValue | undefined {
  if (!isList) return isScalar(node) && isPlain(node.value) ? node.value : undefined;
  if (!isSeq(node)) return undefined;
  const values = node.items.map((item) => (isScalar(item) ? item.value : undefined));
  return values.every(isPlain) ? values : undefined;
}

function listWords(example: string | undefined): string {
  return example === undefined ? "a list of values" : `a list of values, such as ${example}`;
}

function isPlain(value: unknown): value is string | number | boolean {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}

function sortOf(node: ParsedNode | null): string {
  if (isMap(node)) return "a section";
  if (isSeq(node)) return "a list";
  if (!isScalar(node) || node.value === null) return "nothing";
  return `one value (${typeof node.value === "string" ? "text" : typeof node.value})`;
}
