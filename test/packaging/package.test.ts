// The package as users get it: what is packed, that it is put together rightly, and that it works where it is installed.
import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const repository = fileURLToPath(new URL("../..", import.meta.url));

interface Packed {
  readonly filename: string;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string; readonly mode: number }[];
}

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

// An install may have to ask the registry for packages that no cache holds.
const installMs = 300_000;

let folder: string;
let packed: Packed;

beforeAll(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "aiex-package-")));
  // Without its scripts: dist/ is built, and other tests are running it.
  const { stdout } = await npm(repository, [
    "pack",
    "--json",
    "--ignore-scripts",
    "--pack-destination",
    folder,
  ]);
  packed = firstOf(JSON.parse(stdout));
}, installMs);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("The package", () => {
  it("holds the compiled chapters, the rules, the documentation and the licence", () => {
    const paths = packed.files.map(({ path }) => path);
    expect(paths).toEqual(
      expect.arrayContaining([
        "CHANGELOG.md",
        "LICENSE",
        "README.md",
        "SECURITY.md",
        "actors/analysis/rules/python/security.yml",
        "dist/actors/analysis/parser-program.js",
        "dist/actors/analysis/rules.json",
        "dist/actors/testing.d.ts",
        "dist/actors/testing.js",
        "dist/command/cli/main.js",
        "dist/runtime/index.d.ts",
        "dist/runtime/index.js",
        "dist/runtime/testing/index.d.ts",
        "dist/runtime/testing/index.js",
        "dist/supervisors/aiex.d.ts",
        "dist/supervisors/aiex.js",
        "docs/architecture.md",
        "docs/otp.md",
        "package.json",
      ]),
    );
  });

  it("holds nothing else", () => {
    const expected = [
      /^(CHANGELOG|README|SECURITY)\.md$|^LICENSE$|^package\.json$/,
      /^actors\/analysis\/rules\/[a-z]+\/[a-z]+\.yml$/,
      /^actors\/pipeline\/workflow\/templates\/[a-z_]+\.yaml$/,
      /^actors\/prompts\/templates\/[a-z-]+\.md$/,
      /^dist\/(actors|runtime|supervisors)\/[a-z0-9/-]+(\.d\.ts|\.js)$/,
      /^dist\/command\/(cli\/main|actors\/analysis\/(programs\/command-program|[A-Za-z0-9_.-]+))\.js$/,
      /^dist\/(command\/)?actors\/analysis\/(rules|engine)\.json$/,
      /^docs\/[a-z0-9/_-]+(\.(input|result))?\.(md|json)$/,
    ];
    const others = packed.files.filter(({ path }) => !expected.some((pattern) => pattern.test(path)));
    expect(others.map(({ path }) => path)).toEqual([]);
  });

  it("holds nothing that was compiled from a source that is gone", () => {
    const orphans = packed.files
      .map(({ path }) => path)
      .filter((path) => /^dist\/(?!command\/).*(\.d\.ts|\.js)$/.test(path))
      .filter((path) => {
        const source = path.replace("dist/", "").replace(/(\.d\.ts|\.js)$/, ".ts");
        return !existsSync(join(repository, source));
      });
    expect(orphans).toEqual([]);
  });

  it("stays small enough to be fetched without a thought", () => {
    const unpackedBytesMax = 10 * 1024 * 1024;
    expect(packed.unpackedSize).toBeLessThan(unpackedBytesMax);
  });

  it("is put together as package managers and compilers expect", async () => {
    const publint = join(repository, "node_modules", "publint", "src", "cli.js");
    const ended = await program(repository, process.execPath, [
      publint,
      join(folder, packed.filename),
      "--strict",
    ]);
    expect(ended).toMatchObject({ code: 0 });
    expect(ended.stdout).toContain("All good!");
  });

  it("has one version, and a changelog that is kept", () => {
    const manifest = readManifest(join(repository, "package.json"));
    const lock = readManifest(join(repository, "package-lock.json"));
    expect(lock.version).toBe(manifest.version);
    const changelog = readFileSync(join(repository, "CHANGELOG.md"), "utf8");
    expect(changelog).toContain("\n## [Unreleased]\n");
  });
});

describe("The installed package", () => {
  beforeAll(async () => {
    writeFileSync(
      join(folder, "package.json"),
      '{ "name": "somewhere", "private": true, "type": "module" }\n',
    );
    const options = ["--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error"];
    const ended = await npm(folder, ["install", ...options, `./${packed.filename}`]);
    expect(ended).toMatchObject({ code: 0 });
  }, installMs);

  it("runs as npx aiex", async () => {
    const { version } = readManifest(join(repository, "package.json"));
    const ended = await program(folder, npxName, ["--no", "aiex", "version"]);
    expect(ended).toMatchObject({ code: 0, stdout: `aiex ${version}\n` });
  });

  it("analyzes files of every language", async () => {
    cpSync(join(repository, "runtime", "limits.ts"), join(folder, "limits.ts"));
    writeFileSync(join(folder, "it.py"), "def it(text):\n    return eval(text)\n");
    writeFileSync(
      join(folder, "it.ex"),
      "defmodule It do\n  def it(text), do: Code.eval_string(text)\nend\n",
    );
    for (const file of ["limits.ts", "it.py", "it.ex"]) {
      const words = ["ai", "analyze", "--file", file, "--format", "json"];
      const { code, stdout } = await program(folder, npxName, ["--no", "aiex", ...words]);
      expect(code).toBe(0);
      const report: unknown = JSON.parse(stdout);
      expect(report).toMatchObject({ schema: "aiex.analysis/1", complete: true, totals: { analyzed: 1 } });
    }
  });

  it("brings the prompts of operations and their schemas", async () => {
    const ended = await program(folder, npxName, ["--no", "aiex", "template", "test"]);
    expect(ended).toMatchObject({ code: 0 });
    expect(ended.stdout).toContain("explain");
    writeFileSync(
      join(folder, "schema.mjs"),
      'import { createRequire } from "node:module";\nconsole.log(createRequire(import.meta.url)("aiex/schema/explain.result.json").type);\n',
    );
    const schema = await program(folder, process.execPath, ["schema.mjs"]);
    expect(schema).toEqual({ code: 0, stdout: "object\n", stderr: "" });
  });

  it("is a library", async () => {
    writeFileSync(join(folder, "it.mjs"), libraryUse);
    const ended = await program(folder, process.execPath, ["it.mjs"]);
    expect(ended).toEqual({ code: 0, stdout: "pong\n", stderr: "" });
  });

  it("keeps what is not public to itself", async () => {
    writeFileSync(join(folder, "inside.mjs"), 'await import("aiex/dist/runtime/index.js");\n');
    const { code, stderr } = await program(folder, process.execPath, ["inside.mjs"]);
    expect(code).toBe(1);
    expect(stderr).toContain("ERR_PACKAGE_PATH_NOT_EXPORTED");
  });
});

const libraryUse = `
import { startAiex } from "aiex";
import { ok, realWorld, replyWith, server, startNode } from "aiex/runtime";
if (typeof startAiex !== "function") throw new Error("aiex has no startAiex");
const node = startNode({ world: realWorld() });
const echo = server("echo", { init: () => ok(null), calls: { ping: (state) => replyWith("pong", state) } });
console.log(await node.call(await node.spawn(echo), "ping"));
await node.halt();
`;

const npxName = process.platform === "win32" ? "npx.cmd" : "npx";

function npm(cwd: string, args: readonly string[]): Promise<Ended> {
  return program(cwd, process.platform === "win32" ? "npm.cmd" : "npm", args);
}

/** Runs a program to its end with an environment of its own: what npm and the test runner set must not reach it. */
function program(cwd: string, command: string, args: readonly string[]): Promise<Ended> {
  const env: Record<string, string> = { NO_COLOR: "1", npm_config_update_notifier: "false" };
  for (const [name, value] of Object.entries(process.env)) {
    if (value !== undefined && !/^(npm_|NODE_|VITEST|FORCE_COLOR|INIT_CWD)/.test(name)) env[name] = value;
  }
  return new Promise((resolve) => {
    const shell = process.platform === "win32";
    execFile(command, args, { cwd, env, shell, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === "number" ? error.code : -1;
      resolve({ code, stdout, stderr });
    });
  });
}

function firstOf(list: readonly Packed[]): Packed {
  const [first] = list;
  if (first === undefined) throw new Error("npm pack has packed nothing.");
  return first;
}

function readManifest(path: string): { readonly version: string } {
  return JSON.parse(readFileSync(path, "utf8"));
}
