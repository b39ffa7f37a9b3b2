// The index of a project in the running application: real parser programs, a folder on disk, a cache in LMDB.
import { execFileSync, spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { realWorld } from "../../runtime/index.ts";
import { type Aiex, InputRefused, loadConfiguration, startAiex } from "../../supervisors/aiex.ts";
import { commit, git, hasGit } from "../actors/context/history/git-stage.ts";
import { loseSteps, withoutRetries } from "./lost-step.ts";
import { runsAtWork } from "./run-processes.ts";

const folders: string[] = [];
const running: Aiex[] = [];

afterEach(async () => {
  for (const aiex of running.splice(0)) await aiex.stop();
});

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

function folder(files: Readonly<Record<string, string>>): string {
  const made = mkdtempSync(join(tmpdir(), "aiex-index-"));
  folders.push(made);
  write(made, files);
  return made;
}

function write(root: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

async function started(project: string, home = folder({ ".cache/made": "" }), settings = ""): Promise<Aiex> {
  write(home, { ".config/aiex/config.yaml": `workspace:\n  project_dir: ${project}\n${settings}` });
  const world = realWorld();
  const configuration = await loadConfiguration({ world, env: {}, home });
  const aiex = await startAiex({ world, configuration });
  running.push(aiex);
  return aiex;
}

const shop = {
  "package.json": "{}\n",
  "src/cart.ts":
    'import { priceOf } from "./price.ts";\nexport function total(items: Item[]) {\n  return items.map(priceOf);\n}\n',
  "src/price.ts": "export function priceOf(item: Item) {\n  return item.price - item.discount;\n}\n",
  "src/mail.ts": "export function sendMail(address: string) {\n  return post(address);\n}\n",
};

describe("The index of a project", () => {
  it.skipIf(!hasGit)("knows its history, and says so of what it packs", async () => {
    const project = folder(shop);
    git(project, ["init", "-q"]);
    commit(project, {}, 1);
    commit(project, { "src/price.ts": shop["src/price.ts"].replace("discount", "rebate") }, 2);
    const aiex = await started(project);
    expect((await aiex.context.index({})).history).toEqual({ commits: 2 });
    const { pieces } = await aiex.context.pack({ paths: ["src/cart.ts"], budgetTokens: 2_000 });
    expect(pieces.find(({ path }) => path === "src/price.ts")?.reasons).toContain(
      "changed 2 times in the last 2 commits, last on 2026-01-01",
    );
    expect(pieces.find(({ path }) => path === "src/cart.ts")?.reasons).toContain(
      "changed once in the last 2 commits, last on 2026-01-01",
    );
    expect((await aiex.context.index({ path: "src" })).root).toBe(realpathSync(project));
  });

  it("tells what is in it, and knows unchanged files by their content when another program asks", async () => {
    const home = folder({ ".cache/made": "" });
    const project = folder(shop);
    const first = await started(project, home);
    const report = await first.context.index({});
    expect(report).toMatchObject({
      files: 4,
      lines: 11,
      symbols: 3,
      imports: 1,
      uses: 1,
      languages: [
        { language: "typescript", files: 3 },
        { language: null, files: 1 },
      ],
      parsed: 4,
      known: 0,
      passedOver: [],
    });
    expect(await first.context.index({ path: "src/cart.ts" })).toMatchObject({
      files: 4,
      parsed: 0,
      known: 0,
    });
    await running.pop()?.stop();
    write(project, { "src/mail.ts": "export const changed = 1;\n", "src/copy.ts": shop["src/price.ts"] });
    const second = await started(project, home);
    expect(await second.context.index({})).toMatchObject({ files: 5, parsed: 1, known: 4 });
  });

  it("serves a second program beside the one that has it open", async () => {
    const home = folder({ ".cache/made": "" });
    const project = folder(shop);
    const first = await started(project, home);
    await first.context.index({});
    const second = await started(project, home);
    expect(await second.context.index({})).toMatchObject({ files: 4 });
  });

  it("follows what is changed, added and taken away", async () => {
    const project = folder(shop);
    const aiex = await started(project);
    await aiex.context.index({});
    write(project, {
      "src/mail.ts": "export function sendLetter() {}\n",
      "src/new.ts": "export const letter = 1;\n",
    });
    rmSync(join(project, "src/price.ts"));
    expect(await aiex.context.index({})).toMatchObject({ files: 4, parsed: 2 });
    const { pieces } = await aiex.context.pack({ query: "letter", budgetTokens: 1_000 });
    expect(pieces.map(({ path }) => path).sort()).toEqual(["src/mail.ts", "src/new.ts"]);
  });

  it("reads again only what looks changed, and finds out what changed and does not look it", async () => {
    const project = folder(shop);
    const old = new Date("2020-01-01");
    for (const path of Object.keys(shop)) utimesSync(join(project, path), old, old);
    const aiex = await started(project);
    await aiex.context.index({});
    write(project, { "src/mail.ts": shop["src/mail.ts"].replace("sendMail", "tellMail") });
    utimesSync(join(project, "src/mail.ts"), old, old);
    expect(await aiex.context.index({})).toMatchObject({ parsed: 0 });
    // A question reads what it gives, and does not give what is not there any more.
    const { pieces } = await aiex.context.pack({ paths: ["src/mail.ts"], budgetTokens: 1_000 });
    expect(pieces[0]?.text).toContain("tellMail");
  });

  it("holds nothing secret, ignored, binary, generated, or outside", async () => {
    const outside = folder({ "other.ts": "export const outside = 1;\n" });
    const project = folder({
      ...shop,
      ".env": "KEY=marker\n",
      "secrets.yaml": "key: marker\n",
      ".gitignore": "ignored.ts\n",
      "ignored.ts": "const marker = 1;\n",
      "package-lock.json": '{"marker": 1}\n',
      "image.txt": "marker\0\0\0",
      "long.js": `const marker = "${"x".repeat(30_000)}";\n`,
      "node_modules/a/index.js": "const marker = 1;\n",
    });
    symlinkSync(join(outside, "other.ts"), join(project, "src/link.ts"));
    const aiex = await started(project);
    const { passedOver } = await aiex.context.index({});
    expect(passedOver).toEqual([
      { reason: "binary", files: 1 },
      { reason: "minified", files: 1 },
    ]);
    expect((await aiex.context.pack({ query: "marker outside", budgetTokens: 10_000 })).pieces).toEqual([]);
  });

  it("holds no more files than it may", async () => {
    const aiex = await started(folder(shop), undefined, "context:\n  index_max_files: 2\n");
    expect(await aiex.context.index({})).toMatchObject({
      files: 2,
      passedOver: [{ reason: "files_limit", files: 2 }],
    });
  });

  it.skipIf(process.platform === "win32")("loses no file to a parser program that is killed", async () => {
    const body = Array.from(
      { length: 100 },
      (_, line) => `export const value${line} = () => ({ a: ${line} });`,
    ).join("\n");
    const many = Array.from({ length: 100 }, (_, file): [string, string] => [
      `src/f${file}.ts`,
      `// ${file}\n${body}\n`,
    ]);
    const aiex = await started(folder({ ...shop, ...Object.fromEntries(many) }));
    const asked = aiex.context.index({});
    let killed = 0;
    await expect
      .poll(
        () => {
          for (const program of parserPrograms()) {
            process.kill(program, "SIGKILL");
            killed += 1;
          }
          return killed;
        },
        { interval: 1, timeout: 30_000 },
      )
      .toBeGreaterThan(0);
    expect(await asked).toMatchObject({ files: 104, symbols: 3 + 100 * 100, passedOver: [] });
  });

  it.skipIf(process.platform === "win32")(
    "goes on with what is kept where it was killed while it wrote that",
    async () => {
      const many = Array.from({ length: 200 }, (_, file): [string, string] => [
        `src/f${file}.ts`,
        `export const value${file} = ${file};\n`,
      ]);
      const project = folder({ ...shop, ...Object.fromEntries(many) });
      const home = folder({ ".config/aiex/config.yaml": `workspace:\n  project_dir: ${project}\n` });
      const kept = join(home, ".cache/aiex/index");
      for (const bytes of [1, 60_000, 100_000]) {
        const program = spawn(process.execPath, [command, "context", "index"], {
          env: { HOME: home },
          stdio: "ignore",
        });
        const ended = new Promise((resolve) => program.once("exit", resolve));
        const written = () => program.exitCode !== null || sizeOf(kept) >= bytes;
        await expect.poll(written, { interval: 1, timeout: 30_000 }).toBe(true);
        program.kill("SIGKILL");
        await ended;
      }
      const aiex = await started(project, home);
      const report = await aiex.context.index({});
      expect(report).toMatchObject({ files: 204, symbols: 203, passedOver: [] });
      expect(report.known + report.parsed).toBe(204);
      const { pieces } = await aiex.context.pack({ query: "value77", budgetTokens: 100 });
      expect(pieces.map(({ path }) => path)).toContain("src/f77.ts");
    },
  );

  it("refuses a path that is not there", async () => {
    const aiex = await started(folder(shop));
    const refused = aiex.context.index({ path: "nowhere" });
    await expect(refused).rejects.toThrow(InputRefused);
    await expect(refused).rejects.toMatchObject({ code: "file_not_found" });
  });

  it("fails with a reason where nobody can bring the question to an end, and leaves no run behind", async () => {
    const project = folder(shop);
    const home = folder({ ".config/aiex/config.yaml": `workspace:\n  project_dir: ${project}\n` });
    const world = realWorld();
    const configuration = withoutRetries(await loadConfiguration({ world, env: {}, home }));
    const aiex = await startAiex({ world, configuration });
    running.push(aiex);
    loseSteps(aiex.node, "context.ask");
    const failed = aiex.context.index({});
    await expect(failed).rejects.toMatchObject({
      code: "context_failed",
      message: expect.stringMatching(/^The index could not be asked\. Step .* failed/),
    });
    expect(await aiex.runs.list()).toEqual([]);
  });

  it("is given up in the middle of a question, whose run ends", async () => {
    const aiex = await started(folder(shop));
    const controller = new AbortController();
    aiex.node.subscribe(({ name }) => {
      if (name === "pipeline.step_began") controller.abort(new Error("given up"));
    });
    await expect(aiex.context.pack({ budgetTokens: 1_000, signal: controller.signal })).rejects.toThrow(
      "given up",
    );
    expect(runsAtWork(aiex.node)).toEqual([]);
  });

  it("asks nobody once it is given up", async () => {
    const aiex = await started(folder(shop));
    const signal = AbortSignal.abort(new Error("given up"));
    await expect(aiex.context.index({ signal })).rejects.toThrow("given up");
  });
});

const command = fileURLToPath(new URL("../../dist/command/cli/main.js", import.meta.url));

/** Of all files in a folder; 0 where there is none. */
function sizeOf(place: string): number {
  if (!existsSync(place)) return 0;
  return readdirSync(place).reduce((sum, name) => sum + statSync(join(place, name)).size, 0);
}

/** The parser programs that this process has started and that still run. */
function parserPrograms(): number[] {
  const listed = execFileSync("ps", ["-A", "-o", "pid=,ppid=,stat=,args="], { encoding: "utf8" });
  return listed.split("\n").flatMap((line) => {
    const [pid, parent, state, ...words] = line.trim().split(/\s+/);
    const isOurs = Number(parent) === process.pid && words.join(" ").includes("parser-program.js");
    return isOurs && state?.startsWith("Z") === false ? [Number(pid)] : [];
  });
}

describe("What is packed of a project", () => {
  it("is what was named, then what that uses, with the text as it is now", async () => {
    const project = folder(shop);
    const aiex = await started(project);
    const packed = await aiex.context.pack({ paths: ["src/cart.ts"], budgetTokens: 1_000 });
    expect(packed.pieces.map(({ path, form, fromLine, text }) => [path, form, fromLine, text])).toEqual([
      ["src/cart.ts", "whole", 1, shop["src/cart.ts"].trimEnd()],
      ["src/price.ts", "whole", 1, shop["src/price.ts"].trimEnd()],
    ]);
    expect(packed.pieces[0]?.reasons).toEqual(["you named it"]);
    expect(packed.files).toBe(4);
  });

  it("is signatures where bodies are too many", async () => {
    const body = Array.from({ length: 60 }, (_, line) => `  work(${line}, "some words");`).join("\n");
    const project = folder({
      "package.json": "{}",
      "a.ts": `export function long(key: string): void {\n${body}\n}\n`,
    });
    const aiex = await started(project);
    const { pieces, tokens } = await aiex.context.pack({ paths: ["a.ts"], budgetTokens: 200 });
    expect(pieces).toMatchObject([
      { path: "a.ts", form: "signatures", text: "export function long(key: string): void" },
    ]);
    expect(tokens).toBeLessThanOrEqual(200);
  });

  it("is of the project around what was named, which ends where relative paths start", async () => {
    const top = folder({
      "above.ts": "export const sendMail = 1;\n",
      "shop/package.json": "{}",
      "shop/src/mail.ts": shop["src/mail.ts"],
    });
    const aiex = await started(top);
    const { pieces } = await aiex.context.pack({
      paths: ["shop/src/mail.ts"],
      query: "sendMail",
      budgetTokens: 1_000,
    });
    expect(pieces.map(({ path }) => path)).toEqual(["src/mail.ts"]);
    const inside = await started(join(top, "shop/src"));
    expect(await inside.context.index({})).toMatchObject({ files: 1 });
  });

  it("is of a folder elsewhere where that was named, and never of what lies around it", async () => {
    const elsewhere = folder({
      "other/a.ts": "export const found = 1;\n",
      "b.ts": "export const found = 2;\n",
    });
    const aiex = await started(folder(shop));
    const { pieces } = await aiex.context.pack({
      paths: [join(elsewhere, "other")],
      query: "found",
      budgetTokens: 1_000,
    });
    expect(pieces.map(({ path }) => path)).toEqual(["a.ts"]);
    await expect(
      aiex.context.pack({ paths: [join(elsewhere, "b.ts")], budgetTokens: 1_000 }),
    ).rejects.toMatchObject({
      code: "outside_root",
    });
  });
});
