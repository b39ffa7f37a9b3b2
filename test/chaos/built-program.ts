// Where the program of a node lies: beside the compiled conductor, or joined from the sources for a test that runs from them.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

let found: Promise<string> | undefined;

/** The path of a program that Node can run. */
export function nodeProgram(): Promise<string> {
  found ??= import.meta.url.endsWith(".ts") ? joined() : Promise.resolve(pathOf("node-program.js"));
  return found;
}

/** Removes what was made for the program. */
export async function releaseProgram(): Promise<void> {
  const path = await found;
  found = undefined;
  if (path !== undefined && import.meta.url.endsWith(".ts"))
    rmSync(dirname(path), { recursive: true, force: true });
}

async function joined(): Promise<string> {
  const { rolldown } = await import("rolldown");
  // Below the packages that it needs, and each test file has one of its own: they run at the same time.
  mkdirSync(pathOf(".build"), { recursive: true });
  const dir = mkdtempSync(pathOf(".build/joined-"));
  const bundle = await rolldown({
    input: {
      "node-program": pathOf("node-program.ts"),
      // The thread that beats is looked for beside what starts it.
      "pulse-program": pathOf("../../runtime/membership/pulses/pulse-program.ts"),
    },
    platform: "node",
    external: /^[^./]/,
  });
  await bundle.write({ dir, format: "esm", entryFileNames: "[name].js", chunkFileNames: "[name]-[hash].js" });
  await bundle.close();
  return join(dir, "node-program.js");
}

function pathOf(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}
