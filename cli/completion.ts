// The completion scripts, generated from the command table. Completing starts no program, but for the ids of runs.
import type { ShellName } from "./command-table.ts";
import { bashCompletion } from "./completions/bash.ts";
import { fishCompletion } from "./completions/fish.ts";
import { zshCompletion } from "./completions/zsh.ts";

export function completionFor(shell: ShellName): string {
  switch (shell) {
    case "bash":
      return bashCompletion();
    case "zsh":
      return zshCompletion();
    case "fish":
      return fishCompletion();
  }
}
