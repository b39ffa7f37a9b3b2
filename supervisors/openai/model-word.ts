// What a client names as a model: an entry of llm.providers, one of its models, or none in particular.

/** The model that leaves the choice to aiex. */
export const autoModel = "auto";

export interface ModelChoice {
  /** Undefined where aiex chooses. */
  readonly provider?: string;
  /** Undefined for the entry's own. */
  readonly model?: string;
}

/** `auto`, `entry` or `entry/model`. No entry has a slash in its name, and the names of many models do. */
export function modelChoice(word: string): ModelChoice {
  if (word === autoModel) return {};
  const slash = word.indexOf("/");
  if (slash === -1) return { provider: word };
  return { provider: word.slice(0, slash), model: word.slice(slash + 1) };
}
