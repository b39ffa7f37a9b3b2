// The linter's own rules of this repository: each is shown to fire where it should, and to be silent where it is exempt.
import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const repository = fileURLToPath(new URL("..", import.meta.url));
const biome = join(repository, "node_modules", "@biomejs", "biome", "bin", "biome");

const clock = "Take the time from World.clock.";
const timers = "Use the process's timers or World.timers.";
const turns = "Use World.turns.";
const random = "Take randomness from World.random.";
const files = "Use World.files.";
const programs = "Use World.programs.";
const network = "Use World.fetch.";
const streams = "The standard streams belong to";
/** What the linter's own rule says; which way to take instead stands in the configuration. */
const denied = (name: string): string => `Do not use the global variable ${name}.`;
const ownName = "Write the global's own name, so that the linter sees it.";

const forbidden: readonly (readonly [code: string, says: string])[] = [
  ["export const it = Date.now();", denied("Date")],
  ["export const it = new Date();", denied("Date")],
  ["export const it = performance.now();", denied("performance")],
  ["export const it = process.hrtime.bigint();", clock],
  ["export const it = process.uptime();", clock],
  ['import { performance } from "node:perf_hooks";\nexport const it = performance;', clock],
  ["export const it = setTimeout(() => {}, 1);", denied("setTimeout")],
  ["export const it = setInterval(() => {}, 1);", denied("setInterval")],
  ["export const it = AbortSignal.timeout(1);", timers],
  ['import { setTimeout } from "node:timers/promises";\nexport const it = setTimeout;', timers],
  ["export const it = setImmediate(() => {});", denied("setImmediate")],
  ["queueMicrotask(() => {});", denied("queueMicrotask")],
  ["process.nextTick(() => {});", turns],
  ["export const it = Math.random();", random],
  ["export const it = Math.random;", random],
  ['export const it = Math["random"]();', "randomness comes from World.random."],
  ["export const { random } = Math;", "randomness comes from World.random."],
  ["export const it = crypto.randomUUID();", denied("crypto")],
  ['import { randomBytes } from "node:crypto";\nexport const it = randomBytes;', random],
  ['import { readFileSync } from "node:fs";\nexport const it = readFileSync;', files],
  ['import { readFile } from "node:fs/promises";\nexport const it = readFile;', files],
  ['export const it = await import("node:fs");', files],
  ['import { spawn } from "node:child_process";\nexport const it = spawn;', programs],
  ['import { Worker } from "node:worker_threads";\nexport const it = Worker;', programs],
  ["process.kill(1);", "Programs are started and ended through World.programs."],
  ['export const it = fetch("http://localhost");', denied("fetch")],
  ['export const it = new WebSocket("ws://localhost");', denied("WebSocket")],
  ['import { connect } from "node:net";\nexport const it = connect;', network],
  ['import { request } from "node:https";\nexport const it = request;', network],
  ["export const it = globalThis.setTimeout;", ownName],
  ['export const it = globalThis["fetch"];', ownName],
  ['export const it = process.getBuiltinModule("fs");', "Import the module by name"],
  ['console.log("it");', "console"],
  ['process.stdout.write("it");', streams],
  ['process.stderr.write("it");', streams],
  ["process.exit(1);", "Give an exit code back"],
  ["process.exitCode = 1;", "Give an exit code back"],
  ['import { fc } from "fast-check";\nexport const it = fc;', "fast-check"],
  ['import { it } from "nowhere-declared";\nexport const also = it;', "nowhere-declared"],
  [`export function it(): void {\n${"  it();\n".repeat(61)}}`, "This function has too many lines"],
];

const everywhere = ["runtime/process", "actors/llm", "supervisors/trees", "cli/commands"];

const refused = everywhere.flatMap((chapter) =>
  forbidden.map(([code, says], index) => ({ path: `${chapter}/case-${index}.ts`, code, says })),
);

const everyWord = [
  "global variable",
  clock,
  timers,
  turns,
  random,
  files,
  programs,
  network,
  streams,
  ownName,
  "exit code",
];

/** Places that need a freedom: what they hold, and the only thing that the linter still says there. */
const exempt = [
  {
    path: "runtime/worlds/it.ts",
    code: `import { randomBytes } from "node:crypto";
export const it = [Date.now(), Math.random(), setTimeout(() => {}, 1), process.stdout, randomBytes];`,
    says: [streams],
  },
  {
    path: "runtime/file-systems/it.ts",
    code: 'import { readFile } from "node:fs/promises";\nexport const it = readFile;',
    says: [],
  },
  {
    path: "runtime/programs/it.ts",
    code: 'import { spawn } from "node:child_process";\nexport const it = [spawn, process.kill];',
    says: [],
  },
  {
    path: "runtime/carriers/it.ts",
    code: 'import { connect } from "node:net";\nexport const it = [connect, Math.random(), Date.now()];',
    says: ["global variable", random],
  },
  {
    path: "runtime/http/it.ts",
    code: 'import { request } from "node:http";\nexport const it = [request, Math.random(), setTimeout(() => {}, 1)];',
    says: ["global variable", random],
  },
  {
    path: "runtime/http-server/it.ts",
    code: 'import { createServer } from "node:http";\nexport const it = [createServer, Math.random(), Date.now()];',
    says: ["global variable", random],
  },
  {
    path: "runtime/membership/pulses/it.ts",
    code: 'import { Worker } from "node:worker_threads";\nexport const it = [Worker, process.stdout];',
    says: [streams],
  },
  {
    path: "actors/analysis/rule-files.ts",
    code: 'import { readFileSync } from "node:fs";\nexport const it = [readFileSync, Math.random()];',
    says: [random],
  },
  {
    path: "actors/analysis/parser-program.ts",
    code: "export const it = [process.stdin, process.stdout, process.uptime()];",
    says: [clock],
  },
  {
    path: "cli/output.ts",
    code: 'process.stderr.write("it");\nexport const it = process.uptime();',
    says: [clock],
  },
  { path: "cli/machine.ts", code: "process.exit(0);", says: [] },
  { path: "runtime/process/it.ts", code: "export type It = typeof globalThis.fetch;", says: [] },
  { path: "runtime/process/floor.ts", code: "export const it = Math.floor(1.5);", says: [] },
  { path: "test/runtime/it.test.ts", code: "export const it = [Date.now(), Math.random()];", says: [] },
  { path: "bench/it.ts", code: 'console.log("it", Date.now());', says: [] },
];

const only = 'import { it } from "vitest";\nit.only("runs", () => {});\nit.skip("waits", () => {});';

let folder: string | undefined;
let told: ReadonlyMap<string, string> = new Map();

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "aiex-lint-"));
  const snippets = [...refused, ...exempt, { path: "test/only.test.ts", code: only }];
  for (const { path, code } of snippets) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${code}\n`);
  }
  for (const name of ["biome.json", "package.json", "scripts/lint"]) {
    cpSync(join(repository, name), join(folder, name), { recursive: true });
  }
  told = await lint(folder);
});

afterAll(() => {
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
});

describe("The linter", () => {
  it.each(refused)("refuses $code in $path", ({ path, says }) => {
    expect(told.get(path) ?? "nothing").toContain(says);
  });

  it.each(exempt)("allows what $path is there for", ({ path, says }) => {
    const found = everyWord.filter((word) => told.get(path)?.includes(word));
    expect(found).toEqual(says);
  });

  it("refuses tests that are left out or that leave others out", () => {
    expect(told.get("test/only.test.ts")).toContain("Don't focus the test.");
    expect(told.get("test/only.test.ts")).toContain("Don't disable tests.");
  });
});

/** Everything that the linter says about each file below `root`, by path. */
async function lint(root: string): Promise<ReadonlyMap<string, string>> {
  const options = ["lint", "--vcs-enabled=false", "--reporter=json", "--max-diagnostics=none", "."];
  const { stdout } = await new Promise<{ readonly stdout: string }>((resolve) => {
    // It ends with 1, since it finds what it is meant to find.
    execFile(process.execPath, [biome, ...options], { cwd: root, maxBuffer: 64 * 1024 * 1024 }, (_, out) =>
      resolve({ stdout: out }),
    );
  });
  const { diagnostics } = JSON.parse(stdout) as { readonly diagnostics: readonly Diagnostic[] };
  const byPath = new Map<string, string>();
  for (const { message, location } of diagnostics) {
    byPath.set(location.path, `${byPath.get(location.path) ?? ""}${message}\n`);
  }
  return byPath;
}

interface Diagnostic {
  readonly message: string;
  readonly location: { readonly path: string };
}
