// What readers are told of an answer that they read piece by piece: that it begins anew, or that somebody else goes on with it.
import { isRecord } from "../../runtime/wire/shape.ts";
import type { RunEntry } from "./run-entry.ts";

/** The names of the `told` entries; `about` is an `AnswerNews`. */
export const answerNews = {
  /** What was written of it so far does not count. */
  restarted: "restarted",
  /** What follows is written by another one, behind the text so far. */
  continued: "continued",
} as const;

export type AnswerNewsName = keyof typeof answerNews;

export interface AnswerNews {
  /** Which of the answers of its step. */
  readonly answer: string;
  /** The entry of llm.providers that writes from now on. */
  readonly entry: string;
  readonly reason: string;
}

type Told = Extract<RunEntry, { readonly type: "told" }>;

/** What it says of an answer; undefined for other news. */
export function newsOf({ name, about }: Told): (AnswerNews & { readonly name: AnswerNewsName }) | undefined {
  if (name !== answerNews.restarted && name !== answerNews.continued) return undefined;
  if (!isRecord(about)) return undefined;
  const { answer, entry, reason } = about;
  const isNews = typeof answer === "string" && typeof entry === "string" && typeof reason === "string";
  return isNews ? { name, answer, entry, reason } : undefined;
}

/** The answer that begins anew; undefined for other news. */
export function restartedAnswer(told: Told): string | undefined {
  const news = newsOf(told);
  return news?.name === answerNews.restarted ? news.answer : undefined;
}
