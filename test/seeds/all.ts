// The seeds that every run of the tests plays, by the room's own program: in the program of the tests, which counts what is covered, they
// would take half as long again.
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { rolldown } from "rolldown";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const seedsOfAll = 300;
/** Far more than they take: a play that hangs is to be told from a machine that is busy. */
const testMsMax = 600_000;
const run = promisify(execFile);

/** Declares the test of the room in a folder below test/. `who` is there in the plural, with a capital letter. */
export function testSeeds(folder: string, who: string): void {
  const room = fileURLToPath(new URL(`../${folder}/`, import.meta.url));
  let joined = "";

  beforeAll(async () => {
    // Below the packages that the program needs.
    mkdirSync(join(room, ".build"), { recursive: true });
    joined = mkdtempSync(join(room, ".build/joined-"));
    const bundle = await rolldown({ input: join(room, "sim.ts"), platform: "node", external: /^[^./]/ });
    await bundle.write({ dir: joined, format: "esm", entryFileNames: "[name].js" });
    await bundle.close();
  });

  afterAll(() => rmSync(joined, { recursive: true, force: true }));

  describe(`${who} under random faults`, () => {
    test(
      `keep every promise in ${seedsOfAll} seeds`,
      async () => {
        const words = ["--only", "--from", "1", "--seeds", String(seedsOfAll)];
        const { stdout, stderr } = await run(process.execPath, [join(joined, "sim.js"), ...words]).catch(
          // What failed is in what it said.
          (error: { readonly stdout: string; readonly stderr: string }) => error,
        );
        expect(stderr).toBe("");
        expect(JSON.parse(stdout)).toMatchObject({ seeds: seedsOfAll, failed: 0 });
      },
      testMsMax,
    );
  });
}
