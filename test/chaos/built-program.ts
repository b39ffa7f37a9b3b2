// Where the programs of nodes lie: beside the compiled conductor, or joined from the sources for a test that runs from them.
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/** A bare node; or one with everything that `aiex node start` has on it, as it was built into `dist`. */
export type ProgramName = "bare" | "whole";

const isSource = import.meta.url.endsWith(".ts");
/** The folder of the sources. */
const here = fileURLToPath(new URL(isSource ? "./" : "../../../", import.meta.url));
const root = join(here, "../../");
const found = new Map<ProgramName, Promise<string>>();

/** The path of a program that Node can run. */
export function nodeProgram(name: ProgramName = "bare"): Promise<string> {
  const program = found.get(name) ?? (name === "whole" ? joinedWhole() : bare());
  found.set(name, program);
  return program;
}

/** Removes what was made for the programs. */
export async function releasePrograms(): Promise<void> {
  const paths = await Promise.all(found.values());
  found.clear();
  for (const path of paths)
    if (path.includes(joinedFolder)) rmSync(dirname(path), { recursive: true, force: true });
}

const joinedFolder = join(here, ".build/joined-");

function bare(): Promise<string> {
  if (!isSource) return Promise.resolve(fileURLToPath(new URL("node-program.js", import.meta.url)));
  const input = {
    "node-program": join(here, "node-program.ts"),
    // The thread that beats is looked for beside what starts it.
    "pulse-program": join(root, "runtime/membership/pulses/pulse-program.ts"),
  };
  return joined(input, []);
}

/** What the product loads of its own lies where the product was built. */
async function joinedWhole(): Promise<string> {
  if (!existsSync(join(root, "dist/supervisors/aiex.js")))
    throw new Error("The product has to be built for this: npm run build.");
  const resolveId = (source: string, importer: string | undefined) => {
    if (importer === undefined || !source.startsWith(".")) return null;
    const path = relative(root, resolve(dirname(importer), source));
    if (!/^(runtime|actors|supervisors)\//.test(path)) return null;
    // As a URL: a path would be taken as one from where the sources are.
    const built = pathToFileURL(join(root, "dist", path.replace(/\.ts$/, ".js")));
    return { id: built.href, external: true };
  };
  const input = { "node-program": join(here, "pipelines/node-program.ts") };
  return joined(input, [{ name: "built product", resolveId }]);
}

async function joined(
  input: Readonly<Record<string, string>>,
  plugins: readonly { readonly name: string; readonly resolveId: unknown }[],
): Promise<string> {
  const { rolldown } = await import("rolldown");
  // Below the packages that it needs, and each test file has one of its own: they run at the same time.
  mkdirSync(dirname(joinedFolder), { recursive: true });
  const dir = mkdtempSync(joinedFolder);
  const bundle = await rolldown({
    input: { ...input },
    platform: "node",
    external: /^[^./]/,
    plugins: [...plugins] as never,
  });
  await bundle.write({ dir, format: "esm", entryFileNames: "[name].js", chunkFileNames: "[name]-[hash].js" });
  await bundle.close();
  return join(dir, "node-program.js");
}
