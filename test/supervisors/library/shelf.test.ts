// What a program finds at the library's front door beside calls: its own checks, context, sessions, prompts, trust and the audit log.
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { templateNames } from "../../../actors/prompts/names.ts";
import { type App, aiex } from "../../../supervisors/aiex.ts";
import { type Reply, type ScriptedServer, startScriptedServer } from "../../actors/llm/scripted-server.ts";

let home = "";
let project = "";
let server: ScriptedServer | undefined;
let app: App | undefined;

beforeEach(() => {
  home = realpathSync(mkdtempSync(join(tmpdir(), "aiex-shelf-")));
  project = join(home, "project");
  mkdirSync(project);
  writeFileSync(join(project, "a.py"), "def area(side):\n    return side * side\n");
});

afterEach(async () => {
  await app?.close();
  await server?.stop();
  [app, server] = [undefined, undefined];
  rmSync(home, { recursive: true, force: true });
});

/** Passes where the file holds the word good. */
const check = `const good = /good/.test(require("node:fs").readFileSync(process.argv[1], "utf8")); console.log(good ? "fine" : "not that"); process.exit(good ? 0 : 1);`;
const checks = { verify: { test: [process.execPath, "-e", check, "{file}"] } };

async function opened(replies: readonly [Reply, ...Reply[]], operations: object = checks): Promise<App> {
  server = await startScriptedServer({ replies });
  const openai = { api_key: "sk-test", base_url: server.baseUrl("openai") };
  const folder = join(home, ".config", "aiex");
  mkdirSync(folder, { recursive: true });
  const settings = { llm: { providers: { openai } }, operations };
  writeFileSync(join(folder, "config.yaml"), JSON.stringify(settings), { mode: 0o600 });
  app = await aiex.open({ home, directory: project, env: {} });
  return app;
}

const by = { provider: "openai" };
const fenced = (word: string): Reply => ({
  say: `Here.\n\`\`\`\`\`python\ndef test_area():\n    assert "${word}"\n\`\`\`\`\`\n`,
});
const edited = (word: string): Reply => ({
  say: `a.py\n<<<<<<< SEARCH\n    return side * side\n=======\n    return side**2  # ${word}\n>>>>>>> REPLACE\n`,
});
const text = (path: string): string => readFileSync(join(project, path), "utf8");
const wanted = { type: "function", requirements: "An area." } as const;

describe("What is verified from a program", () => {
  it("stays where its user's checks pass, of which the model was told", async () => {
    const { trust, testGenerate, undo } = await opened([fenced("bad"), fenced("good")]);
    expect(await trust.give()).toBe(project);
    const made = await testGenerate({ file: "a.py", output: "test_a.py", verify: true, ...by });
    expect(made).toMatchObject({
      path: "test_a.py",
      verification: {
        ...{ rounds: 2, passed: true, kept: true },
        commands: [{ kind: "test", outcome: "passed", exit: 0 }],
      },
    });
    expect(text("test_a.py")).toBe(made.code);
    expect(JSON.stringify(server?.requests[1]?.body)).toContain("not that");
    expect((await undo()).paths).toEqual(["test_a.py"]);
  }, 60_000);

  it("is taken back where no answer passes, and the result says so", async () => {
    const { trust, generate } = await opened([fenced("bad")]);
    await trust.give(".");
    expect(await generate({ ...wanted, output: "b.py", verify: true, ...by })).toMatchObject({
      ...{ path: null, run: null },
      verification: {
        ...{ rounds: 3, passed: false, kept: false },
        commands: [{ outcome: "failed", exit: 1, output: "not that\n" }],
      },
    });
    expect(readdirSync(project)).toEqual(["a.py"]);
  }, 60_000);

  it("changes files, or shows what the checks say of the changes", async () => {
    const { trust, refactor } = await opened([edited("good")]);
    await trust.give();
    const before = text("a.py");
    expect(await refactor({ file: "a.py", verify: true, ...by })).toMatchObject({
      ...{ mode: "preview", run: null, verification: { passed: true, kept: false } },
    });
    expect(text("a.py")).toBe(before);
    expect(await refactor({ file: "a.py", mode: "apply", verify: true, ...by })).toMatchObject({
      ...{ verification: { passed: true, kept: true }, files: [{ applied: true }] },
    });
    expect(text("a.py")).toContain("side**2  # good");
  }, 60_000);

  it("is refused before anything is sent: no trust, no place, no checks", async () => {
    const calls = ({ generate, testGenerate, refactor }: App) => [
      generate({ ...wanted, output: "b.py", verify: true, ...by }),
      testGenerate({ file: "a.py", output: "test_a.py", verify: true, ...by }),
      refactor({ file: "a.py", verify: true, ...by }),
    ];
    const first = await opened([fenced("good")]);
    for (const call of calls(first)) await expect(call).rejects.toMatchObject({ code: "trust_refused" });
    await first.trust.give();
    await expect(first.generate({ ...wanted, verify: true, ...by })).rejects.toMatchObject({
      code: "usage",
    });
    expect(server?.requests).toEqual([]);
    await first.close();
    await server?.stop();
    const second = await opened([fenced("good")], {});
    for (const call of calls(second)) await expect(call).rejects.toMatchObject({ code: "bad_configuration" });
    expect(server?.requests).toEqual([]);
  }, 60_000);
});

describe("The context of a project", () => {
  it("is indexed and packed, and nobody is asked", async () => {
    const { context } = await opened([{ say: "?" }]);
    writeFileSync(
      join(project, "b.py"),
      "from a import area\n\n\ndef cost(side):\n    return 3 * area(side)\n",
    );
    expect(await context.index()).toMatchObject({ root: project, files: 2, imports: 1 });
    const packed = await context.pack({ query: "cost", budgetTokens: 500 });
    expect(packed).toMatchObject({ root: project, budgetTokens: 500, files: 2 });
    expect(packed.pieces[0]).toMatchObject({ path: "b.py", form: "whole" });
    expect((await context.pack({ paths: ["a.py"] })).budgetTokens).toBe(16_000);
    expect(server?.requests).toEqual([]);
  }, 60_000);

  it("is refused where the path is not there, or the budget is no number", async () => {
    const { context } = await opened([{ say: "?" }]);
    await expect(context.index({ path: "gone" })).rejects.toMatchObject({ code: "file_not_found" });
    for (const budgetTokens of [Number.NaN, -1])
      await expect(context.pack({ budgetTokens })).rejects.toMatchObject({ code: "misuse" });
  }, 60_000);
});

describe("The sessions of a program", () => {
  const explained = (summary: string): Reply => ({
    say: JSON.stringify({
      summary,
      claims: [{ title: "Area", text: "It multiplies.", from_line: 2, to_line: 2 }],
    }),
  });

  it("remember what a call names them for, and nothing else", async () => {
    const { explain, sessions } = await opened([explained("It squares.")]);
    await explain({ file: "a.py", ...by });
    expect(await sessions.list()).toEqual([]);
    await explain({ file: "a.py", session: "review-42", ...by });
    await explain({ file: "a.py", session: true, ...by });
    const listed = await sessions.list();
    expect(listed.map(({ label }) => label)).toEqual([expect.stringMatching(/:.*\/project$/), "review-42"]);
    const shown = await sessions.show({ name: "review-42", limit: 1 });
    expect(shown).toMatchObject({ label: "review-42", cut: 0, entries: [{ operation: "explain" }] });
    expect(shown?.entries[0]?.summary).toContain("It squares.");
    expect(await sessions.show()).toMatchObject({
      id: listed[0]?.id,
      entries: [{ paths: [join(project, "a.py")] }],
    });
    expect(await sessions.show({ id: listed[1]?.id ?? "" })).toMatchObject({ label: "review-42" });
  }, 60_000);

  it("tell the model what is in them, are kept, and are cleared for everybody", async () => {
    const first = await opened([explained("It squares."), explained("It squares.")]);
    await first.explain({ file: "a.py", session: "review-42", ...by });
    await first.close();
    const second = await aiex.open({ home, directory: project, env: {} });
    app = second;
    await second.explain({ file: "a.py", session: "review-42", ...by });
    expect(JSON.stringify(server?.requests[1]?.body)).toContain("It squares. (explained at the level");
    expect(await second.sessions.clear({ name: "review-42" })).toBe(true);
    expect(await second.sessions.clear({ name: "review-42" })).toBe(false);
    expect(await second.sessions.show({ name: "review-42" })).toBeNull();
  }, 60_000);

  it("have names that can be seen", async () => {
    const { chat, explain, sessions } = await opened([{ say: "?" }]);
    const session = "\u200b";
    for (const refused of [
      explain({ file: "a.py", session, ...by }),
      chat({ session, ...by }),
      sessions.show({ name: session }),
      sessions.clear({ name: "x".repeat(65) }),
    ])
      await expect(refused).rejects.toMatchObject({ code: "misuse" });
    expect(server?.requests).toEqual([]);
  }, 60_000);
});

describe("The prompts of a program", () => {
  it("are listed, shown and tried, the user's own in their places", async () => {
    const { templates } = await opened([{ say: "?" }]);
    expect((await templates.list()).map(({ name }) => name)).toEqual(templateNames);
    const own = await templates.show("explain", { builtIn: true });
    const folder = join(home, ".config", "aiex", "templates");
    mkdirSync(folder);
    writeFileSync(join(folder, "explain.md"), `${own.text}\nSay it in verse.\n`);
    writeFileSync(join(folder, "repair.md"), "nothing");
    const [explain] = await templates.test("explain");
    expect(explain?.prompt.path).toBe(join(folder, "explain.md"));
    expect(explain?.renderings).toHaveLength(4);
    expect(JSON.stringify(explain?.renderings)).toContain("Say it in verse.");
    const tested = await templates.test();
    expect(tested.filter(({ renderings }) => renderings.length === 0)).toMatchObject([
      { prompt: { name: "repair", problems: [expect.stringContaining("does not begin")] } },
    ]);
    await expect(templates.show("../config" as "repair")).rejects.toMatchObject({ code: "misuse" });
  }, 60_000);
});

describe("The trust of a program", () => {
  it("is given, listed and taken back, and audited both ways", async () => {
    const { trust, audit } = await opened([{ say: "?" }]);
    expect(await trust.list()).toEqual([]);
    mkdirSync(join(project, "part"));
    await trust.give();
    expect(await trust.list()).toMatchObject([{ path: project, isPresent: true }]);
    const part = { path: join(project, "part"), wasTrusted: false, trustedBy: project };
    expect(await trust.revoke("part")).toEqual(part);
    expect(await trust.revoke()).toEqual({ path: project, wasTrusted: true, trustedBy: null });
    expect(await trust.list()).toEqual([]);
    await expect(trust.give(home)).rejects.toMatchObject({ code: "trust_refused" });
    await expect(trust.give("gone")).rejects.toMatchObject({ code: "file_not_found" });
    const about = { path: project };
    expect(await audit.list()).toMatchObject([
      { what: "trust_given", about },
      { what: "trust_revoked", about },
    ]);
  }, 60_000);

  it("has the settings of the project count for the next that is opened", async () => {
    mkdirSync(join(project, ".aiex"));
    const settings = { sandbox: { denied_paths: ["secret"] } };
    writeFileSync(join(project, ".aiex", "config.yaml"), JSON.stringify(settings));
    mkdirSync(join(project, "secret"));
    writeFileSync(join(project, "secret", "b.py"), "x = 1\n");
    const first = await opened([{ say: "?" }]);
    expect((await first.analyze("secret/b.py")).files).toHaveLength(1);
    await first.trust.give();
    await first.close();
    app = await aiex.open({ home, directory: project, env: {} });
    await expect(app.analyze("secret/b.py")).rejects.toMatchObject({ code: "file_denied" });
  }, 60_000);
});

describe("The audit log of a program", () => {
  it("is listed and searched, and shows what was done to it", async () => {
    const { trust, audit } = await opened([{ say: "?" }]);
    expect(await audit.verify()).toMatchObject({ whole: true, records: 0, problems: [] });
    await trust.give();
    await trust.revoke();
    await trust.give();
    expect(await audit.list({ what: "trust_given" })).toHaveLength(2);
    expect((await audit.list({ last: 2 })).map(({ what }) => what)).toEqual(["trust_revoked", "trust_given"]);
    expect(await audit.list({ last: 0 })).toEqual([]);
    expect(await audit.list({ since: "9999" })).toEqual([]);
    expect(await audit.search(["REVOKED", "project"])).toHaveLength(1);
    const folder = join(home, ".local", "share", "aiex", "audit");
    const [name = ""] = readdirSync(folder);
    expect(await audit.verify([join(folder, name)])).toMatchObject({ whole: true, records: 3 });
    const log = readFileSync(join(folder, name), "utf8");
    writeFileSync(join(folder, name), log.replace("trust_revoked", "trust_given"));
    expect(await audit.verify()).toMatchObject({
      whole: false,
      problems: [
        { file: name, line: 2 },
        { file: name, line: 3 },
      ],
    });
    await expect(audit.verify(["gone.jsonl"])).rejects.toMatchObject({ code: "file_not_found" });
  }, 60_000);
});
