// The build's steps behind the compiler: removes what was compiled from sources that are gone, lets the command be run
// as a program, and checks and compiles the rules of the static analysis.
import { chmodSync, existsSync, readdirSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";

const dist = new URL("../dist/", import.meta.url);
const sources = new URL("../", import.meta.url);

// The compiler writes and never removes; a file that stayed would be packed, and found by nobody's test.
for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile()) continue;
  const path = `${entry.parentPath}/${entry.name}`.replaceAll("\\", "/").slice(fileURLToPath(dist).length);
  const source = path.replace(/(\.d\.ts|\.js)(\.map)?$/, ".ts");
  if (source !== path && !existsSync(new URL(source, sources))) rmSync(new URL(path, dist));
}

// The owner may write, everybody may run it: npm sets this for an installed package, and not for a checkout.
chmodSync(new URL("cli/main.js", dist), 0o755);

await import(new URL("actors/analysis/compile-rules.js", dist).href);
