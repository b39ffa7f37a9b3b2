// The main points of any result, in one form: summaries, findings, claims, recommendations, and what a model says of its own work.
import type { AnalysisReport, Finding } from "../../analysis/report.ts";
import { analysisTypes, severities } from "../../analysis/words.ts";
import { coverageSaid } from "../../rendering/verification-text.ts";
import { type Contained, leavesOf, recordsIn, textOrNull } from "../contained.ts";
import { type Insight, insightKinds } from "../documents.ts";
import { insightCharactersMax } from "../limits.ts";
import type { ResultDocument } from "../record.ts";
import { analysisOf, filteredAnalysis, type Wanted } from "./analyses.ts";

/** In the order of the results, those of one result by kind as people are told of them. `wanted`: of analyses, what of them. */
export function insightsOf(document: ResultDocument, wanted?: Wanted): readonly Insight[] {
  return leavesOf(document).flatMap((leaf) =>
    leaf.result === null ? failureOf(leaf) : insightsIn(leaf.result, wanted),
  );
}

/** A part that has no result is worth knowing. */
function failureOf({ name, reason }: Contained): readonly Insight[] {
  return reason === null ? [] : insight("remark", `There is no result: ${reason}`, { path: name });
}

function insightsIn(document: ResultDocument, wanted: Wanted | undefined): readonly Insight[] {
  const report = analysisOf(document);
  if (report !== undefined)
    return analysisInsights(wanted === undefined ? report : filteredAnalysis(report, wanted));
  switch (document.schema) {
    case "aiex.explanation/1":
      return explanationInsights(document);
    case "aiex.refactoring/1":
    case "aiex.comments/1":
      return [...insight("remark", document.remarks, { path: document.input }), ...changeInsights(document)];
    case "aiex.generation/1":
    case "aiex.test_generation/1":
      return madeInsights(document);
    case "aiex.documentation/1":
      return documentationInsights(document);
    case "aiex.insights/1":
      return recordsIn(document.insights).flatMap((one) => {
        const kind = insightKinds.find((known) => known === one.kind);
        return kind === undefined ? [] : insight(kind, one.text, one);
      });
    default:
      return [];
  }
}

function analysisInsights({ summary, files, recommendations }: AnalysisReport): readonly Insight[] {
  const found = files.flatMap(({ path, findings, model }) => [
    ...findings.flatMap((finding) => findingInsight(path, finding)),
    ...(model?.findings ?? []).flatMap((finding) => findingInsight(path, finding)),
  ]);
  const reviewed = files.flatMap(({ path, model }) => insight("summary", model?.summary, { path }));
  return [
    ...insight("summary", summary, {}),
    ...reviewed,
    ...gravestFirst(found),
    ...recommendations.flatMap((text) => insight("recommendation", text, {})),
  ];
}

type Judged = Pick<Finding, "severity" | "category" | "line" | "message" | "remedy">;

function findingInsight(path: string, { message, remedy, ...about }: Judged): readonly Insight[] {
  return insight("finding", `${message} ${remedy}`, { path, ...about });
}

/** The order is kept among those that are as grave. */
export function gravestFirst(insights: readonly Insight[]): readonly Insight[] {
  const gravity = ({ severity }: Insight): number =>
    severity === null ? severities.length : severities.indexOf(severity);
  return insights.toSorted((one, other) => gravity(one) - gravity(other));
}

function explanationInsights({ file: path, summary, claims }: ResultDocument): readonly Insight[] {
  return [
    ...insight("summary", summary, { path }),
    ...recordsIn(claims).flatMap(({ title, text, from_line: line }) =>
      insight("claim", [title, text].filter((part) => typeof part === "string").join(": "), { path, line }),
    ),
  ];
}

function changeInsights({ files }: ResultDocument): readonly Insight[] {
  return recordsIn(files).flatMap(({ path, added, removed, applied }) => {
    if (applied === true) return [];
    return insight(
      "recommendation",
      `Apply the change that is proposed: ${Number(added)} lines more, ${Number(removed)} less.`,
      { path },
    );
  });
}

function madeInsights({ path, place, remarks, verification, coverage }: ResultDocument): readonly Insight[] {
  const where = { path: path ?? place };
  const { passed } = recordsIn([verification])[0] ?? {};
  const [measured] = recordsIn([coverage]);
  const goal = measured?.goal;
  const said =
    typeof goal !== "number"
      ? []
      : coverageSaid({ goal, measured: numberOrNull(measured?.measured), uncovered_lines: null });
  return [
    ...insight("remark", remarks, where),
    ...(passed === false
      ? insight("finding", "The project's own checks did not pass.", { ...where, severity: "error" })
      : []),
    ...said.flatMap((text) => insight("remark", text, where)),
  ];
}

function documentationInsights({ file: path, title, sections }: ResultDocument): readonly Insight[] {
  const names = Array.isArray(sections) ? sections.filter((name) => typeof name === "string") : [];
  const about = names.length === 0 ? "" : `, with ${names.join(", ")}`;
  return typeof title === "string" ? insight("summary", `${title}${about}`, { path }) : [];
}

type About = Readonly<Partial<Record<"path" | "line" | "severity" | "category", unknown>>>;

/** None where there is no text. */
function insight(
  kind: Insight["kind"],
  text: unknown,
  { path, line, severity, category }: About,
): readonly Insight[] {
  const words = typeof text === "string" ? text.trim() : "";
  if (words === "") return [];
  const whole = words.length > insightCharactersMax ? `${words.slice(0, insightCharactersMax)}...` : words;
  return [
    {
      ...{ kind, text: whole, path: textOrNull(path) },
      line: typeof line === "number" && Number.isSafeInteger(line) && line > 0 ? line : null,
      severity: severities.find((one) => one === severity) ?? null,
      category: analysisTypes.find((one) => one === category) ?? null,
    },
  ];
}

function numberOrNull(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}
