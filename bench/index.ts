// The index of a large project: time for each file when nothing is known of it, memory, and the time after one file has changed.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { realWorld } from "aiex/runtime";
import { measure } from "./measure.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
// Sources that every checkout has in exactly this version, and that are not ours to tune for.
const sources = ["zod", "openai", "@anthropic-ai/sdk"];

/** What of the library this needs, which no entry of the package exports. */
interface Started {
  readonly context: {
    index(request: object): Promise<{ readonly files: number; readonly elapsedMs: number }>;
  };
  stop(): Promise<void>;
}

const { startAiex, loadConfiguration } = (await import(join(root, "dist/supervisors/aiex.js"))) as {
  startAiex(options: object): Promise<Started>;
  loadConfiguration(sources: object): Promise<unknown>;
};

const home = mkdtempSync(join(tmpdir(), "aiex-bench-"));
const project = join(home, "project");
for (const name of sources)
  cpSync(join(root, "node_modules", name, "src"), join(project, name), { recursive: true });
writeFileSync(
  join(home, "config.yaml"),
  `workspace:\n  project_dir: ${project}\ncontext:\n  index_max_mb: 0\n`,
  {
    mode: 0o600,
  },
);

async function started(): Promise<Started> {
  const world = realWorld();
  const env = { AIEX_CONFIG: join(home, "config.yaml") };
  return startAiex({ world, configuration: await loadConfiguration({ world, env, home }) });
}

async function msPerFile(): Promise<number> {
  const aiex = await started();
  const { elapsedMs, files } = await aiex.context.index({});
  await aiex.stop();
  return elapsedMs / files;
}

const held = await started();
const { files } = await held.context.index({});
const changed = join(project, "openai/client.ts");
let changes = 0;

/** The whole answer of one question behind a change: every file is looked at, and one is read. */
async function msOfChange(): Promise<number> {
  changes += 1;
  writeFileSync(changed, `${readFileSync(changed, "utf8")}\nexport const changed${changes} = ${changes};\n`);
  const { elapsedMs } = await held.context.index({});
  return elapsedMs;
}

const note = `The ${files} files of the sources of ${sources.join(", ")}; parsers in programs of their own.`;

await measure({
  name: "index of a project, per file, nothing known of it",
  unit: "ms",
  better: "lower",
  ours: msPerFile,
  reach: { atMost: 1 },
  note,
});
await measure({
  name: "index of a project after one file has changed",
  unit: "ms",
  better: "lower",
  ours: msOfChange,
  reach: { atMost: 50 },
  note,
});
await measure({
  name: "memory of a program that holds the index of a project",
  unit: "MB",
  better: "lower",
  ours: () => process.memoryUsage().rss / 1e6,
  reach: { atMost: 400 },
  note: `${note} Without those of the parsers.`,
});
await held.stop();
rmSync(home, { recursive: true });
