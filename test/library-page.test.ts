// The page on the library is run: each of its programs, against a provider that plays a file, prints what stands below it.
import { spawnSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const repository = fileURLToPath(new URL("..", import.meta.url));
const page = readFileSync(join(repository, "docs", "library.md"), "utf8");
const programs = [...page.matchAll(/^```ts\n(.*?)^```\n\n```text\n(.*?)^```$/gms)].map(
  ([, program = "", printed = ""]) => [program, printed] as const,
);

const explained = {
  summary: "It computes a mean.",
  claims: [{ title: "Mean", text: "Divides the sum.", from_line: 2, to_line: 2 }],
};
const documented =
  'mean.py\n<<<<<<< SEARCH\ndef mean(xs):\n=======\ndef mean(xs):\n    """The mean of numbers."""\n>>>>>>> REPLACE\n';
const tested =
  "`````python\nfrom mean import mean\n\n\ndef test_mean():\n    assert mean([1, 3]) == 2\n`````\n";
// Stands for whatever checks tests elsewhere.
const check = `process.exit(/def test_/.test(require("node:fs").readFileSync(process.argv[1], "utf8")) ? 0 : 1)`;
const script = {
  answers: [
    { when: "Write tests for the file", say: tested },
    { when: "hello", say: ["Hello,", " world."] },
    { when: "Document what others use in", say: documented },
    { say: JSON.stringify(explained) },
  ],
};

let home = "";
let project = "";
let folder = "";
beforeAll(() => {
  home = realpathSync(mkdtempSync(join(tmpdir(), "aiex-library-")));
  mkdirSync(join(home, ".config", "aiex"), { recursive: true });
  project = join(home, "project");
  folder = join(home, "programs");
  mkdirSync(project);
  mkdirSync(folder);
  mkdirSync(join(home, "node_modules", "@types"), { recursive: true });
  symlinkSync(repository, join(home, "node_modules", "aiex"), "dir");
  const types = join("node_modules", "@types", "node");
  symlinkSync(join(repository, types), join(home, types), "dir");
  const play = { kind: "scripted", script: join(home, "play.yaml") };
  writeFileSync(join(home, "play.yaml"), JSON.stringify(script));
  writeFileSync(
    join(home, ".config", "aiex", "config.yaml"),
    JSON.stringify({
      llm: { providers: { play } },
      operations: { verify: { test: [process.execPath, "-e", check, "{file}"] } },
    }),
  );
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }));
  writeFileSync(join(project, "mean.py"), "def mean(xs):\n    return sum(xs) / len(xs)\n");
  for (const [index, [program]] of programs.entries())
    writeFileSync(join(folder, `program-${index}.ts`), program);
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

describe("The page on the library", () => {
  it("has programs that compile", () => {
    expect(programs.length).toBeGreaterThanOrEqual(3);
    const tsc = join(repository, "node_modules", "typescript", "bin", "tsc");
    const options = ["--target", "es2023", "--module", "nodenext", "--strict", "--skipLibCheck"];
    const files = programs.map((_, index) => `program-${index}.ts`);
    expect(run([tsc, ...options, "--types", "node", "--outDir", ".", ...files], folder)).toEqual({
      ...{ code: 0, stdout: "", stderr: "" },
    });
  }, 60_000);

  it.each(programs.map((_, index) => index))(
    "has program %i, which prints what it says",
    (index) => {
      const [, printed = ""] = programs[index] ?? [];
      expect(run([join(folder, `program-${index}.js`)])).toEqual({ code: 0, stdout: printed, stderr: "" });
    },
    60_000,
  );
});

function run(words: readonly string[], cwd = project) {
  const { status, stdout, stderr } = spawnSync(process.execPath, words, {
    cwd,
    encoding: "utf8",
    env: { PATH: process.env.PATH, HOME: home, LANG: "C.UTF-8" },
  });
  return { code: status, stdout, stderr };
}
