// A shell that only looks: the verbs of looking as commands, read as words. No code that was typed is ever run.
import { AiexError } from "../../runtime/errors.ts";
import type { Completions, Outcome } from "./evaluator.ts";
import type { LookingOptions } from "./looking.ts";
import { looks } from "./vocabulary.ts";

class UnknownVerb extends AiexError {
  readonly code = "unknown_verb";
  constructor(given: string, verbs: readonly string[]) {
    super(
      `${JSON.stringify(given.slice(0, 60))} is no verb of a shell that only looks. Its verbs are: ${verbs.join(", ")}. Code runs in a shell without --read-only.`,
      { details: { verbs } },
    );
  }
}

export interface Commands {
  run(text: string): Promise<Outcome>;
  complete(text: string): Completions;
}

export function lookingCommands(options: LookingOptions): Commands {
  const verbs = new Map<string, (...words: string[]) => unknown>(Object.entries(looks(options)));
  const names = [...verbs.keys()];
  return {
    run: async (text) => {
      const [name = "", ...words] = wordsOf(text);
      if (name === "") return { kind: "value", value: undefined, heldUpMs: 0 };
      const verb = verbs.get(name);
      try {
        if (verb === undefined) throw new UnknownVerb(name, names);
        return { kind: "value", value: await verb(...words), heldUpMs: 0 };
      } catch (thrown) {
        return { kind: "thrown", thrown, heldUpMs: 0 };
      }
    },
    complete: (text) => {
      const words = wordsOf(text);
      const on = /\s$/.test(text) ? "" : (words.at(-1) ?? "");
      const isFirst = words.length === 0 || (words.length === 1 && on !== "");
      const candidates = isFirst ? names : options.node.registered();
      return { list: candidates.filter((name) => name.startsWith(on)), on };
    },
  };
}

/** `info "a b"`, and `info("a b")` as it would be written in code. */
function wordsOf(text: string): readonly string[] {
  const called = /^\s*(\w+)\s*\(([^()]*)\)\s*;?\s*$/.exec(text);
  const line = called === null ? text : `${called[1]} ${(called[2] ?? "").replaceAll(",", " ")}`;
  return (line.match(/"[^"]*"|'[^']*'|\S+/g) ?? []).map((word) => word.replace(/^(["'])(.*)\1$/, "$2"));
}
