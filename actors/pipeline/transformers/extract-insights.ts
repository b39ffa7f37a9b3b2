// Keeps the main points of what came before, or of them what is worth doing something about.
import { analysisTypes, severities } from "../../analysis/words.ts";
import { leavesOf } from "../contained.ts";
import type { Insight, InsightsDocument } from "../documents.ts";
import { insightsMax } from "../limits.ts";
import type { ResultDocument } from "../record.ts";
import { analysisOf, isWantedFinding, type Wanted } from "./analyses.ts";
import { gravestFirst, insightsOf } from "./insights.ts";
import {
  type Given,
  made,
  nothingToTransform,
  type Transformed,
  type Transformer,
  textOfParameter,
} from "./transformer.ts";

export const extractInsights: Transformer = (given) => {
  const result = given.latest?.result ?? null;
  const insights = result === null ? [] : insightsOf(result);
  if (result === null || insights.length === 0)
    return nothingToTransform(
      given,
      "extract_insights",
      "no summaries, findings, recommendations, claims or remarks",
      "Put it behind a step such as analyze or explain.",
    );
  return kept(insights, { most: insightsMax, before: leftOutBefore(result) });
};

/** Where code has nothing that is as grave as was asked, that is a result as well: a list without anything. */
export const filterSuggestions: Transformer = (given) => {
  const result = given.latest?.result ?? null;
  const wanted = judgedBy(given);
  const isAsked = wanted.severity !== undefined || wanted.category !== undefined;
  const all = result === null ? [] : insightsOf(result, wanted).filter(({ kind }) => suggestions.has(kind));
  const isJudged =
    result !== null && leavesOf(result).some((leaf) => leaf.result !== null && isJudgement(leaf.result));
  if (result === null || (all.length === 0 && !isJudged))
    return nothingToTransform(
      given,
      "filter_suggestions",
      "no findings and no recommendations",
      "Put it behind a step such as analyze or extract_insights.",
    );
  const analysed = recommendedByAnalyses(result, wanted);
  const insights = isAsked
    ? all.filter((one) => (one.kind === "finding" && isWantedFinding(one, wanted)) || analysed.has(one.text))
    : all;
  const { limit } = given.parameters;
  const most = typeof limit === "number" ? Math.min(limit, insightsMax) : insightsMax;
  const first = gravestFirst(insights.filter(({ kind }) => kind === "finding"));
  const rest = insights.filter(({ kind }) => kind !== "finding");
  return kept([...first, ...rest], { most, before: all.length - insights.length + leftOutBefore(result) });
};

/** What came before may have left some out. */
function leftOutBefore(document: ResultDocument): number {
  const counts = leavesOf(document).map(({ result }) =>
    result?.schema === "aiex.insights/1" && Number.isSafeInteger(result.left_out)
      ? Number(result.left_out)
      : 0,
  );
  return counts.reduce((total, count) => total + count, 0);
}

function kept(
  insights: readonly Insight[],
  { most, before }: { readonly most: number; readonly before: number },
): Transformed {
  const shown = insights.slice(0, most);
  const left_out = insights.length - shown.length + before;
  return made({ schema: "aiex.insights/1", insights: shown, left_out } satisfies Shown);
}

type Shown = Omit<InsightsDocument, "insights"> & { readonly insights: readonly Insight[] };

function isJudgement(document: ResultDocument): boolean {
  return analysisOf(document) !== undefined || document.schema === "aiex.insights/1";
}

/** What the reports recommend about findings that are wanted; other recommendations are about nobody knows what. */
function recommendedByAnalyses(document: ResultDocument, wanted: Wanted): ReadonlySet<string> {
  const analyses = leavesOf(document).flatMap(({ result }) =>
    result !== null && analysisOf(result) !== undefined ? [result] : [],
  );
  const insights = analyses.flatMap((one) => insightsOf(one, wanted));
  return new Set(insights.filter(({ kind }) => kind === "recommendation").map(({ text }) => text));
}

/** By `severity` and `category`. What is none of the words asks for nothing: the specification was checked. */
export function judgedBy(given: Pick<Given, "parameters">): Wanted {
  const severity = textOfParameter(given, "severity");
  const category = textOfParameter(given, "category");
  return {
    severity: severities.find((one) => one === severity),
    category: analysisTypes.find((one) => one === category),
  };
}

const suggestions: ReadonlySet<Insight["kind"]> = new Set(["finding", "recommendation", "remark"]);
