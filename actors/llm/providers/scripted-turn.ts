// Which answer of a script a request gets.
import { createHash } from "node:crypto";
import { maskSecrets } from "../../workspace/masking.ts";
import type { CompletionRequest } from "../completion.ts";
import type { CheckedAnswer } from "./scripted-answers.ts";

export class ScriptedTurns {
  readonly #answers: readonly CheckedAnswer[];
  readonly #given = new Set<CheckedAnswer>();

  /** `entry`: who answers, where an answer says who it is for. */
  constructor(answers: readonly CheckedAnswer[], entry: string | undefined) {
    this.#answers = answers.filter((answer) => answer.entry === undefined || answer.entry === entry);
  }

  /**
   * The one for this message that was not given yet, else the last for it; without one for it the next of those for anything.
   * Undefined where there is none.
   */
  next(request: CompletionRequest): CheckedAnswer | undefined {
    const message = lastUserMessage(request);
    const suiting =
      this.#those(({ when }) => when === message) ??
      this.#those(({ when_digest }) => when_digest !== undefined && when_digest === messageDigest(message)) ??
      this.#those(({ when }) => when !== undefined && message.includes(when)) ??
      this.#those(({ when, when_digest }) => when === undefined && when_digest === undefined);
    const answer = suiting?.find((one) => !this.#given.has(one)) ?? suiting?.at(-1);
    if (answer !== undefined) this.#given.add(answer);
    return answer;
  }

  #those(suits: (answer: CheckedAnswer) => boolean): readonly CheckedAnswer[] | undefined {
    const found = this.#answers.filter(suits);
    return found.length === 0 ? undefined : found;
  }
}

export function lastUserMessage({ messages }: CompletionRequest): string {
  return messages.findLast(({ role }) => role === "user")?.content ?? "";
}

/** What `when_digest` holds. Of a secret in the message nothing is in it. */
export function messageDigest(message: string): string {
  return createHash("sha256")
    .update(maskSecrets(message, { isCode: false }).text)
    .digest("hex");
}
