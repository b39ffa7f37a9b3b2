import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { realWorld, type World } from "../../runtime/index.ts";
import { loadConfiguration, startAiex } from "../../supervisors/aiex.ts";

let home = "";
let project = "";

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "aiex-cache-"));
  project = join(home, "project");
  await mkdir(project);
  await writeFile(
    join(project, "a.py"),
    "import pickle\n\n\ndef load(data):\n    return pickle.loads(data)\n",
  );
  await writeFile(join(project, "b.js"), "export const run = (text) => eval(text);\n");
});

afterEach(() => rm(home, { recursive: true, force: true }));

test("A second analysis starts no parser for unchanged files, and says the same", async () => {
  const first = await analyzed();
  const second = await analyzed();
  expect(first.programs).toBeGreaterThan(0);
  expect(second).toEqual({ text: first.text, programs: 0 });
});

test("A file that was changed is parsed again, the others are not", async () => {
  await analyzed();
  await writeFile(join(project, "b.js"), "export const run = (text) => [eval(text), eval(text + 1)];\n");
  const changed = await analyzed();
  expect(changed.programs).toBe(1);
  expect(changed.text.match(/"javascript\/eval"/g)).toHaveLength(2);
});

test("A rule of the user's own is applied to a file that is known without it", async () => {
  await analyzed();
  const rules = join(home, ".config", "aiex", "rules");
  await mkdir(rules, { recursive: true });
  const rule = `id: no-pickle
language: Python
severity: warning
message: M.
rule: { pattern: import pickle }
metadata: { category: smells, remedy: R. }
`;
  await writeFile(join(rules, "a.yml"), rule, { mode: 0o600 });
  expect((await analyzed()).text).toContain('"user/no-pickle"');
});

test("Without room for it nothing is kept", async () => {
  const file = join(home, "config.yaml");
  await writeFile(file, "analysis: { cache_max_mb: 0 }\n", { mode: 0o600 });
  await analyzed({ AIEX_CONFIG: file });
  expect((await analyzed({ AIEX_CONFIG: file })).programs).toBeGreaterThan(0);
});

test("A user without a home has no cache, and gets none", async () => {
  const configuration = await loadConfiguration({ world: realWorld(), env: {}, home: join(home, "none") });
  expect(configuration.cacheDirectory).toBeUndefined();
});

test("A home that is no directory has no cache", async () => {
  const file = join(home, "file");
  await writeFile(file, "");
  const configuration = await loadConfiguration({ world: realWorld(), env: {}, home: file });
  expect(configuration.cacheDirectory).toBeUndefined();
});

test("XDG_CACHE_HOME says where the cache is, where it is absolute", async () => {
  const world = realWorld();
  const at = (directory: string) =>
    loadConfiguration({ world, env: { XDG_CACHE_HOME: directory }, home: project });
  expect((await at(home)).cacheDirectory).toBe(join(home, "aiex"));
  expect((await at("relative")).cacheDirectory).toBe(join(project, ".cache", "aiex"));
});

async function analyzed(env: Readonly<Record<string, string>> = {}) {
  let programs = 0;
  const real = realWorld();
  const world: World = {
    ...real,
    programs: {
      ...real.programs,
      start: (...given) => {
        programs += 1;
        return real.programs.start(...given);
      },
    },
  };
  const configuration = await loadConfiguration({ world, env, home });
  const aiex = await startAiex({ world, configuration });
  try {
    const report = await aiex.analyze({ input: { kind: "path", path: project }, type: "all" });
    return { text: JSON.stringify(report), programs };
  } finally {
    await aiex.stop();
  }
}
