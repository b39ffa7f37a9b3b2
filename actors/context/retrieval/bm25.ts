// How well the parts of a project match a question.
import type { IndexedFile } from "./indexed-file.ts";
import { bm25 } from "./limits.ts";
import type { ProjectIndex } from "./project.ts";

export interface Match {
  readonly file: IndexedFile;
  /** Which of its parts. */
  readonly part: number;
  readonly score: number;
}

/**
 * BM25 over parts (Robertson and Zaragoza, "The probabilistic relevance framework", 2009), with the terms of names that are defined
 * counted several times before their number is damped, as that paper's BM25F does. Every part that holds one of the terms.
 */
export function matches(index: ProjectIndex, terms: readonly string[]): Match[] {
  const { vocabulary, partCount, meanLength } = index;
  const weights = new Map<number, number>();
  for (const text of terms) {
    const term = vocabulary.termIfKnown(text);
    const parts = term === undefined ? 0 : vocabulary.partsWith(term);
    if (term !== undefined && parts > 0)
      weights.set(term, Math.log(1 + (partCount - parts + 0.5) / (parts + 0.5)));
  }
  if (weights.size === 0) return [];
  const found: Match[] = [];
  for (const file of index.files.values()) {
    for (const [part, { from, to, length }] of file.parts.entries()) {
      const damping = bm25.k1 * (1 - bm25.b + (bm25.b * length) / meanLength);
      let score = 0;
      for (let at = from; at < to; at += 1) {
        const weight = weights.get(file.terms[at] ?? -1);
        if (weight === undefined) continue;
        const times = file.counts[at] ?? 0;
        score += (weight * times * (bm25.k1 + 1)) / (times + damping);
      }
      if (score > 0) found.push({ file, part, score });
    }
  }
  return found;
}
