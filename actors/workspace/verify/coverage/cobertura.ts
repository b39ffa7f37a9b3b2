// Cobertura XML, which coverage.py, Istanbul, JaCoCo's and .NET's tools write. Read tag by tag, without a document being made of it:
// nothing is resolved, fetched or expanded, and a report that declares entities is none. Pure.
import { posix } from "node:path";
import { type Covered, LineHits, type Meant } from "./covered.ts";

/** Undefined where it is no such report; null where it says nothing of the file. */
export function coberturaIn(text: string, isMeant: Meant): Covered | null | undefined {
  const hits = new LineHits();
  const sources: string[] = [];
  let isReport = false;
  let isOurs = false;
  for (const tag of tagsIn(text)) {
    if (tag.name === "!") return undefined;
    if (!isReport) {
      if (tag.name !== "coverage") return undefined;
      isReport = true;
    } else if (tag.name === "source") {
      if (sources.length < sourcesMax) sources.push(decoded(tag.text.trim()));
    } else if (tag.name === "class") {
      const file = attribute(tag.attributes, "filename");
      isOurs = file !== undefined && [file, ...sources.map((source) => below(source, file))].some(isMeant);
    } else if (tag.name === "/class") isOurs = false;
    else if (isOurs && tag.name === "line") {
      const number = attribute(tag.attributes, "number") ?? "";
      const count = attribute(tag.attributes, "hits");
      if (/^\d{1,9}$/.test(number) && count !== undefined) hits.take(Number(number), Number(count) > 0);
    }
  }
  return isReport ? (hits.covered ?? null) : undefined;
}

interface Tag {
  /** With "/" in front where it closes; "!" for a declaration that is not taken. */
  readonly name: string;
  readonly attributes: string;
  /** What stands between it and the next tag. */
  readonly text: string;
}

/** Directories below which the paths of a report lie: a report has one or two. */
const sourcesMax = 100;
/** Characters of a tag: that of a class, with its path. */
const tagCharactersMax = 16_384;

function* tagsIn(text: string): Generator<Tag> {
  for (let at = text.indexOf("<"); at >= 0; at = text.indexOf("<", at)) {
    const passed = passedOver(text, at);
    if (passed === "refused") {
      yield { name: "!", attributes: "", text: "" };
      return;
    }
    if (passed !== undefined) {
      at = passed;
      continue;
    }
    const end = tagEnd(text, at);
    if (end === undefined) return;
    const inside = text.slice(at + 1, end);
    const name = /^\/?[\w:.-]*/.exec(inside)?.[0] ?? "";
    const next = text.indexOf("<", end);
    const between = text.slice(end + 1, Math.min(next < 0 ? text.length : next, end + tagCharactersMax));
    yield { name, attributes: inside.slice(name.length), text: between };
    at = end;
  }
}

/** Where what is no tag ends; undefined where a tag begins. */
function passedOver(text: string, at: number): number | "refused" | undefined {
  const to = (mark: string): number => {
    const end = text.indexOf(mark, at);
    return end < 0 ? text.length : end + mark.length;
  };
  if (text.startsWith("<!--", at)) return to("-->");
  if (text.startsWith("<![CDATA[", at)) return to("]]>");
  if (text.startsWith("<?", at)) return to("?>");
  if (!text.startsWith("<!", at)) return undefined;
  // A document type by its name alone is that of every Cobertura report; one that declares things is not.
  const end = to(">");
  return text.slice(at, Math.min(end, at + tagCharactersMax)).includes("[") ? "refused" : end;
}

/** Undefined where it does not end, or is longer than any. */
function tagEnd(text: string, at: number): number | undefined {
  let quote = "";
  for (let index = at + 1; index < text.length && index - at < tagCharactersMax; index += 1) {
    const character = text[index] ?? "";
    if (quote !== "") quote = character === quote ? "" : quote;
    else if (character === '"' || character === "'") quote = character;
    else if (character === ">") return index;
  }
  return undefined;
}

function attribute(attributes: string, name: string): string | undefined {
  for (const [, key, , double, single] of attributes.matchAll(/([\w:.-]+)\s*=\s*("([^"]*)"|'([^']*)')/g)) {
    if (key === name) return decoded(double ?? single ?? "");
  }
  return undefined;
}

const entities: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };

/** Only what XML itself names: everything else stays as it stands. */
function decoded(text: string): string {
  return text.replace(/&(lt|gt|amp|quot|apos);/g, (_, name: string) => entities[name] ?? "");
}

function below(source: string, file: string): string {
  return posix.join(source.replaceAll("\\", "/"), file.replaceAll("\\", "/"));
}
