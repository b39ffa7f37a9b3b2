// What shows an operation that asks a model while it is done: what it does now, and how much of the answer is there.
import { operationNews } from "../actors/operations/ask-model.ts";
import { newsOf } from "../actors/runs/answer-news.ts";
import type { RunEntry } from "../actors/runs/run-entry.ts";
import { sanitizeLine } from "../runtime/observe/sanitize.ts";
import { isRecord } from "../runtime/wire/shape.ts";
import type { RunView } from "./followed-view.ts";
import type { Host } from "./host.ts";
import { type Progress, startProgress } from "./progress.ts";
import { terminalOf } from "./terminal.ts";

interface Standing {
  /** Such as "asking"; undefined before. */
  readonly doing: string | undefined;
  /** From 1. */
  readonly round: number;
  /** Of the answer, so far. */
  readonly characters: number;
}

export function operationProgress({ world, stderr: output, env, platform }: Host): RunView {
  const terminal = terminalOf(output, env, platform);
  const begin = (): Progress<Standing> => startProgress({ world, output, terminal, text: standingText });
  let standing: Standing = { doing: undefined, round: 0, characters: 0 };
  let progress = begin();
  return {
    entry: (entry) => {
      standing = standingAfter(standing, entry);
      progress.report(standing);
    },
    lost: () => {},
    aside: async (work) => {
      await progress.end();
      const done = await work();
      progress = begin();
      return done;
    },
    end: () => progress.end(),
  };
}

function standingAfter(standing: Standing, entry: RunEntry): Standing {
  if (entry.type === "text") return { ...standing, characters: standing.characters + entry.text.length };
  if (entry.type !== "told") return standing;
  if (newsOf(entry)?.name === "restarted") return { ...standing, characters: 0 };
  if (entry.name !== operationNews || !isRecord(entry.about)) return standing;
  const { doing, round } = entry.about;
  if (typeof doing !== "string" || typeof round !== "number") return standing;
  return { doing, round, characters: doing === "asking" ? 0 : standing.characters };
}

function standingText(standing: Standing | undefined): string {
  if (standing?.doing === undefined) return "Reading...";
  const { doing, round, characters } = standing;
  const again = round > 1 ? ` (time ${round})` : "";
  if (doing !== "asking") return `${sanitizeLine(capitalized(doing))}${again}...`;
  return characters === 0
    ? `Asking the model${again}...`
    : `The model writes${again}: ${characters} characters`;
}

function capitalized(word: string): string {
  return `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`;
}
