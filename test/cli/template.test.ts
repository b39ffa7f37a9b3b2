// `aiex template list|show|test`: what is printed of the package's prompts and of the user's own, and how it ends.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { templateNames } from "../../actors/prompts/names.ts";
import { runOn, stage } from "./fixtures.ts";

let userFolder = "";

beforeEach(async () => {
  userFolder = await mkdtemp(join(tmpdir(), "aiex-templates-"));
});

afterEach(() => rm(userFolder, { recursive: true, force: true }));

async function write(name: string, text: string): Promise<string> {
  const path = join(userFolder, "templates", name);
  await mkdir(join(userFolder, "templates"), { recursive: true });
  await writeFile(path, text);
  return path;
}

async function ran(line: string) {
  const scene = stage({ userFolder });
  const code = await runOn(scene, line.split(" "));
  return { code, out: scene.stdout(), err: scene.stderr() };
}

const own = (body: string) => `---\nname: explain\nversion: 12\nsummary: Mine\n---\n\n# User\n\n${body}\n`;

describe("aiex template list", () => {
  it("names every prompt with its version, and starts nothing", async () => {
    const { code, out, err } = await ran("template list");
    for (const name of templateNames) expect(out).toMatch(new RegExp(`^${name}  version \\d+$`, "m"));
    expect([code, err]).toEqual([0, ""]);
  });

  it("marks the user's own, says what is wrong with them, and which files are of no use", async () => {
    const path = await write("explain.md", own("{{code}}"));
    await write("repair.md", "nothing");
    const other = await write("explian.md", "x");
    const { code, out, err } = await ran("template list");
    expect(out).toContain(`explain  version 12  (your own: ${path})`);
    expect(out).toContain("It is wrong: it does not begin with a line ---");
    expect([code, err]).toEqual([
      0,
      `${other} stands in for no prompt. \`aiex template list\` names those that there are.\n`,
    ]);
    const json = JSON.parse((await ran("template list --format json")).out);
    expect(json).toMatchObject({ schema: "aiex.template-list/1", folder: join(userFolder, "templates") });
    expect(json.templates[2]).toMatchObject({ name: "explain", version: 12, path, problems: [] });
  });
});

describe("aiex template show", () => {
  it("prints what can be the beginning of one's own", async () => {
    const builtIn = await ran("template show explain");
    expect(builtIn.code).toBe(0);
    await write("explain.md", builtIn.out);
    expect((await ran("template test explain")).out).toMatch(
      /^ok {5}explain {2}version \d+, \/.*: rendered 4 times$/m,
    );
    await write("explain.md", own("{{code}}"));
    expect((await ran("template show explain")).out).toBe(own("{{code}}"));
    expect((await ran("template show explain --built-in")).out).toBe(builtIn.out);
  });

  it("prints the parts for programs, and ends with 78 where it is wrong", async () => {
    expect(JSON.parse((await ran("template show repair --format json")).out)).toMatchObject({
      ...{ schema: "aiex.template/1", name: "repair", path: null, problems: [] },
      variables: { problem: { type: "text" } },
    });
    await write("explain.md", own("no code"));
    const { code, err } = await ran("template show explain");
    expect([code, err.includes("never says {{code}}")]).toEqual([78, true]);
    expect((await ran("template show nothing")).code).toBe(2);
  });

  it("prints nothing that acts on a terminal", async () => {
    await write("explain.md", own("{{code}} \u001b[2J\u202e"));
    const { out } = await ran("template show explain");
    expect(["\u001b", "\u202e"].filter((character) => out.includes(character))).toEqual([]);
  });
});

describe("aiex template test", () => {
  it("renders all of them with every word of their choices", async () => {
    const { code, out } = await ran("template test");
    expect(code).toBe(0);
    expect(out.match(/^ok /gm)).toHaveLength(templateNames.length);
    const print = await ran("template test explain --print");
    expect(print.out).toContain("[system]\nYou explain source code.");
    for (const part of ["for a newcomer", "for a developer who", "for a senior engineer"]) {
      expect(print.out).toContain(part);
    }
    expect(print.out).toContain("====== code begins ======");
    const json = JSON.parse((await ran("template test explain --print --format json")).out);
    expect(json.templates[0].renderings).toHaveLength(4);
  });

  it("ends with 78 where one of the user's is wrong", async () => {
    await write("explain.md", own("{{home}}"));
    const { code, out } = await ran("template test");
    expect([code, out.includes("wrong  explain")]).toEqual([78, true]);
    expect(out).toContain("it has a place {{home}}, and there is no such variable");
  });
});
