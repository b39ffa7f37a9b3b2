// A project that is watched: real files, a real watch, and beside it a program that looks at everything for each question.
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { realWorld } from "../../runtime/index.ts";
import { type Aiex, loadConfiguration, startAiex } from "../../supervisors/aiex.ts";
import type { IndexReport } from "../../supervisors/context.ts";

const folders: string[] = [];
const running: Aiex[] = [];

afterEach(async () => {
  for (const aiex of running.splice(0)) await aiex.stop();
});

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), "aiex-watch-"));
  folders.push(made);
  return made;
}

function write(root: string, path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

/** A program whose clock can be put forward, so that nobody has to wait until it is one that runs for long. */
async function started(project: string) {
  const home = folder();
  write(home, ".config/aiex/config.yaml", `workspace:\n  project_dir: ${project}\n`);
  const real = realWorld();
  let ahead = 0;
  const world = { ...real, clock: { ...real.clock, now: () => real.clock.now() + ahead } };
  const configuration = await loadConfiguration({ world, env: {}, home });
  const aiex = await startAiex({ world, configuration });
  running.push(aiex);
  return { aiex, forward: (ms: number) => (ahead += ms) };
}

async function watching(project: string): Promise<Aiex> {
  const { aiex, forward } = await started(project);
  await aiex.context.index({});
  forward(6_000);
  await expect.poll(async () => (await aiex.context.index({})).watch?.state, { timeout: 30_000 }).toBe("on");
  // What changed until it was on, nobody told: everything is looked at once more.
  await aiex.context.index({});
  return aiex;
}

/** What two programs say of the same files, however they came to know it. */
function said({ elapsedMs: _, parsed: __, known: ___, watch: ____, ...rest }: IndexReport) {
  return rest;
}

const steps: readonly ((root: string) => void)[] = [
  (root) => write(root, "src/a.ts", "export function changed() {}\n"),
  (root) => write(root, "src/new.ts", 'import { changed } from "./a.ts";\nchanged();\n'),
  (root) => renameSync(join(root, "src/new.ts"), join(root, "src/moved.ts")),
  (root) => unlinkSync(join(root, "src/b.ts")),
  (root) => write(root, "deep/er/c.py", "def c():\n    pass\n"),
  (root) => write(root, "deep/er/c.py", "def c():\n    return 2\n"),
  (root) => renameSync(join(root, "src"), join(root, "lib")),
  (root) => write(root, "lib/a.ts", "export const binary = 1;\0\0\0\n"),
  (root) => write(root, "lib/a.ts", ""),
  (root) => write(root, "lib/a.ts", "export const text = 1;\n"),
  (root) => write(root, "data.json", `[${"1,".repeat(20_000)}1]`),
  (root) => write(root, "data.json", "[1]"),
  (root) => write(root, ".gitignore", "deep\n"),
  (root) => write(root, "deep/er/d.py", "def d():\n    pass\n"),
  (root) => write(root, ".gitignore", "\n"),
  // As editors save: a new file in place of the old one.
  (root) => {
    write(root, "lib/.a.ts.tmp", "export function saved() {}\n");
    renameSync(join(root, "lib/.a.ts.tmp"), join(root, "lib/a.ts"));
  },
  (root) => {
    unlinkSync(join(root, "lib/a.ts"));
    symlinkSync(join(root, "lib/moved.ts"), join(root, "lib/a.ts"));
  },
  (root) => {
    unlinkSync(join(root, "lib/a.ts"));
    mkdirSync(join(root, "lib/a.ts"));
    write(root, "lib/a.ts/inside.ts", "export const inside = 1;\n");
  },
  (root) => rmSync(join(root, "lib"), { recursive: true }),
  (root) => {
    for (let file = 0; file < 600; file += 1)
      write(root, `many/${file % 7}/${file}.ts`, `export const n${file} = 1;\n`);
  },
];

describe("A project that is watched", () => {
  it("is known as well as one of which everything is looked at, whatever happens to its files", async () => {
    const project = folder();
    write(project, "package.json", "{}\n");
    write(project, "src/a.ts", "export function a() {}\n");
    write(project, "src/b.ts", 'import { a } from "./a.ts";\na();\n');
    const watched = await watching(project);
    const { aiex: looking } = await started(project);
    for (const [index, step] of steps.entries()) {
      step(project);
      const [told, looked] = [await watched.context.index({}), await looking.context.index({})];
      expect(said(told), `after step ${index}`).toEqual(said(looked));
    }
  });

  it("is not looked at again for what was changed in it, nor for what came and went meanwhile", async () => {
    const project = folder();
    write(project, "package.json", "{}\n");
    write(project, "a.ts", "export function a() {}\n");
    const aiex = await watching(project);
    // Nobody tells of a file that another name has: only looking at everything finds out.
    write(project, "a.ts", "export function b() {}\n");
    write(project, "a.ts.swp", "");
    unlinkSync(join(project, "a.ts.swp"));
    const report = await aiex.context.index({});
    expect(report).toMatchObject({ files: 2, parsed: 1, watch: { state: "on" } });
    const { pieces } = await aiex.context.pack({ query: "b", budgetTokens: 1_000 });
    expect(pieces.map(({ text }) => text)).toContain("export function b() {}");
  });

  it("lets its program end when it is stopped", async () => {
    const project = folder();
    write(project, "a.ts", "export function a() {}\n");
    await watching(project);
    await running.pop()?.stop();
    // Node has closed each of them a turn later.
    const watches = () => process.getActiveResourcesInfo().filter((name) => name === "FSEventWrap");
    await expect.poll(watches, { timeout: 10_000 }).toEqual([]);
  });
});
