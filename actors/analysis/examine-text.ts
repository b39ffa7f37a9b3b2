// What can be said of a text without a tree: its lines by their marks, and the rules that need only text.
import { inOrder } from "./finding-order.ts";
import type { Language } from "./languages.ts";
import { commentsByMark, countLines } from "./lines.ts";
import type { FileMetrics, Finding } from "./report.ts";
import { silenceFindings, silencesOf, unsilenced } from "./silence.ts";
import { plainText, textFindings } from "./text-rules.ts";

export interface TextExamination {
  /** Without functions, which only a tree shows. */
  readonly metrics: FileMetrics;
  readonly findings: readonly Finding[];
}

/** For a file that was cut short or that no grammar could read. Where `language` is null, no line counts as a comment. */
export function examineText(text: string, language: Language | null): TextExamination {
  const plain = plainText(text);
  const comments = language === null ? [] : commentsByMark(plain, language.comments);
  const { lines, codeLines, commentLines, blankLines } = countLines(plain, comments);
  const silences = silencesOf(plain, comments);
  return {
    metrics: {
      lines,
      codeLines,
      commentLines,
      blankLines,
      functions: [],
      cyclomatic: 0,
      cognitive: 0,
      nesting: 0,
    },
    findings: inOrder([...unsilenced(textFindings(plain), silences), ...silenceFindings(silences)]),
  };
}
