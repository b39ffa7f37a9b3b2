// The book of workflows: what is in effect, what becomes of those that are changed, and what a project may not do.
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  versionMax,
  versionsKeptMax,
  workflowBytesMax,
  workflowFilesMax,
} from "../../actors/pipeline/workflow/limits.ts";
import { builtInWorkflowNames } from "../../actors/pipeline/workflow/names.ts";
import { FileError, type FileSystem } from "../../runtime/file-system.ts";
import { realWorld } from "../../runtime/worlds/real.ts";
import { trustBook } from "../../supervisors/config/project-file.ts";
import { type WorkflowBook, workflowBook } from "../../supervisors/workflows.ts";

const { files } = realWorld();
let home = "";
let project = "";
let folder = "";

beforeEach(() => {
  home = realpathSync(mkdtempSync(join(tmpdir(), "aiex-workflows-")));
  project = join(home, "work", "project");
  folder = join(home, ".config", "aiex", "workflows");
  mkdirSync(join(project, ".git"), { recursive: true });
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function trust() {
  return trustBook({ files, home, dataFolder: join(home, "data") });
}

function book(directory = project): WorkflowBook {
  return workflowBook({ files, directory, home, trust: trust(), userFolder: join(home, ".config", "aiex") });
}

const text = (name: string, spec: string, version = 1): string =>
  `schema: aiex.workflow/1\nname: ${name}\nversion: ${version}\nspec: ${spec}\n`;

function put(path: string, content: string | Uint8Array): string {
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, content);
  return path;
}

const users = (name: string, content: string | Uint8Array) => put(join(folder, `${name}.yaml`), content);
const projects = (name: string, content: string | Uint8Array) =>
  put(join(project, ".aiex", "workflows", `${name}.yaml`), content);
const specOf = async (name: string, values = {}) => (await book().expand(name, values)).specification;
const rowsOf = async (name: string) => (await book().list()).filter((row) => row.name === name);

describe("The workflows in effect", () => {
  it("are those of the package where there are no others", async () => {
    const rows = await book().list();
    expect(rows.map(({ name, origin, state }) => [name, origin, state])).toEqual(
      builtInWorkflowNames.map((name) => [name, "built-in", "ready"]),
    );
    for (const { name } of rows) expect((await book().expand(name)).steps.length).toBeGreaterThan(1);
    expect(await book().unused()).toEqual([]);
  });

  it("are the project's before the user's, and the user's before those of the package", async () => {
    expect(await specOf("code_review")).toContain("analyze type:all");
    users("code_review", text("code_review", "analyze type:smells"));
    expect(await specOf("code_review")).toBe("analyze type:smells");
    await trust().trust(project, 0);
    projects("code_review", text("code_review", "explain"));
    expect(await specOf("code_review")).toBe("explain");
    expect((await rowsOf("code_review")).map(({ origin, state }) => [origin, state])).toEqual([
      ["project", "ready"],
      ["user", "hidden"],
      ["built-in", "hidden"],
    ]);
    expect(await book().show("code_review", { builtIn: true })).toMatchObject({ origin: "built-in" });
  });

  it("are found from a folder of the project, and by each other's names", async () => {
    await trust().trust(project, 0);
    projects("fix", text("fix", "refactor"));
    users("both", text("both", "analyze | workflow template:fix"));
    mkdirSync(join(project, "src"));
    expect((await book(join(project, "src")).expand("both")).specification).toBe("analyze | refactor");
  });

  it.each([
    ["unknown_workflow", "code_revew", "Did you mean code_review?"],
    ["unknown_workflow", "code_review@7", "There is no version 7 of the workflow code_review."],
    ["bad_workflow_name", "Code Review", "Did you mean code_review?"],
    ["bad_workflow_name", "../../x", "A workflow cannot be called"],
    ["bad_workflow_name", "x@0", "A workflow cannot be called"],
    ["bad_workflow_name", "", "A workflow cannot be called"],
  ])("are refused with %s as %j", async (code, name, sentence) => {
    const failed = book().expand(name);
    await expect(failed).rejects.toMatchObject({ code });
    await expect(failed).rejects.toThrow(sentence);
  });
});

describe("The list of workflows", () => {
  it("has a folder with more files than may be open at a time", async () => {
    for (let index = 0; index < 40; index += 1) users(`w${index}`, text(`w${index}`, "analyze"));
    let open = 0;
    const few: FileSystem = {
      ...files,
      readFile: async (path, options) => {
        open += 1;
        try {
          if (open > 10) throw new FileError("too_many_open_files", "read", path);
          return await files.readFile(path, options);
        } finally {
          open -= 1;
        }
      },
    };
    const userFolder = join(home, ".config", "aiex");
    const rows = await workflowBook({
      files: few,
      directory: project,
      home,
      trust: trust(),
      userFolder,
    }).list();
    expect(rows.filter(({ state }) => state === "ready")).toHaveLength(40 + builtInWorkflowNames.length);
  });
});

describe("A user's file that is wrong", () => {
  it.each<[string, string | Uint8Array, RegExp]>([
    ["no workflow", "analyze: 1\n", /code_review\.yaml:1:1: analyze is not a known key/],
    ["no text", Uint8Array.of(0xff, 0xfe), /no UTF-8 text/],
    ["huge", "x".repeat(workflowBytesMax + 1), /larger than 65536 bytes/],
    ["one of another name", text("other", "analyze"), /The name is other/],
  ])("is told of and never passed over: %s", async (_, content, sentence) => {
    users("code_review", content);
    const failed = book().expand("code_review");
    await expect(failed).rejects.toMatchObject({ code: "bad_workflow" });
    await expect(failed).rejects.toThrow(sentence);
    const [row] = await rowsOf("code_review");
    expect(row).toMatchObject({ origin: "user", state: "wrong", version: null });
    expect(row?.problems.join("\n")).toMatch(sentence);
  });

  it("is named where a step names it", async () => {
    users("one", "nothing");
    users("two", text("two", "workflow template:one"));
    await expect(book().expand("two")).rejects.toThrow("The workflow one is wrong: `aiex workflow show one`");
  });

  it("is told of where its name is none, and hidden files are left alone", async () => {
    const path = users("Code_Review", "x");
    users(".hidden", "x");
    put(join(folder, "notes.txt"), "x");
    expect(await book().unused()).toEqual([path]);
  });
});

describe("A project that is not trusted", () => {
  it("has its workflows listed as waiting, unread, and none of them run", async () => {
    projects("deploy", "?: [");
    projects("code_review", text("code_review", "refactor apply"));
    expect(await rowsOf("deploy")).toMatchObject([
      { origin: "project", state: "waiting", version: null, problems: [] },
    ]);
    expect((await rowsOf("code_review")).map(({ state }) => state)).toEqual(["waiting", "ready"]);
    expect(await specOf("code_review")).toContain("analyze type:all");
    const failed = book().expand("deploy");
    await expect(failed).rejects.toMatchObject({ code: "workflow_waits" });
    await expect(failed).rejects.toThrow(`aiex trust ${project}`);
    await expect(book().show("deploy")).rejects.toMatchObject({ code: "workflow_waits" });
    await expect(book().edit("deploy")).rejects.toMatchObject({ code: "workflow_waits" });
  });

  it("keeps nobody from their own, whatever it holds", async () => {
    for (let index = 0; index < workflowFilesMax + 10; index += 1) projects(`w${index}`, "");
    const rows = await book().list();
    expect(rows.filter(({ state }) => state === "waiting").length).toBe(workflowFilesMax + 1);
    expect(rows.filter(({ state }) => state === "ready").length).toBe(builtInWorkflowNames.length);
    rmSync(join(project, ".aiex"), { recursive: true });
    put(join(project, ".aiex", "workflows"), "no folder");
    expect((await book().list()).length).toBe(builtInWorkflowNames.length);
    expect(await specOf("code_review")).toContain("analyze type:all");
  });

  it("is written to by whoever asks for it, and says that it waits", async () => {
    const saved = await book().save(text("mine", "analyze"), { project: true });
    expect(saved).toMatchObject({ isWaiting: true, path: join(project, ".aiex", "workflows", "mine.yaml") });
    await trust().trust(project, 0);
    expect(await specOf("mine")).toBe("analyze");
  });

  it("leads nobody out of it by links, trusted or not", async () => {
    const elsewhere = put(join(home, "elsewhere", "x.yaml"), text("x", "refactor apply"));
    mkdirSync(join(project, ".aiex", "workflows"), { recursive: true });
    symlinkSync(elsewhere, join(project, ".aiex", "workflows", "x.yaml"));
    await trust().trust(project, 0);
    await expect(book().expand("x")).rejects.toThrow("it is a link");
    rmSync(join(project, ".aiex"), { recursive: true });
    symlinkSync(join(home, "elsewhere"), join(project, ".aiex"));
    await expect(book().save(text("y", "analyze"), { project: true })).rejects.toBeInstanceOf(FileError);
    expect(readdirSync(join(home, "elsewhere"))).toEqual(["x.yaml"]);
  });

  it("is none where the directory is in no project", async () => {
    await expect(book(home).save(text("x", "analyze"), { project: true })).rejects.toMatchObject({
      code: "no_project",
    });
  });
});

describe("A workflow that is saved", () => {
  it("is for the user alone, and whole", async () => {
    const saved = await book().save(text("mine", "analyze"));
    expect(saved).toEqual({
      ...{ name: "mine", version: 1, path: join(folder, "mine.yaml"), replaced: null },
      ...{ isChanged: true, isWaiting: false },
    });
    expect(statSync(saved.path).mode & 0o777).toBe(0o600);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(readdirSync(folder)).toEqual(["mine.yaml"]);
  });

  it("replaces another only where that is asked for, which is kept as an older version", async () => {
    await book().save(text("mine", "analyze"));
    const refused = book().save(text("mine", "explain"));
    await expect(refused).rejects.toMatchObject({ code: "workflow_exists" });
    expect(await specOf("mine")).toBe("analyze");
    const saved = await book().save(`# Mine\n${text("mine", "explain")}`, { replaces: true });
    expect(saved).toMatchObject({ version: 2, replaced: 1, isChanged: true });
    expect(readFileSync(saved.path, "utf8")).toBe(`# Mine\n${text("mine", "explain", 2)}`);
    expect(await specOf("mine")).toBe("explain");
    expect(await specOf("mine@1")).toBe("analyze");
    expect(await specOf("mine@2")).toBe("explain");
    expect((await book().show("mine")).versions).toEqual([1]);
  });

  it("is left alone where it is the same", async () => {
    await book().save(text("mine", "analyze"));
    expect(await book().save(text("mine", "analyze"))).toMatchObject({ isChanged: false, version: 1 });
    expect(readdirSync(folder)).toEqual(["mine.yaml"]);
    await book().save(text("mine", "explain"), { replaces: true });
    for (const replaces of [true, false])
      expect(await book().save(text("mine", "explain"), { replaces })).toMatchObject({
        ...{ isChanged: false, version: 2 },
      });
    expect(await book().save(text("mine", "explain", 3), { replaces: true })).toMatchObject({
      ...{ isChanged: true, version: 3 },
    });
  });

  it("keeps so many older versions", async () => {
    const words = ["analyze", "explain"];
    for (let round = 0; round < versionsKeptMax + 5; round += 1)
      await book().save(text("mine", words[round % 2] ?? ""), { replaces: true });
    const { versions, version } = await book().show("mine");
    expect(version).toBe(versionsKeptMax + 5);
    expect(versions).toEqual(Array.from({ length: versionsKeptMax }, (_, index) => version - 1 - index));
  });

  it("keeps the number that it has where that is a later one", async () => {
    await book().save(text("mine", "analyze", 7));
    expect(await book().save(text("mine", "explain", 9), { replaces: true })).toMatchObject({ version: 9 });
    expect(await book().save(text("mine", "explain | save file:x", 3), { replaces: true })).toMatchObject({
      version: 10,
    });
  });

  it.each(builtInWorkflowNames)(
    "may be the package's own, taken out, brought back and changed: %s",
    async (name) => {
      const { text: exported } = await book().show(name);
      const saved = await book().save(exported);
      expect(saved).toMatchObject({ name, version: 1 });
      expect(readFileSync(saved.path, "utf8")).toBe(exported);
      const before = await book().expand(name);
      expect(before).toMatchObject({
        origin: "user",
        specification: (await book().expand(`${name}@1`)).specification,
      });
      await book().save(exported.replace("steps:\n", "steps:\n  - filter path:src\n"), { replaces: true });
      expect((await book().expand(name)).steps).toHaveLength(before.steps.length + 1);
      expect(await book().show(name, { builtIn: true })).toMatchObject({ text: exported });
    },
  );

  it("keeps every text that it replaces, also one that a person gave an older number", async () => {
    await book().save(text("mine", "analyze"));
    await book().save(text("mine", "explain"), { replaces: true });
    users("mine", text("mine", "refactor", 1));
    const saved = await book().save(text("mine", "document"), { replaces: true });
    expect(saved).toMatchObject({ version: 3, replaced: 2 });
    expect(await Promise.all(["mine@1", "mine@2", "mine@3"].map((one) => specOf(one)))).toEqual([
      ...["analyze", "refactor", "document"],
    ]);
    for (let round = 0; round < versionsKeptMax + 2; round += 1)
      await book().save(text("mine", `filter path:p${round}`), { replaces: true });
    users("mine", text("mine", "explain level:basic", 1));
    const { replaced } = await book().save(text("mine", "analyze"), { replaces: true });
    expect(await specOf(`mine@${replaced}`)).toBe("explain level:basic");
  });

  it("is refused behind the last number that there is, and loses nothing", async () => {
    await book().save(text("mine", "analyze", versionMax));
    for (const spec of ["explain", "refactor"])
      await expect(book().save(text("mine", spec), { replaces: true })).rejects.toMatchObject({
        code: "no_version_left",
      });
    expect([await specOf("mine"), (await book().show("mine")).versions]).toEqual(["analyze", [versionMax]]);
    await book().remove("mine", { versions: true });
    expect(await book().save(text("mine", "explain"))).toMatchObject({ version: 1 });
  });

  it("is one of those that are saved at the same time: the others are told of it", async () => {
    const specs = ["analyze", "explain", "document"];
    const all = await Promise.allSettled(specs.map((spec) => book().save(text("mine", spec))));
    const written = all.findIndex(({ status }) => status === "fulfilled");
    expect(all.filter(({ status }) => status === "rejected")).toMatchObject(
      Array(2).fill({ reason: { code: "workflow_exists" } }),
    );
    expect(await specOf("mine")).toContain(specs[written]);
  });

  it("is found by its number where two are saved at the same time, and either may replace the other", async () => {
    const both = await Promise.all(
      ["analyze type:smells", "explain"].map((spec) => book().save(text("mine", spec), { replaces: true })),
    );
    expect(both.map(({ version }) => version).sort()).toEqual([1, 2]);
    const [first, second] = both.map(({ version }) => `mine@${version}`);
    expect([await specOf(first ?? ""), await specOf(second ?? "")]).toEqual([
      "analyze type:smells",
      "explain",
    ]);
  });

  it.each([{}, { replaces: true }])("takes the place of a link that leads nowhere: %j", async (options) => {
    mkdirSync(folder, { recursive: true });
    symlinkSync(join(home, "nowhere"), join(folder, "mine.yaml"));
    expect(await book().save(text("mine", "analyze"), options)).toMatchObject({
      version: 1,
      isChanged: true,
    });
    expect([await specOf("mine"), existsSync(join(home, "nowhere"))]).toEqual(["analyze", false]);
  });

  it.each([{}, { replaces: true }])("is refused where its folder is a file: %j", async (options) => {
    put(folder, "no folder");
    await expect(book().save(text("mine", "analyze"), options)).rejects.toThrow(
      `Cannot make the directory "${folder}"`,
    );
    expect(readFileSync(folder, "utf8")).toBe("no folder");
  });

  it("gets another name where one is given", async () => {
    await book().save(text("mine", "analyze"), { name: "yours" });
    expect(readFileSync(join(folder, "yours.yaml"), "utf8")).toBe(text("yours", "analyze"));
  });

  it("is refused beside a file that some systems take for it", async () => {
    users("MINE", "x");
    await expect(book().save(text("mine", "analyze"))).rejects.toThrow("some systems take for the same file");
  });

  it("changes nothing where it cannot be written", async () => {
    await book().save(text("mine", "analyze"));
    chmodSync(folder, 0o500);
    const failed = book().save(text("mine", "explain"), { replaces: true });
    if (process.getuid?.() !== 0) await expect(failed).rejects.toMatchObject({ code: "file_denied" });
    else await failed;
    chmodSync(folder, 0o700);
    expect(["analyze", "explain"]).toContain(await specOf("mine"));
  });
});

describe("A workflow that is edited", () => {
  it("is changed when the text is taken, and gets the next version", async () => {
    await book().save(text("mine", "analyze"));
    const edit = await book().edit("mine");
    expect(edit).toMatchObject({ isResumed: false, path: join(folder, "drafts", "mine.yaml") });
    put(edit.path, text("mine", "explain"));
    expect(await specOf("mine")).toBe("analyze");
    expect(await edit.finish()).toMatchObject({ version: 2, replaced: 1, path: join(folder, "mine.yaml") });
    expect([await specOf("mine"), existsSync(edit.path)]).toEqual(["explain", false]);
  });

  it("of the package is copied to the user's", async () => {
    const edit = await book().edit("code_review");
    put(edit.path, text("code_review", "analyze"));
    expect(await edit.finish()).toMatchObject({ path: join(folder, "code_review.yaml"), replaced: null });
  });

  it("of the project stays there", async () => {
    await trust().trust(project, 0);
    const path = projects("mine", text("mine", "analyze"));
    const edit = await book().edit("mine");
    put(edit.path, text("mine", "explain"));
    expect(await edit.finish()).toMatchObject({ path, version: 2 });
    expect(readFileSync(path, "utf8")).toBe(text("mine", "explain", 2));
  });

  it("loses nothing that is not whole: the next edit goes on with it", async () => {
    await book().save(text("mine", "analyze"));
    const edit = await book().edit("mine");
    put(edit.path, text("mine", "analize"));
    const failed = edit.finish();
    await expect(failed).rejects.toThrow(
      /drafts\/mine\.yaml:4:7: There is no operation "analize"\. Did you mean analyze\?/,
    );
    await expect(failed).rejects.toThrow(
      "`aiex workflow edit mine` goes on with it. Remove it to begin anew.",
    );
    expect(await specOf("mine")).toBe("analyze");
    const again = await book().edit("mine");
    expect(again.isResumed).toBe(true);
    expect(readFileSync(again.path, "utf8")).toBe(text("mine", "analize"));
    put(again.path, text("mine", "explain"));
    expect(await again.finish()).toMatchObject({ version: 2 });
  });

  it("is as it was where nothing was changed", async () => {
    await book().save(text("mine", "analyze"));
    const edit = await book().edit("mine");
    expect(await edit.finish()).toMatchObject({
      isChanged: false,
      version: 1,
      path: join(folder, "mine.yaml"),
    });
    expect(existsSync(edit.path)).toBe(false);
  });

  it("is not written over what another program has written meanwhile", async () => {
    await book().save(text("mine", "analyze"));
    const edit = await book().edit("mine");
    put(edit.path, text("mine", "explain"));
    await book().save(text("mine", "refactor"), { replaces: true });
    await expect(edit.finish()).rejects.toMatchObject({ code: "workflow_changed" });
    expect([await specOf("mine"), existsSync(edit.path)]).toEqual(["refactor", true]);
  });
});

describe("A workflow that is removed", () => {
  it("can still be found as an older version, unless those go too", async () => {
    await book().save(text("mine", "analyze"));
    expect(await book().remove("mine")).toBe(join(folder, "mine.yaml"));
    await expect(book().expand("mine")).rejects.toMatchObject({ code: "unknown_workflow" });
    expect(await specOf("mine@1")).toBe("analyze");
    await expect(book().show("mine")).rejects.toThrow("Older versions of it are kept: mine@1.");
    await expect(book().show("mine@2")).rejects.toThrow("There is no version 2");
    await book().remove("mine", { versions: true });
    await expect(book().expand("mine@1")).rejects.toMatchObject({ code: "unknown_workflow" });
    expect(await book().save(text("mine", "analyze"))).toMatchObject({ version: 1 });
  });

  it("may be one that is wrong, and takes no other's place among the older ones", async () => {
    await book().save(text("mine", "analyze"));
    await book().save(text("mine", "explain"), { replaces: true });
    users("mine", "half a workf");
    await book().remove("mine");
    expect(readFileSync(join(folder, "versions", "mine@2.yaml"), "utf8")).toBe("half a workf");
    await expect(book().show("mine@2")).rejects.toThrow(/mine@2\.yaml:1:1: This is no workflow\./);
    expect(await specOf("mine@1")).toBe("analyze");
  });

  it("may be one that cannot be read", async () => {
    const path = users("mine", Uint8Array.of(0xff));
    await book().remove("mine");
    expect(existsSync(path)).toBe(false);
  });

  it("is the project's only where that is said", async () => {
    const path = projects("mine", text("mine", "analyze"));
    await expect(book().remove("mine")).rejects.toThrow("With --project the project's is removed.");
    await book().remove("mine", { project: true });
    expect(existsSync(path)).toBe(false);
  });

  it.each([
    ["code_review", "built_in_workflow", "code_review comes with aiex, and stays."],
    ["nothing", "unknown_workflow", "You have no workflow nothing."],
  ])("is not %s", async (name, code, sentence) => {
    await expect(book().remove(name)).rejects.toMatchObject({ code });
    await expect(book().remove(name)).rejects.toThrow(sentence);
  });
});
