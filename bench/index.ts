// The index of large projects: time for each file when nothing is known of it, memory, and the time after one file has changed.
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { realWorld } from "aiex/runtime";
import { AbsentPeer, measure } from "./measure.ts";
import { installPeer, peersFolder } from "./nodes/peers.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

interface Report {
  readonly files: number;
  readonly elapsedMs: number;
  readonly watch?: { readonly state: string };
}

/** What of the library this needs, which no entry of the package exports. */
interface Started {
  readonly context: { index(request: object): Promise<Report> };
  stop(): Promise<void>;
}

const { startAiex, loadConfiguration } = (await import(join(root, "dist/supervisors/aiex.js"))) as {
  startAiex(options: object): Promise<Started>;
  loadConfiguration(sources: object): Promise<unknown>;
};

/** Sources that everybody has in exactly this version, and that are not ours to tune for. */
interface Sources {
  /** In the names of the figures. */
  readonly name: string;
  readonly note: string;
  readonly changed: string;
  readonly copyTo: (folder: string) => void;
}

const packages = ["zod", "openai", "@anthropic-ai/sdk"];

const ofPackages: Sources = {
  name: "a project",
  note: `sources of ${packages.join(", ")}`,
  changed: "openai/client.ts",
  copyTo: (folder) => {
    for (const name of packages)
      cpSync(join(root, "node_modules", name, "src"), join(folder, name), { recursive: true });
  },
};

const ofTypeScript: Sources = {
  name: "TypeScript",
  note: "files of the package typescript 5.9.3 that an index takes, which are declarations for the most part: its compiler and the declarations of the DOM are larger than workspace.max_file_size_mb",
  changed: "lib/lib.es5.d.ts",
  copyTo: (folder) => {
    installPeer("typescript");
    cpSync(fileURLToPath(new URL("node_modules/typescript", peersFolder)), folder, { recursive: true });
  },
};

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function measured({ name, note, changed, copyTo }: Sources): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), "aiex-bench-"));
  const project = join(home, "project");
  const other = join(home, "other");
  mkdirSync(other);
  copyTo(project);
  writeFileSync(join(project, "package.json"), "{}\n");
  for (const one of ["a", "b", "c", "d"])
    writeFileSync(join(other, `${one}.ts`), `export const ${one} = 1;\n`);
  writeFileSync(
    join(home, "config.yaml"),
    `workspace:\n  project_dir: ${project}\ncontext:\n  index_max_mb: 0\n`,
    { mode: 0o600 },
  );

  /** With its parsers started, by a question about something else. */
  async function started(): Promise<Started> {
    const world = realWorld();
    const env = { AIEX_CONFIG: join(home, "config.yaml") };
    const aiex = await startAiex({ world, configuration: await loadConfiguration({ world, env, home }) });
    await aiex.context.index({ path: other });
    return aiex;
  }

  async function msPerFile(): Promise<number> {
    const aiex = await started();
    const { elapsedMs, files } = await aiex.context.index({});
    await aiex.stop();
    return elapsedMs / files;
  }

  const held = await started();
  const { files } = await held.context.index({});
  const path = join(project, changed);
  const text = readFileSync(path, "utf8");
  let changes = 0;

  /** Until the index is as the files are, asked right behind a change. */
  async function msOfChange(): Promise<number> {
    changes += 1;
    writeFileSync(path, `${text}\nexport declare const changed${changes}: ${changes};\n`);
    return (await held.context.index({})).elapsedMs;
  }

  async function watched(): Promise<void> {
    for (let tries = 0; tries < 100; tries += 1) {
      if ((await held.context.index({})).watch?.state === "on") return;
      await pause(500);
    }
    throw new Error("The project is not watched after 50 s.");
  }

  const about = `The ${files} ${note}.`;
  await measure({
    name: `index of ${name}, per file, nothing known of it`,
    unit: "ms",
    better: "lower",
    ours: msPerFile,
    reach: { atMost: 1 },
    note: `${about} The parsers, programs of their own, have started before.`,
  });
  await watched();
  await measure({
    name: `index of ${name} after one file has changed`,
    unit: "ms",
    better: "lower",
    ours: msOfChange,
    reach: { atMost: 50 },
    rounds: 15,
    note: `${about} From a question right behind the change until the index can answer it, in a program that watches them; the file has ${Math.round(text.length / 1_000)} kB.`,
  });
  await measure({
    name: `memory of a program that holds the index of ${name}`,
    unit: "MB",
    better: "lower",
    ours: () => process.memoryUsage().rss / 1e6,
    reach: { atMost: 400 },
    note: `${about} Without those of the parsers.`,
  });
  await held.stop();
  rmSync(home, { recursive: true });
}

await measured(ofPackages);
try {
  await measured(ofTypeScript);
} catch (error) {
  if (!(error instanceof AbsentPeer)) throw error;
  console.error(`TypeScript is left out: ${error.message}.`);
}
