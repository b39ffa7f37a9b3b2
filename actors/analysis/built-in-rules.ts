// What the rules that are code look for, described for people: those of the text, the metrics, the silences and the outlines.
// A test holds the table to what the code says of a finding.
import { type LanguageId, languages } from "./languages.ts";
import {
  cognitiveMax,
  cyclomaticMax,
  duplicatedLinesHighMin,
  duplicatedLinesMin,
  fileCodeLinesMax,
  functionLinesHighMax,
  functionLinesMax,
  lineCharactersMax,
  nestingMax,
  parametersMax,
} from "./limits.ts";
import { erlangRules } from "./outlines/erlang-rules.ts";
import type { Finding } from "./report.ts";

export interface BuiltInRule {
  readonly id: string;
  readonly category: Finding["category"];
  readonly severity: Finding["severity"];
  readonly languages: readonly LanguageId[];
  /** What it finds, in sentences; the message of a finding holds its figures. */
  readonly message: string;
  readonly remedy: string;
  readonly inTests: boolean;
  readonly oncePerFile: boolean;
}

const everywhere = languages.map(({ id }) => id);
const measured = { languages: everywhere, inTests: false, oncePerFile: false };

const sharedRules: readonly BuiltInRule[] = [
  {
    id: "shared/cognitive-complexity",
    category: "quality",
    severity: "warning",
    ...measured,
    message: `A function is hard to follow: its cognitive complexity is above ${cognitiveMax}.`,
    remedy: "Return early, and move nested conditions and loops into functions with a name.",
  },
  {
    id: "shared/credential",
    category: "security",
    severity: "error",
    languages: everywhere,
    inTests: true,
    oncePerFile: false,
    message: "A text has the format of a credential: whoever can read the file can use it.",
    remedy: "Revoke it where it was issued, and read the new one from the environment or a secret store.",
  },
  {
    id: "shared/cyclomatic-complexity",
    category: "quality",
    severity: "info",
    ...measured,
    message: `A function has more than ${cyclomaticMax} independent paths: each wants a test.`,
    remedy: "Split it by what it decides, or turn the decisions into a table.",
  },
  {
    id: "shared/deep-nesting",
    category: "quality",
    severity: "warning",
    ...measured,
    message: `A function nests control flow more than ${nestingMax} levels deep.`,
    remedy: "Return early, or move the inner levels into a function.",
  },
  {
    id: "shared/duplicated-block",
    category: "smells",
    severity: "info",
    languages: everywhere,
    inTests: false,
    oncePerFile: false,
    message: `A block of ${duplicatedLinesMin} lines of code or more stands in more than one place of the files that are analyzed. From ${duplicatedLinesHighMin} lines on it is a warning.`,
    remedy: "Give the block one home that all its places use, so that a fault is mended once.",
  },
  {
    id: "shared/import-cycle",
    category: "architecture",
    severity: "warning",
    languages: ["typescript", "tsx", "javascript", "python", "ruby", "c", "cpp"],
    inTests: true,
    oncePerFile: false,
    message:
      "Files import one another in a circle when they are loaded. It is found where all of them are analyzed.",
    remedy: "Move what both sides need into a file that imports neither, or hand it over as an argument.",
  },
  {
    id: "shared/long-file",
    category: "architecture",
    severity: "info",
    languages: everywhere,
    inTests: false,
    oncePerFile: true,
    message: `A file has more than ${fileCodeLinesMax} lines of code: it is likely to hold more than one concept.`,
    remedy: "Give each concept a file of its own.",
  },
  {
    id: "shared/long-function",
    category: "smells",
    severity: "info",
    languages: everywhere,
    inTests: false,
    oncePerFile: false,
    message: `A function has more than ${functionLinesMax} lines of code of its own, which no longer fit on a page. Above ${functionLinesHighMax} it is a warning.`,
    remedy: "Move steps that have a name into functions of their own.",
  },
  {
    id: "shared/long-line",
    category: "quality",
    severity: "hint",
    languages: everywhere,
    inTests: true,
    oncePerFile: true,
    message: `A line is longer than ${lineCharactersMax} characters.`,
    remedy: "Break long lines, or let a formatter do it.",
  },
  {
    id: "shared/many-parameters",
    category: "smells",
    severity: "info",
    ...measured,
    message: `A function takes more than ${parametersMax} parameters: a call cannot be read without the declaration.`,
    remedy: "Pass parameters that belong together as one value with named parts.",
  },
  {
    id: "shared/silence-without-reason",
    category: "quality",
    severity: "hint",
    languages: everywhere,
    inTests: true,
    oncePerFile: false,
    message: "A comment silences nothing, since it names no rule or gives no reason.",
    remedy: "Write: aiex-ignore rule-id -- the reason why the finding does not apply here.",
  },
  {
    id: "shared/unread-code",
    category: "quality",
    severity: "hint",
    languages: ["c", "cpp"],
    inTests: true,
    oncePerFile: true,
    message: "The parser cannot place some macros or directives; the definitions there were not examined.",
    remedy:
      "Review these lines by eye, or write the macro so that it reads like a statement or a declaration.",
  },
];

/** Those of an outline describe themselves. */
const outlineRules = erlangRules.map((rule): BuiltInRule => {
  const { id, category, severity, message, remedy, inTests, oncePerFile = false } = rule;
  return { id, category, severity, languages: ["erlang"], message, remedy, inTests, oncePerFile };
});

/** In the order of their ids. */
export const builtInCodeRules: readonly BuiltInRule[] = [...outlineRules, ...sharedRules].sort((a, b) =>
  a.id < b.id ? -1 : 1,
);
