// Runs the benchmarks one after the other, each in a process of its own: the figures go to stdout as lines of JSON, a table
// to stderr, and with --write into docs/performance.md. Names given choose among the benchmarks; without any all run.
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Figure } from "./measure.ts";
import { performancePage, table } from "./report.ts";

/** In the order of the page. */
const benchmarks = [
  "cast",
  "call",
  "passing",
  "spawn",
  "memory",
  "million",
  "restart",
  "children",
  "names",
  "timers",
  "between",
  "takeover",
  "journals",
  "pipelines",
  "pipeline-moves",
  "command",
  "analysis",
  "index",
  "llm",
];

const given = process.argv.slice(2);
const writes = given.includes("--write");
const chosen = given.filter((word) => word !== "--write");
const strangers = chosen.filter((word) => !benchmarks.includes(word));

if (strangers.length > 0) {
  console.error(`There is no benchmark "${strangers.join('", "')}". There are: ${benchmarks.join(", ")}.`);
  process.exitCode = 2;
} else if (writes && chosen.length > 0) {
  console.error("The page shows all benchmarks: give --write without names.");
  process.exitCode = 2;
} else {
  await runAll(chosen.length > 0 ? chosen : benchmarks);
}

async function runAll(names: readonly string[]): Promise<void> {
  const figures: Figure[] = [];
  let hasFailed = false;
  for (const name of names) {
    const { lines, status } = await runOne(name);
    for (const line of lines) figures.push(JSON.parse(line) as Figure);
    if (status === 0) continue;
    console.error(`Benchmark "${name}" ended with ${status}.`);
    hasFailed = true;
  }
  console.error(table(figures));
  if (hasFailed) process.exitCode = 1;
  else if (writes)
    writeFileSync(new URL("../../docs/performance.md", import.meta.url), performancePage(figures));
}

/** The lines of one benchmark, which are passed on as they come, and how it ended. */
function runOne(
  name: string,
): Promise<{ readonly lines: readonly string[]; readonly status: number | null }> {
  return new Promise((resolve, reject) => {
    const program = fileURLToPath(new URL(`./${name}.js`, import.meta.url));
    const child = spawn(process.execPath, [program], {
      env: { ...process.env, NODE_ENV: "production" },
      stdio: ["ignore", "pipe", "inherit"],
    });
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      process.stdout.write(text);
    });
    child.on("error", reject);
    child.on("close", (status) =>
      resolve({ lines: output.split("\n").filter((line) => line !== ""), status }),
    );
  });
}
