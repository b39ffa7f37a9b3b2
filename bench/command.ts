// The command as a whole process, from its start to its end, beside a Node that runs nothing.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { measure } from "./measure.ts";
import { nodeName } from "./peer-names.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const command = join(root, "dist/command/cli/main.js");
const folder = mkdtempSync(join(tmpdir(), "aiex-bench-"));
const sample = join(folder, "sample.ts");
const peaks = join(folder, "peaks");
const probe = join(folder, "probe.cjs");

writeFileSync(
  sample,
  "export function greet(name: string): string {\n  const greeting = `Hello, $" +
    "{name}`;\n  return greeting;\n}\n",
);
// Every process writes its own peak in KiB when it ends.
writeFileSync(
  probe,
  `process.on("exit", () => require("node:fs").appendFileSync(${JSON.stringify(peaks)}, process.resourceUsage().maxRSS + "\\n"));\n`,
);

const nothing = ["-e", "0"];

const does = "node -e 0";

/** A command, how many times a bare Node's time it may take, and its memory in MiB. */
const commands: readonly (readonly [string, readonly string[], number, number])[] = [
  ["version", [command, "version"], 1.15, 45],
  ["--help", [command, "--help"], 1.15, 45],
  ["ai analyze of one small file", [command, "ai", "analyze", "--file", sample], 4, 100],
  ["call to a node of this machine", [command, "call", "context.manager", "status"], 2, 60],
];

// A node for the calls, in a home that holds nothing else.
const home = { HOME: folder, XDG_CONFIG_HOME: folder, XDG_RUNTIME_DIR: folder, XDG_DATA_HOME: folder };
const started = spawn(process.execPath, [command, "node", "start", "--name", "called", "--solo"], {
  env: { ...process.env, ...home },
  stdio: ["ignore", "pipe", "inherit"],
});
await once(started.stdout, "data");

for (const [name, given, multipleMax, mibMax] of commands) {
  await measure({
    name: `aiex ${name}, whole process`,
    unit: "ms",
    better: "lower",
    rounds: 7,
    ours: () => wallMs(given),
    peers: [{ name: nodeName, does, round: () => wallMs(nothing) }],
    reach: { against: nodeName, atLeast: 1 / multipleMax },
  });
  await measure({
    name: `aiex ${name}, peak memory of its own process`,
    unit: "MiB",
    better: "lower",
    rounds: 3,
    ours: () => peakMib(given),
    peers: [{ name: nodeName, does, round: () => peakMib(nothing) }],
    reach: { atMost: mibMax },
    note: "The parsers of an analysis run in programs of their own, which are not counted.",
  });
}
const ended = once(started, "exit");
started.kill();
await ended;
rmSync(folder, { recursive: true });

function wallMs(given: readonly string[]): number {
  const start = performance.now();
  run(given, { ...process.env, ...home });
  return performance.now() - start;
}

function peakMib(given: readonly string[]): number {
  writeFileSync(peaks, "");
  run(given, { ...process.env, ...home, NODE_OPTIONS: `--require ${probe}` });
  const all = readFileSync(peaks, "utf8").trim().split("\n");
  return Math.max(...all.map((kib) => Number(kib) / 1_024));
}

function run(given: readonly string[], env: NodeJS.ProcessEnv): void {
  const { status, stderr } = spawnSync(process.execPath, given, { cwd: folder, env, encoding: "utf8" });
  if (status !== 0) throw new Error(`node ${given.join(" ")} ended with ${status}: ${stderr}`);
}
