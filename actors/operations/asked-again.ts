// What a model is told whose answer was not what was asked for, or did not pass: its answer, what is wrong with it, and what was printed.
import type { Message } from "../llm/completion.ts";
import { renderPrompt } from "../prompts/render.ts";
import type { Template } from "../prompts/template.ts";
import { previousAnswerCharactersMax } from "./limits.ts";

export interface RefusedAnswer {
  readonly answer: string;
  /** A sentence for the model. */
  readonly problem: string;
  /** What commands printed about it; "" where none was run. */
  readonly output: string;
}

export function askedAgain(
  { answer, problem, output }: RefusedAnswer,
  template: (name: "repair" | "verification") => Template,
): readonly Message[] {
  const shown = answer.slice(0, previousAnswerCharactersMax);
  return [
    // Providers refuse a turn without a text.
    { role: "assistant", content: shown.trim() === "" ? "(nothing)" : shown },
    ...(output === ""
      ? renderPrompt(template("repair"), { problem })
      : renderPrompt(template("verification"), { problem, output })),
  ];
}

/** What the system says comes first, and once. */
export function inOrder(messages: readonly Message[]): Message[] {
  const [first, ...others] = messages.filter(({ role }) => role === "system");
  const further = others.filter(({ content }) => first?.content.includes(content) !== true);
  return [
    ...(first === undefined ? [] : [first, ...further]),
    ...messages.filter(({ role }) => role !== "system"),
  ];
}
