// The static analysis of a package's sources: time for each file, with all parsers, with one, and from the cache.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { measure } from "./measure.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const command = join(root, "dist/command/cli/main.js");
// Sources that every checkout has in exactly this version, and that are not ours to tune for.
const sources = join(root, "node_modules/zod/src");
const folder = mkdtempSync(join(tmpdir(), "aiex-bench-"));

const uncached = settings("uncached.json", { cache_max_mb: 0 });
const alone = settings("alone.json", { cache_max_mb: 0, max_parsers: 1 });
const cached = settings("cached.json", {});

interface Report {
  readonly totals: { readonly files: number };
}

const note = "The sources of zod as installed for development; a whole process, from start to end.";
const peers = [{ name: "itself", does: "with one parser and no cache", round: () => msPerFile(alone) }];

await measure({
  name: "aiex ai analyze of a package, per file, a parser for each core",
  unit: "ms",
  better: "lower",
  ours: () => msPerFile(uncached),
  peers,
  note,
});
await measure({
  name: "aiex ai analyze of a package, per file, nothing changed since the last run",
  unit: "ms",
  better: "lower",
  ours: () => msPerFile(cached),
  peers,
  note,
});
rmSync(folder, { recursive: true });

function settings(name: string, analysis: Readonly<Record<string, number>>): string {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify({ analysis }), { mode: 0o600 });
  return path;
}

function msPerFile(configuration: string): number {
  const start = performance.now();
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [command, "ai", "analyze", "--file", sources, "--format", "json", "--no-model"],
    {
      env: { ...process.env, AIEX_CONFIG: configuration, XDG_CACHE_HOME: folder },
      encoding: "utf8",
      maxBuffer: 1024 ** 3,
    },
  );
  const elapsedMs = performance.now() - start;
  if (status !== 0) throw new Error(`The analysis ended with ${status}: ${stderr}`);
  return elapsedMs / (JSON.parse(stdout) as Report).totals.files;
}
