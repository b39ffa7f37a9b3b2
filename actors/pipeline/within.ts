// What a part of a step is given in place of its step's own context: what it notes, does and says is told apart from that of other parts.
import type { StepContext } from "../runs/step-context.ts";

/**
 * @param prefix tells the part from others of the same step; the same each time the step is tried. "" changes nothing
 * @param shared what is noted for the whole run is noted for the part alone where this is false
 */
export function within(
  context: StepContext,
  prefix: string,
  { shared }: { readonly shared: boolean },
): StepContext {
  const noted = (key: string, scope: "step" | "run" = "step"): readonly [string, "step" | "run"] => {
    if (scope === "step") return [`${prefix}${key}`, scope];
    return shared ? [key, scope] : [`of all: ${prefix}${key}`, "step"];
  };
  return {
    ...context,
    key: `${context.key}/${prefix}`,
    recall: (key, scope) => context.recall(...noted(key, scope)),
    note: (key, value, scope) => {
      const [name, where] = noted(key, scope);
      return context.note(name, value, where);
    },
    effect: (effect) => context.effect({ ...effect, key: `${prefix}${effect.key}` }),
    write: (text, answer) => context.write(text, answer === undefined ? undefined : `${prefix}${answer}`),
    written: (answer) => context.written(`${prefix}${answer}`),
    ask: (question) => context.ask({ ...question, key: `${prefix}${question.key}` }),
  };
}
