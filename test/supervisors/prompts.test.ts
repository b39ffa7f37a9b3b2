// The prompts in effect: the package's own, the user's in their places, and what is said of files that are of no use.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { realWorld } from "../../runtime/index.ts";
import { ConfigurationError } from "../../supervisors/config.ts";
import { promptBook, promptInEffect } from "../../supervisors/prompts.ts";

const { files } = realWorld();
let userFolder = "";
let folder = "";

beforeEach(() => {
  userFolder = mkdtempSync(join(tmpdir(), "aiex-prompts-"));
  folder = join(userFolder, "templates");
});
afterEach(() => rmSync(userFolder, { recursive: true, force: true }));

function write(name: string, content: string | Uint8Array): string {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}

const own = () => promptBook({ files, userFolder }).show("explain", { builtIn: true });
const inEffect = () => promptInEffect({ files, userFolder }, "explain");

describe("The prompts in effect", () => {
  test("are the package's own where the user has no folder for them", async () => {
    const { text, template } = await own();
    const found = (await promptBook({ files, userFolder }).list()).find(({ name }) => name === "explain");
    expect(found).toMatchObject({ text, template, path: undefined, problems: [] });
    expect(await promptBook({ files, userFolder }).unused()).toEqual([]);
    expect(await inEffect()).toEqual(template);
  });

  test("are the user's in their places", async () => {
    const { text } = await own();
    const path = write("explain.md", `${text}\nSay it in verse.\n`);
    const [found] = (await promptBook({ files, userFolder }).list()).filter(({ path }) => path !== undefined);
    expect(found).toMatchObject({ name: "explain", path, problems: [] });
    expect(JSON.stringify(await inEffect())).toContain("Say it in verse.");
  });

  test.each<[string, string | Uint8Array, RegExp]>([
    ["has no settings in front", "Explain it.\n", /explain\.md/],
    ["is no text", Uint8Array.of(0xff, 0xfe, 0xff), /no UTF-8 text/],
    ["is far too long", "x".repeat(2_000_000), /cannot be read/],
  ])("are used by nobody where the user's file %s, which is named", async (_, content, problem) => {
    const path = write("explain.md", content);
    const failed = inEffect();
    await expect(failed).rejects.toBeInstanceOf(ConfigurationError);
    await expect(failed).rejects.toThrow(problem);
    const [found] = (await promptBook({ files, userFolder }).list()).filter(({ path }) => path !== undefined);
    expect(found).toMatchObject({ path, template: (await own()).template });
    expect(found?.problems).not.toEqual([]);
  });

  test("leave files that stand in for none to be told of, and hidden ones alone", async () => {
    write("explian.md", "?");
    write(".explain.md", "?");
    write("notes.txt", "?");
    expect(await promptBook({ files, userFolder }).unused()).toEqual([join(folder, "explian.md")]);
  });
});
