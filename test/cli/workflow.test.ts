// `aiex workflow create|list|show|edit|export|import|delete`: what is printed and written, and how each ends.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { builtInWorkflowNames } from "../../actors/pipeline/workflow/names.ts";
import { realWorld } from "../../runtime/worlds/real.ts";
import { trustBook } from "../../supervisors/config/project-file.ts";
import { workflowBook } from "../../supervisors/workflows.ts";
import { chunks, runOn, type StageOptions, stage } from "./fixtures.ts";

const world = realWorld();
let home = "";
let project = "";
let folder = "";

beforeEach(() => {
  home = realpathSync(mkdtempSync(join(tmpdir(), "aiex-workflow-")));
  project = join(home, "project");
  folder = join(home, "config", "workflows");
  mkdirSync(join(project, ".git"), { recursive: true });
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

async function ran(words: readonly string[], options: StageOptions = {}) {
  const trust = trustBook({ files: world.files, home, dataFolder: join(home, "data") });
  const place = { files: world.files, home, directory: project, userFolder: join(home, "config") };
  const scene = stage({ workflows: workflowBook({ ...place, trust }), ...options });
  const host = { ...scene.host, world: { ...scene.world, files: world.files } };
  const code = await runOn({ ...scene, host } as typeof scene, ["workflow", ...words]);
  return { code, out: scene.stdout(), err: scene.stderr() };
}

const file = (name: string) => readFileSync(join(folder, `${name}.yaml`), "utf8");
const spec = "analyze type:all | refactor type:readability | test_generate";
const create = (...words: string[]) => ran(["create", "--name", "code_review", "--spec", spec, ...words]);

describe("aiex workflow create", () => {
  it("writes a file that says all of it", async () => {
    const { code, out, err } = await create("--description", "Ours: short", "--mode", "parallel");
    expect([code, err]).toEqual([0, ""]);
    expect(out).toBe(`Wrote the workflow code_review, version 1: ${join(folder, "code_review.yaml")}.\n`);
    expect(file("code_review")).toBe(
      `schema: aiex.workflow/1\nname: code_review\nversion: 1\ndescription: "Ours: short"\nmode: parallel\nspec: |-\n  ${spec}\n`,
    );
  });

  it("takes parameters of every type", async () => {
    const given = ["what", "share:number=0.9", "force:flag", "level:low, high=low", "title=On = things"];
    const all =
      'generate requirements:"{{what}}" force:{{force}} | test_generate coverage:{{share}} | format_markdown title:"{{title}} {{level}}"';
    const { code } = await ran([
      "create",
      "mine",
      "--spec",
      all,
      ...given.flatMap((one) => ["--parameter", one]),
    ]);
    expect(code).toBe(0);
    const shown = JSON.parse((await ran(["show", "mine"])).out);
    expect(shown.parameters).toMatchObject({
      what: { type: "text", required: true },
      share: { type: "number", default: 0.9, required: false },
      force: { type: "flag", required: false },
      level: { type: "choice", choices: ["low", "high"], default: "low" },
      title: { type: "text", default: "On = things" },
    });
  });

  it("says where a specification is wrong, and writes nothing", async () => {
    const { code, out, err } = await ran(["create", "mine", "--spec", "analyze | refactr type:qualty"]);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toContain('There is no operation "refactr". Did you mean refactor?');
    expect(err).toContain("      analyze | refactr type:qualty\n                ^^^^^^^\n");
    expect(existsSync(folder)).toBe(false);
  });

  it.each<[string[], string]>([
    [["--spec", "analyze"], "needs a NAME"],
    [["one", "--name", "two", "--spec", "analyze"], 'Two names are given, "one" and --name "two".'],
    [["Mine", "--spec", "analyze"], "Did you mean mine?"],
    [["mine"], "--spec is missing"],
    [["mine", "--spec", "analyze", "--parameter", "a:"], "it is NAME[:TYPE][=DEFAULT]"],
    [["mine", "--spec", "analyze", "--parameter", "a:txt"], '"txt" in --parameter "a:txt" is no type'],
    [["mine", "--spec", "analyze", "--parameter", "a", "--parameter", "a"], '"a" is given twice'],
    [["mine", "--spec", "analyze", "--parameter", "a"], "The parameter a stands in no step."],
    [["mine", "--spec", "analyze", "--parameter", "__proto__"], "A key is a plain word."],
  ])("ends with 2 for %j", async (words, sentence) => {
    const { code, err } = await ran(["create", ...words]);
    expect([code, err.includes(sentence) ? sentence : err]).toEqual([2, sentence]);
  });

  it("replaces one only with --force, and says which", async () => {
    await create();
    const again = await ran(["create", "code_review", "--spec", "analyze"]);
    expect([again.code, again.err.includes("with --force it is replaced")]).toEqual([1, true]);
    const forced = await ran(["create", "code_review", "--spec", "analyze", "--force", "--format", "json"]);
    expect(JSON.parse(forced.out)).toEqual({
      ...{ schema: "aiex.workflow-saved/1", name: "code_review", version: 2, replaced: 1 },
      ...{ path: join(folder, "code_review.yaml"), changed: true, waiting: false },
    });
  });

  it("writes to the project where that is asked for", async () => {
    const { out } = await ran(["create", "mine", "--spec", "analyze", "--project"]);
    expect(out).toContain(
      `${join(project, ".aiex", "workflows", "mine.yaml")}. It is used when the project is trusted`,
    );
  });
});

describe("aiex workflow list", () => {
  it("names every workflow, with what is hidden, waits or is wrong", async () => {
    await create();
    await ran(["create", "mine", "--spec", "analyze", "--project"]);
    writeFileSync(join(folder, "half.yaml"), "schema: aiex.workflow/1\n");
    writeFileSync(join(folder, "Half.yml"), "");
    const { code, out, err } = await ran(["list"], { isTTY: true, columns: 200 });
    expect(code).toBe(0);
    for (const name of builtInWorkflowNames) expect(out).toContain(name);
    expect(out).toContain("Hidden by the one above.");
    expect(out).toContain("It waits: the project is not trusted.");
    expect(out).toContain("half.yaml:1:1: name is missing.");
    expect(err).toBe(
      `${join(folder, "Half.yml")} is no workflow by its name. A workflow is NAME.yaml, in small letters.\n`,
    );
  });

  it("is JSON for programs", async () => {
    const json = JSON.parse((await ran(["list"])).out);
    expect(json).toMatchObject({ schema: "aiex.workflow-list/1", folder });
    expect(json.workflows[0]).toMatchObject({
      name: "code_review",
      origin: "built-in",
      state: "ready",
      version: 1,
    });
    expect((await ran(["list", "--format", "text"])).out).toContain(
      "code_review  version 1  (comes with aiex)",
    );
  });
});

describe("aiex workflow show", () => {
  it("says what it does and takes", async () => {
    const { out } = await ran(["show", "code_review"], { isTTY: true });
    expect(out).toContain("version 1, comes with aiex");
    expect(out).toMatch(/severity {2}hint\|info\|warning\|error \(info\)/);
    expect(out).toContain("   1  analyze type:all\n   2  filter_suggestions severity:{{severity}}\n");
  });

  it("shows older versions, and the package's own", async () => {
    await create();
    await ran(["create", "code_review", "--spec", "analyze", "--force"]);
    expect((await ran(["show", "code_review", "--format", "text"])).out).toContain("code_review@1");
    expect(JSON.parse((await ran(["show", "--name", "code_review@1"])).out)).toMatchObject({
      ...{ schema: "aiex.workflow-shown/1", version: 1, origin: "user" },
      steps: ["analyze type:all", "refactor type:readability", "test_generate"],
    });
    expect(JSON.parse((await ran(["show", "code_review", "--built-in"])).out)).toMatchObject({
      origin: "built-in",
    });
  });

  it("ends with 2 for one that is not there, and with 78 for one that is wrong", async () => {
    const unknown = await ran(["show", "code_revew"]);
    expect([unknown.code, unknown.err.includes("Did you mean code_review?")]).toEqual([2, true]);
    await create();
    writeFileSync(join(folder, "code_review.yaml"), "spec: x\n");
    expect((await ran(["show", "code_review"])).code).toBe(78);
  });

  it("prints nothing that acts on a terminal", async () => {
    await ran(["create", "mine", "--spec", "analyze", "--description", "\u001b[2Jgone"]);
    for (const words of [["show", "mine"], ["list"], ["export", "mine"]])
      expect((await ran(words, { isTTY: true })).out).not.toContain("\u001b[2J");
    expect((await ran(["show", "mine"])).out).not.toContain("\u001b");
  });
});

describe("aiex workflow export and import", () => {
  it("take a workflow along, to the byte", async () => {
    await create();
    const { out } = await ran(["export", "--name", "code_review"]);
    expect(out).toBe(file("code_review"));
    await ran(["delete", "code_review", "--versions"]);
    const path = join(home, "shared.yaml");
    writeFileSync(path, out);
    expect((await ran(["import", path])).code).toBe(0);
    expect(file("code_review")).toBe(out);
  });

  it("take it from a pipe, and under another name", async () => {
    const { out } = await ran(["export", "security_audit"]);
    const { code } = await ran(["import", "-", "--name", "audit"], { stdin: chunks([out]) });
    expect([code, file("audit")]).toEqual([0, out.replace("name: security_audit", "name: audit")]);
  });

  it("write a file that is not there yet", async () => {
    const path = join(home, "out.yaml");
    expect((await ran(["export", "code_review", "--output", path])).code).toBe(0);
    const again = await ran(["export", "documentation", "--output", path]);
    expect([again.code, again.err.includes("--force")]).toEqual([2, true]);
    expect(readFileSync(path, "utf8")).toContain("name: code_review");
    expect((await ran(["export", "documentation", "--output", path, "--force"])).code).toBe(0);
    expect(readFileSync(path, "utf8")).toContain("name: documentation");
  });

  const bomb = `a: &a [x, x]\n${"bcdefgh"
    .split("")
    .map((name, index) => `${name}: &${name} [*${"abcdefgh"[index]}, *${"abcdefgh"[index]}]`)
    .join("\n")}\n`;
  it.each<[string, string | Uint8Array, string]>([
    ["huge", "x".repeat(70_000), "more than 65536 bytes"],
    ["a bomb of aliases", bomb, "An alias (*name) is not accepted."],
    ["with tags", "!!js/function 'x'\n", "Tags (!name) are not accepted."],
    ["binary", Uint8Array.of(0, 1, 2), "The file is binary"],
    ["no UTF-8", Uint8Array.of(0xff, 0xfe), "no UTF-8 text"],
    ["empty", "", "This is no workflow."],
    ["of wrong types", "schema: 1\nname: [x]\nversion: x\nspec: {}\n", "version must be a number"],
    ["deep", `spec: ${"[".repeat(10_000)}`, "Write it flatter."],
  ])("refuse a file that is %s, and write nothing", async (_, content, sentence) => {
    const path = join(home, "hostile.yaml");
    writeFileSync(path, content);
    for (const words of [[path], ["-"]]) {
      const { code, err } = await ran(["import", ...words], { stdin: chunks([content]) });
      expect([code, err.includes(sentence) ? sentence : err]).toEqual([78, sentence]);
    }
    expect(existsSync(folder)).toBe(false);
  });

  it("end with 1 for a file that is not there", async () => {
    expect((await ran(["import", join(home, "none.yaml")])).code).toBe(1);
  });
});

describe("aiex workflow edit", () => {
  const terminal = (edit: (path: string) => void, code = 0): StageOptions => ({
    ...{ isTTY: true, columns: 400, env: { VISUAL: `"my editor" --wait`, EDITOR: "other" } },
    stdin: Object.assign(chunks([]), { isTTY: true }),
    inForeground: async ({ command, args, env }) => {
      expect([command, args[0], env.VISUAL]).toEqual(["my editor", "--wait", `"my editor" --wait`]);
      edit(args[1] ?? "");
      return { kind: "exited", code };
    },
  });
  const replaced = (from: string, to: string) => (path: string) =>
    writeFileSync(path, readFileSync(path, "utf8").replace(from, to));

  it("has the editor change a copy, and takes it", async () => {
    await create();
    const { code, out } = await ran(["edit", "code_review"], terminal(replaced("type:all", "type:security")));
    expect(code).toBe(0);
    expect(out).toContain("Wrote the workflow code_review, version 2, in place of version 1");
    expect(file("code_review")).toContain("version: 2\n");
    expect(file("code_review")).toContain("type:security");
  });

  it("loses nothing that is wrong, and says where it is", async () => {
    await create();
    const before = file("code_review");
    const broken = await ran(["edit", "code_review"], terminal(replaced("type:all", "type:al")));
    const draft = join(folder, "drafts", "code_review.yaml");
    expect([broken.code, file("code_review")]).toEqual([78, before]);
    expect(broken.err).toContain(`Your text is in ${draft}`);
    const again = await ran(["edit", "code_review"], terminal(replaced("type:al ", "type:smells ")));
    expect(again.err).toContain(`It goes on with what an earlier edit left: ${draft}`);
    expect([again.code, file("code_review").includes("type:smells"), existsSync(draft)]).toEqual([
      0,
      true,
      false,
    ]);
  });

  it("changes nothing where the editor fails", async () => {
    await create();
    const { code, err } = await ran(
      ["edit", "code_review"],
      terminal(replaced("type:all", "type:smells"), 3),
    );
    expect([code, err.includes("ended with 3. Nothing has changed")]).toEqual([1, true]);
    expect(file("code_review")).toContain("type:all");
  });

  it("says what to do off a terminal, and where no editor is set", async () => {
    const off = await ran(["edit", "code_review"]);
    expect([off.code, off.err.includes("aiex workflow import FILE --force")]).toEqual([2, true]);
    const unset = await ran(["edit", "code_review"], { ...terminal(() => {}), env: {} });
    expect([unset.code, unset.err.includes("EDITOR=nano")]).toEqual([2, true]);
  });
});

describe("aiex workflow delete", () => {
  it("removes it, and keeps it as an older version", async () => {
    await create();
    expect(await ran(["delete", "code_review"])).toEqual({
      ...{ code: 0, err: "" },
      out: `Removed the workflow code_review: ${join(folder, "code_review.yaml")}\n`,
    });
    expect(JSON.parse((await ran(["show", "code_review"])).out).origin).toBe("built-in");
    expect(existsSync(join(folder, "versions", "code_review@1.yaml"))).toBe(true);
    const json = await ran(["delete", "--name", "code_review", "--versions", "--format", "json"]);
    expect(JSON.parse(json.out)).toMatchObject({ schema: "aiex.workflow-deleted/1", name: "code_review" });
    expect((await ran(["delete", "code_review"])).code).toBe(2);
  });
});
