// The editor that a person has chosen, as a program with its arguments: there is no shell.
import type { Environment } from "./terminal.ts";
import { UsageError } from "./usage.ts";

/** `$VISUAL`, else `$EDITOR`: words with spaces between them, and quotes around what has spaces. @throws {UsageError} there is none */
export function editorOf(env: Environment, topic: string): readonly [string, ...string[]] {
  const [command, ...args] =
    [env.VISUAL, env.EDITOR].map((text) => wordsOf(text ?? "")).find(({ length }) => length > 0) ?? [];
  if (command !== undefined) return [command, ...args];
  throw new UsageError("No editor is set. Name yours in VISUAL or EDITOR, as in EDITOR=nano.", topic);
}

function wordsOf(text: string): string[] {
  return [...text.matchAll(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g)].map(([word]) =>
    word.replace(/"([^"]*)"|'([^']*)'/g, "$1$2"),
  );
}
