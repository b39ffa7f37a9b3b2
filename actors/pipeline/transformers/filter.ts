// Keeps the findings and the files that are asked for, of whatever has any: reports, changes, code, points, and the parts of a fan-out.
import { heldBy, recordsIn, textOrNull } from "../contained.ts";
import { insightsDocument } from "../documents.ts";
import { nestedResultsMax } from "../limits.ts";
import type { ResultDocument } from "../record.ts";
import { analysisOf, filteredAnalysis, isWantedFile, isWantedFinding, type Wanted } from "./analyses.ts";
import { judgedBy } from "./extract-insights.ts";
import { languageOfPath } from "./language.ts";
import { made, nothingToTransform, type Transformer, textOfParameter } from "./transformer.ts";

export const filter: Transformer = (given) => {
  const wanted: Wanted = {
    ...judgedBy(given),
    path: textOfParameter(given, "path"),
    language: textOfParameter(given, "language"),
  };
  if (Object.values(wanted).every((one) => one === undefined)) {
    const message =
      "filter has nothing to filter by. Give it severity, category, path or language, as in filter severity:high.";
    return { ok: false, code: "usage", message };
  }
  const result = given.latest?.result ?? null;
  const filtered = result === null ? undefined : filteredResult(result, wanted, 0);
  if (filtered !== undefined) return made(filtered);
  return nothingToTransform(
    given,
    "filter",
    "nothing that has what it filters by",
    "Severity and category are those of findings, path and language those of files.",
  );
};

/** Undefined where there is nothing in it that what is wanted could be told of. */
function filteredResult(document: ResultDocument, wanted: Wanted, depth: number): ResultDocument | undefined {
  const report = analysisOf(document);
  if (report !== undefined) return { ...filteredAnalysis(report, wanted) };
  if (depth > nestedResultsMax) return undefined;
  switch (heldBy(document)) {
    case "parts":
      return filteredHeld(document, "parts", wanted, depth);
    case "combined":
      return filteredHeld(document, "results", wanted, depth);
    case "pipeline":
      return filteredHeld(document, "steps", wanted, depth);
    case undefined:
      return isJudged(wanted) ? filteredInsights(document, wanted) : filteredFiles(document, wanted);
  }
}

function isJudged({ severity, category }: Wanted): boolean {
  return severity !== undefined || category !== undefined;
}

/** Results that nothing can be told of stay; those of files that are not wanted go. */
function filteredHeld(
  document: ResultDocument,
  key: "parts" | "results" | "steps",
  wanted: Wanted,
  depth: number,
): ResultDocument | undefined {
  let isTold = false;
  const kept = recordsIn(document[key]).flatMap((held) => {
    const [result] = recordsIn([held.result]);
    const filtered = result === undefined ? undefined : filteredResult(result, wanted, depth + 1);
    if (filtered !== undefined) isTold = true;
    if (filtered !== undefined) return isLeft(filtered, wanted) ? [{ ...held, result: filtered }] : [];
    const file = fileOf(textOrNull(held.name) ?? result?.file ?? result?.path);
    if (file === undefined || (wanted.path === undefined && wanted.language === undefined)) return [held];
    isTold = true;
    return isWantedFile(file, wanted) ? [held] : [];
  });
  return isTold ? { ...document, [key]: kept } : undefined;
}

/** A report of no file says nothing; one of files without findings says that they have none. */
function isLeft(filtered: ResultDocument, { path, language }: Wanted): boolean {
  const hasFiles = Array.isArray(filtered.files) && filtered.files.length > 0;
  return hasFiles || filtered.files === undefined || (path === undefined && language === undefined);
}

function filteredInsights(document: ResultDocument, wanted: Wanted): ResultDocument | undefined {
  const read = insightsDocument.safeParse(document);
  if (!read.success) return undefined;
  const insights = read.data.insights.filter(
    (one) => isWantedFinding(one, wanted) && isWantedFile(fileOf(one.path) ?? nowhere, wanted),
  );
  return {
    ...read.data,
    insights,
    left_out: read.data.left_out + read.data.insights.length - insights.length,
  };
}

function filteredFiles(document: ResultDocument, wanted: Wanted): ResultDocument | undefined {
  switch (document.schema) {
    case "aiex.insights/1":
      return filteredInsights(document, wanted);
    case "aiex.refactoring/1":
    case "aiex.comments/1":
      return { ...document, files: wantedOf(document.files, wanted) };
    case "aiex.code/1":
      return { ...document, parts: wantedOf(document.parts, wanted) };
    default:
      return undefined;
  }
}

function wantedOf(files: unknown, wanted: Wanted): readonly ResultDocument[] {
  return recordsIn(files).filter(({ path, language }) => {
    const file = { path: textOrNull(path), language: textOrNull(language) };
    return isWantedFile({ ...file, language: file.language ?? fileOf(path)?.language ?? null }, wanted);
  });
}

function fileOf(path: unknown): { readonly path: string; readonly language: string | null } | undefined {
  return typeof path === "string" ? { path, language: languageOfPath(path) } : undefined;
}

const nowhere = { path: null, language: null };
