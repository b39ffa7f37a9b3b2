// The build's steps behind the compiler: removes what was compiled from sources that are gone, lets the command be run
// as a program, checks and compiles the rules of the static analysis, takes the fingerprint of its engine, and joins the command.
import { createHash } from "node:crypto";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { fileURLToPath } from "node:url";

const dist = new URL("../dist/", import.meta.url);
const sources = new URL("../", import.meta.url);

// The compiler writes and never removes; a file that stayed would be packed, and found by nobody's test.
for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || entry.parentPath.startsWith(fileURLToPath(new URL("command", dist)))) continue;
  const path = `${entry.parentPath}/${entry.name}`.replaceAll("\\", "/").slice(fileURLToPath(dist).length);
  const source = path.replace(/(\.d\.ts|\.js)(\.map)?$/, ".ts");
  if (source !== path && !existsSync(new URL(source, sources))) rmSync(new URL(path, dist));
}

await import(new URL("actors/analysis/compile-rules.js", dist).href);

// Answers of another engine must not be taken for this one's: every program and rule list counts, and so do the grammars.
const engine = new URL("actors/analysis/", dist);
const hash = createHash("sha256");
for (const name of readdirSync(engine, { recursive: true }).sort()) {
  if (/\.(js|json)$/.test(name) && name !== "engine.json")
    hash.update(name).update(readFileSync(new URL(name, engine)));
}
const { optionalDependencies } = JSON.parse(readFileSync(new URL("package.json", sources), "utf8"));
hash.update(JSON.stringify(optionalDependencies));
writeFileSync(new URL("engine.json", engine), `${JSON.stringify({ fingerprint: hash.digest("hex") })}\n`);

await import("./bundle.js");
const joined = new URL("command/", dist);
for (const name of ["rules.json", "engine.json"]) {
  copyFileSync(new URL(name, engine), new URL(`actors/analysis/${name}`, joined));
}
// The owner may write, everybody may run it: npm sets this for an installed package, and not for a checkout.
chmodSync(new URL("cli/main.js", joined), 0o755);
