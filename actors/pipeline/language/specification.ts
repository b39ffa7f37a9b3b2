// A pipeline as it is written: steps with their conditions and parameters, and where each of them stands in the text.

/** Where something stands in a specification: UTF-16 units, from 0. */
export interface Span {
  readonly at: number;
  readonly length: number;
}

export const conditionWords = ["if", "unless", "when", "while"] as const;
export type ConditionWord = (typeof conditionWords)[number];

/** Those of two characters first: a `<=` is no `<`. */
export const operators = ["<=", ">=", "==", "!=", "<", ">", "~"] as const;
export type Operator = (typeof operators)[number];

/** A value as it was written. What is in quotes is text, whatever it looks like. */
export interface WrittenValue {
  readonly text: string;
  readonly isQuoted: boolean;
}

export interface WrittenCondition {
  readonly word: ConditionWord;
  /** Names with dots between them. */
  readonly path: string;
  readonly operator: Operator;
  readonly value: WrittenValue;
  readonly span: Span;
}

export interface WrittenParameter {
  /** In lower case, with `_` between its words. */
  readonly name: string;
  /** Undefined for a flag. */
  readonly value: WrittenValue | undefined;
  readonly span: Span;
}

export interface WrittenStep {
  /** From 1. */
  readonly number: number;
  readonly conditions: readonly WrittenCondition[];
  /** Its operation, in lower case, with `_` between its words. */
  readonly word: string;
  readonly parameters: readonly WrittenParameter[];
  /** That of the word. */
  readonly span: Span;
}

/** Something that is wrong with a specification. */
export interface SpecificationProblem {
  /** From 1. */
  readonly step: number;
  readonly span: Span;
  /** One sentence that says what was given. */
  readonly message: string;
  /** What to write in its place. */
  readonly remedy: string;
}
