// The completion scripts, in the shells themselves where they are installed.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { commands, groups } from "../../cli/command-table.ts";
import { completionFor } from "../../cli/completion.ts";
import { firstWords, helpTopics, secondWords } from "../../cli/completions/words.ts";

const folder = mkdtempSync(join(tmpdir(), "aiex-completion-"));
for (const shell of ["bash", "zsh", "fish"] as const) {
  writeFileSync(join(folder, `aiex.${shell}`), completionFor(shell));
}
for (const name of ["app.ts", "app notes.md", "$(touch owned)"]) writeFileSync(join(folder, name), "");

afterAll(() => rmSync(folder, { recursive: true }));

function isInstalled(shell: string): boolean {
  return spawnSync(shell, ["--version"]).status === 0;
}

/** What bash offers for the words of a command line, the last of which is being typed. */
function bashOffers(words: readonly string[]): string[] {
  const program = `
    source ./aiex.bash
    aiex() {
      [[ "$*" == "completion workflows" ]] && printf 'code_review\\nmine\\n'
      [[ "$*" == "completion runs" ]] && printf 'q3jz5k2maaaaaaaa\\tdone, Analysis of $(touch owned)\\nbbbbbbbbaaaaaaaa\\n'
    }
    COMP_WORDS=("$@")
    COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
    _aiex
    ((\${#COMPREPLY[@]})) && printf '%s\\n' "\${COMPREPLY[@]}"
    exit 0`;
  const { stdout, stderr } = spawnSync("bash", ["--norc", "-c", program, "bash", ...words], {
    cwd: folder,
    encoding: "utf8",
  });
  expect(stderr).toBe("");
  return stdout.split("\n").filter((line) => line !== "");
}

describe("completionFor()", () => {
  it.each(["bash", "zsh", "fish"] as const)("knows in %s every command, option and value", (shell) => {
    const script = completionFor(shell);
    for (const word of [
      ...groups.map((group) => group.word),
      ...commands.flatMap((command) => command.words),
    ]) {
      expect(script).toContain(word);
    }
    for (const option of commands.flatMap((command) => command.options)) {
      expect(script).toContain(option.name);
      for (const choice of option.choices ?? []) expect(script).toContain(choice);
    }
  });
});

describe.skipIf(!isInstalled("bash"))("the completion script in bash", () => {
  it.each([
    ["aiex ", [...firstWords().map(({ word }) => word), "--help", "--version"]],
    ["aiex co", ["config", "completion", "context"]],
    [
      "aiex ai ",
      [
        "analyze",
        "chat",
        "document",
        "explain",
        "generate",
        "refactor",
        "test-generate",
        "workflow",
        "--help",
      ],
    ],
    ["aiex config ", ["show", "--help"]],
    ["aiex help ", helpTopics().map(({ word }) => word)],
    ["aiex cluster jo", ["join"]],
    ["aiex top --by m", ["messagesHandled", "memoryBytes"]],
    ["aiex call counter total --form", ["--format"]],
    ["aiex cluster join alpha --t", ["--to", "--timeout"]],
    ["aiex help cluster ", secondWords("cluster").map(({ word }) => word)],
    ["aiex rules ", ["list", "show", "test", "--help"]],
    ["aiex rules list --severity ", ["error", "warning", "info", "hint"]],
    ["aiex rules show --f", ["--format"]],
    ["aiex rules test app", ["app.ts", "app notes.md"]],
    [
      "aiex help ai ",
      ["analyze", "chat", "document", "explain", "generate", "refactor", "test-generate", "workflow"],
    ],
    ["aiex completion ", ["bash", "zsh", "fish", "--help"]],
    ["aiex ai analyze --f", ["--file", "--format", "--fail-under"]],
    ["aiex ai analyze --file x --allow", ["--allow-partial"]],
    ["aiex ai analyze --type s", ["security", "smells"]],
    ["aiex ai analyze --type = s", ["security", "smells"]],
    ["aiex ai analyze --format =", ["text", "json", "markdown"]],
    ["aiex ai analyze --fail_under ", []],
    ["aiex ai analyze --fail-under ", []],
    ["aiex config show --format ", ["text", "json"]],
    ["aiex runs ", [...secondWords("runs").map(({ word }) => word), "--help"]],
    ["aiex runs show q", ["q3jz5k2maaaaaaaa"]],
    ["aiex workflow show m", ["mine"]],
    ["aiex workflow export --name c", ["code_review"]],
    ["aiex ai workflow --template ", ["code_review", "mine"]],
    ["aiex runs rm bbbbbbbbaaaaaaaa q3", ["q3jz5k2maaaaaaaa"]],
    ["aiex runs list --state in", ["interrupted"]],
    ["aiex runs list q", []],
    ["aiex runs resume --on-unknown ", ["retry", "done", "fail"]],
    ["aiex ai analyze --on c", ["cluster"]],
    ["aiex nonsense ", []],
  ])("offers for %j", (line, offers) => {
    expect(bashOffers(line.split(" ")).toSorted()).toEqual(offers.toSorted());
  });

  it("offers files for --file, and files and formats for --output, whatever their names", () => {
    expect(bashOffers(["aiex", "ai", "analyze", "--file", "app"]).toSorted()).toEqual([
      "app notes.md",
      "app.ts",
    ]);
    expect(bashOffers(["aiex", "ai", "analyze", "--output", ""])).toEqual(
      expect.arrayContaining(["text", "json", "markdown", "app.ts", "$(touch owned)"]),
    );
    expect(bashOffers(["aiex", "ai", "analyze", "--file", "own"])).toEqual([]);
  });
});

describe.skipIf(!isInstalled("fish"))("the completion script in fish", () => {
  it.each([
    [
      "aiex ",
      firstWords()
        .map(({ word }) => word)
        .toSorted(),
    ],
    [
      "aiex ai ",
      ["analyze", "chat", "document", "explain", "generate", "refactor", "test-generate", "workflow"],
    ],
    ["aiex ai analyze --type s", ["security", "smells"]],
    ["aiex ai analyze --file app", ["app notes.md", "app.ts"]],
    ["aiex completion ", ["bash", "fish", "zsh"]],
    ["aiex rules test app", ["app notes.md", "app.ts"]],
    ["aiex runs show q", ["q3jz5k2maaaaaaaa"]],
  ])("offers for %j", (line, offers) => {
    const program = `source aiex.fish; function aiex; printf 'q3jz5k2maaaaaaaa\\tdone\\n'; end; complete -C '${line}'`;
    const { stdout } = spawnSync("fish", ["--no-config", "-c", program], { cwd: folder, encoding: "utf8" });
    const words = stdout
      .split("\n")
      .filter((offered) => offered !== "")
      .map((offered) => offered.split("\t")[0]);
    expect(words.toSorted()).toEqual(offers);
  });
});

describe.skipIf(!isInstalled("zsh"))("the completion script in zsh", () => {
  it("is a script that zsh can read", () => {
    const { status, stderr } = spawnSync("zsh", ["-f", "-n", join(folder, "aiex.zsh")], { encoding: "utf8" });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  });
});
