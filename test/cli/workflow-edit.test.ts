// `aiex workflow edit` in the built command, with an editor that has the terminal.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { aiex } from "./fixtures.ts";
import { hasPseudoTerminal, inTerminal } from "./pseudo-terminal.ts";

let home = "";
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), "aiex-edit-"));
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

describe.skipIf(!hasPseudoTerminal)("aiex workflow edit", () => {
  it("gives the editor the terminal, and takes what it has written", async () => {
    const created = aiex(["workflow", "create", "mine", "--spec", "analyze"], {
      env: { HOME: home },
      cwd: home,
    });
    expect(created).toMatchObject({ status: 0, stderr: "" });
    const editor = join(home, "my editor.cjs");
    writeFileSync(
      editor,
      `const fs = require("node:fs"), path = process.argv[2];
      if (!process.stdin.isTTY || !process.stdout.isTTY) process.exit(9);
      process.stdout.write("what instead? ");
      process.stdin.once("data", (typed) => {
        fs.writeFileSync(path, fs.readFileSync(path, "utf8").replace("analyze", String(typed).trim()));
        process.exit(0);
      });`,
    );
    const { code, screen } = await inTerminal(["workflow", "edit", "mine"], {
      ...{ env: { HOME: home, VISUAL: `${process.execPath} "${editor}"` }, cwd: home, columns: 300 },
      typing: [{ after: "what instead? ", keys: "explain level:basic\r" }],
    });
    expect([code, screen]).toEqual([0, expect.stringContaining("version 2, in place of version 1")]);
    expect(readFileSync(join(home, ".config", "aiex", "workflows", "mine.yaml"), "utf8")).toContain(
      "version: 2\nmode: sequential\nspec: |-\n  explain level:basic\n",
    );
  }, 60_000);
});
