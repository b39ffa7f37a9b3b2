// The page on testing is run: its TypeScript is compiled as a user would, and prints what the page says.
import { execFile } from "node:child_process";
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
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const repository = fileURLToPath(new URL("../../..", import.meta.url));
const page = readFileSync(join(repository, "docs", "testing.md"), "utf8");
const examples = [...page.matchAll(/^```ts\n([\s\S]*?)^```$(?:\n\n```text\n([\s\S]*?)^```$)?/gm)].map(
  ([, text = "", prints]) => ({ text, prints }),
);

let folder: string;

beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "aiex-testing-")));
  mkdirSync(join(folder, "node_modules", "@types"), { recursive: true });
  symlinkSync(repository, join(folder, "node_modules", "aiex"), "dir");
  symlinkSync(
    join(repository, "node_modules", "@types", "node"),
    join(folder, "node_modules", "@types", "node"),
    "dir",
  );
  const compilerOptions = {
    ...{ target: "es2023", module: "nodenext", types: ["node"], strict: true, outDir: "compiled" },
    ...{ noUncheckedIndexedAccess: true, exactOptionalPropertyTypes: true, skipLibCheck: true },
  };
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }));
  writeFileSync(
    join(folder, "tsconfig.json"),
    JSON.stringify({ compilerOptions, include: ["example-*.ts"] }),
  );
  for (const [index, { text }] of examples.entries()) {
    writeFileSync(join(folder, `example-${index}.ts`), text);
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("docs/testing.md", () => {
  test("has examples that compile, run and print what it says", async () => {
    expect(examples).toHaveLength(6);
    const tsc = join(repository, "node_modules", "typescript", "bin", "tsc");
    expect(await run([tsc, "-p", "tsconfig.json"])).toMatchObject({ code: 0, output: "" });
    for (const [index, { prints }] of examples.entries()) {
      const { code, output, errors } = await run([join("compiled", `example-${index}.js`)]);
      expect({ index, code, errors }).toEqual({ index, code: 0, errors: "" });
      if (prints !== undefined) expect(output).toBe(prints);
    }
  });
});

function run(
  words: readonly string[],
): Promise<{ readonly code: number; readonly output: string; readonly errors: string }> {
  // What the test runner has set must not reach what runs as a test of its own.
  const env = { PATH: process.env.PATH, HOME: folder };
  return new Promise((resolve) => {
    execFile(process.execPath, words, { cwd: folder, env }, (error, output, errors) => {
      const code = error === null ? 0 : typeof error.code === "number" ? error.code : -1;
      resolve({ code, output, errors });
    });
  });
}
