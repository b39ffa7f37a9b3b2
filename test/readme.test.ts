// The README is run: its shell lines against the built command, its TypeScript compiled and executed, its tables compared.
import { execFile } from "node:child_process";
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exitCodeMarkdown } from "../cli/exit-codes.ts";
import { type ScriptedServer, startScriptedServer } from "./actors/llm/scripted-server.ts";

const repository = fileURLToPath(new URL("..", import.meta.url));
const readme = readFileSync(join(repository, "README.md"), "utf8");

interface Block {
  readonly language: string;
  readonly text: string;
  /** The heading that it stands below. */
  readonly heading: string;
  /** What the `text` block right behind it says that it prints. */
  readonly prints: string | undefined;
}

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const blocks = blocksOf(readme);
const shellBlocks = blocks.filter(({ language }) => language === "sh");
const programs = blocks.filter(({ language }) => language === "ts");

/** Where the README has a model of one's own; a scripted one stands in for it. */
const modelAddress = "http://127.0.0.1:11434";
const opinion = {
  summary: "Loads and runs what a file holds.",
  score: 2,
  findings: [
    {
      category: "quality",
      severity: "warning",
      line: 6,
      end_line: 6,
      quote: 'data = pickle.load(open(path, "rb"))',
      message: "The file is never closed.",
      remedy: "Open it in a with statement.",
    },
  ],
};

let folder: string;
let model: ScriptedServer;

beforeAll(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "aiex-readme-")));
  layOutClone(folder);
  model = await startScriptedServer({ replies: [{ say: JSON.stringify(opinion) }] });
});

afterAll(async () => {
  await model.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe("The README", () => {
  it("has examples of the command and of the library", () => {
    expect(shellBlocks.length).toBeGreaterThanOrEqual(8);
    expect(programs.length).toBeGreaterThanOrEqual(4);
  });

  it("gives the two commands, each by itself", () => {
    expect(shellBlocks[0]?.text).toMatch(/^npm ci && npx aiex ai analyze --file \S+\n$/);
    expect(shellBlocks[1]?.text).toBe("npm ci && npm test\n");
  });

  it("publishes the exit codes that the command ends with", () => {
    expect(readme).toContain(exitCodeMarkdown());
  });

  it.each(shellBlocks)("runs, below $heading: $text", async ({ text, prints }) => {
    const ended = await shell(text.replaceAll(modelAddress, model.origin));
    expect(ended).toMatchObject({ code: 0 });
    if (prints !== undefined) expect(ended.stdout).toBe(prints);
    if (!text.includes(modelAddress)) return;
    expect(ended.stderr).toContain("reviews too; nothing leaves the machine");
    expect(ended.stdout).toContain("The file is never closed");
  });

  it("has TypeScript that compiles and prints what it says", async () => {
    for (const [index, { text }] of programs.entries()) {
      writeFileSync(join(folder, `example-${index}.ts`), text);
    }
    const tsc = join(repository, "node_modules", "typescript", "bin", "tsc");
    expect(await run(process.execPath, [tsc, "-p", "tsconfig.json"])).toMatchObject({ code: 0, stdout: "" });
    for (const [index, { heading, prints }] of programs.entries()) {
      const { code, stdout, stderr } = await run(process.execPath, [join("compiled", `example-${index}.js`)]);
      expect({ heading, code, stdout, stderr }).toEqual({ heading, code: 0, stdout: prints, stderr: "" });
    }
  });
});

/** A folder that looks like a clone after `npm ci`, so that examples may write files without leaving any behind. */
function layOutClone(root: string): void {
  for (const name of ["runtime", "actors"]) {
    cpSync(join(repository, name), join(root, name), { recursive: true });
  }
  // Not under the name of the package: `aiex/runtime` shall be found as a user finds it, among the installed ones.
  writeFileSync(join(root, "package.json"), JSON.stringify({ private: true, type: "module" }));
  mkdirSync(join(root, "run"), { mode: 0o700 });
  mkdirSync(join(root, "node_modules", "@types"), { recursive: true });
  symlinkSync(repository, join(root, "node_modules", "aiex"), "dir");
  for (const name of ["xstate", "@types/node"]) {
    symlinkSync(join(repository, "node_modules", name), join(root, "node_modules", name), "dir");
  }
  const compilerOptions = {
    ...{ target: "es2023", module: "nodenext", types: ["node"], strict: true, outDir: "compiled" },
    ...{ noUncheckedIndexedAccess: true, exactOptionalPropertyTypes: true, skipLibCheck: true },
  };
  writeFileSync(join(root, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["example-*.ts"] }));
  // The dependencies are installed and the tests are running: both commands are found in place of the real ones.
  program(root, "npm", 'case "$*" in ci|test) exit 0;; *) echo "npm $* is not expected" >&2; exit 9;; esac');
  const main = join(repository, "dist", "command", "cli", "main.js");
  program(root, "npx", `shift; exec "${process.execPath}" "${main}" "$@"`);
}

function program(root: string, name: string, text: string): void {
  const path = join(root, "bin", name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `#!/bin/sh\n${text}\n`);
  chmodSync(path, 0o755);
}

/** Runs lines as bash would, each of which has to end with 0, or with the code that a comment behind it names. */
function shell(text: string): Promise<Ended> {
  const lines = text.replace(/^(.*\S) +# exits with (\d+)$/gm, "code=0; $1 || code=$?; [ $code = $2 ]");
  // A node in the background ends with its example, also with one that fails.
  const cleanup = "trap 'kill $(jobs -p) 2> /dev/null || true' EXIT";
  return run("bash", ["-euo", "pipefail", "-c", `${cleanup}\n${lines}`]);
}

function run(command: string, args: readonly string[]): Promise<Ended> {
  const env = {
    PATH: [join(folder, "bin"), process.env.PATH].join(delimiter),
    HOME: folder,
    LANG: "C.UTF-8",
    // Nodes of this test are nobody else's.
    XDG_RUNTIME_DIR: join(folder, "run"),
  };
  return new Promise((resolve) => {
    execFile(command, args, { cwd: folder, env, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === "number" ? error.code : -1;
      resolve({ code, stdout, stderr });
    });
  });
}

function blocksOf(markdown: string): Block[] {
  const found: Block[] = [];
  let heading = "";
  for (const match of markdown.matchAll(
    /^#+ (.+)$|^```(\w+)\n([\s\S]*?)^```$(?:\n\n```text\n([\s\S]*?)^```$)?/gm,
  )) {
    const [, title, language, text, prints] = match;
    if (title !== undefined) heading = title;
    else if (language !== undefined) found.push({ language, text: text ?? "", heading, prints });
  }
  return found;
}
