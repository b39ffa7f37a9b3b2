// Writes the pages of documentation that are made from the code: the table of events, and the statecharts of the actors.
// It reads what the compiler wrote; a test makes the same pages from the sources and compares them.
import { writeFileSync } from "node:fs";
import { generatedPages } from "./docs/pages.js";

const pages = await generatedPages((module) => import(new URL(`../dist/${module}.js`, import.meta.url).href));
for (const [path, text] of pages) {
  writeFileSync(new URL(`../${path}`, import.meta.url), text);
  console.log(`Wrote ${path}.`);
}
