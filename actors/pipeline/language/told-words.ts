// How the words of pipelines are told to people: what conditions do, and what a parameter takes.
import type { ConditionWord } from "./specification.ts";
import type { ParameterShape } from "./vocabulary.ts";

/** What each of them does with the step that it stands in front of. */
export const conditionSummaries: readonly { readonly word: ConditionWord; readonly summary: string }[] = [
  { word: "if", summary: "Does the step only where this holds" },
  { word: "unless", summary: "Does the step only where this does not hold" },
  { word: "when", summary: "As if:" },
  { word: "while", summary: "Does the step again as long as this holds, max times at most" },
];

/** What may be written behind the colon. */
export function shapeText(shape: ParameterShape): string {
  switch (shape.kind) {
    case "choice":
      return shape.choices.join("|");
    case "text":
      return "TEXT";
    case "path":
      return "PATH";
    case "share":
      return "0..1";
    case "count":
      return `${shape.least}..${shape.most}`;
    case "flag":
      return "true|false";
  }
}
