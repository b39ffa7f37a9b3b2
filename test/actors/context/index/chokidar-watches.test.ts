// Watches of chokidar over real folders.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { chokidarWatches } from "../../../../actors/context/index/chokidar-watches.ts";

const folders: string[] = [];
const all: ReturnType<typeof chokidarWatches>[] = [];

afterEach(async () => {
  for (const watches of all.splice(0)) await watches.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

async function begun(watches: ReturnType<typeof chokidarWatches>, key: string, root: string) {
  const told: string[] = [];
  const failures: string[] = [];
  let hasBegun = false;
  const watch = watches.begin({
    ...{ key, root, directories: new Set([root, join(root, "src")]) },
    onReady: () => {
      hasBegun = true;
    },
    onChange: (path, isName) => told.push(`${isName ? "name" : "content"} ${path}`),
    onFailure: (reason) => failures.push(reason),
  });
  await expect.poll(() => hasBegun).toBe(true);
  return { watch, told, failures };
}

function folder(): string {
  const made = realpathSync(mkdtempSync(join(tmpdir(), "aiex-watches-")));
  folders.push(made);
  mkdirSync(join(made, "src"));
  mkdirSync(join(made, "other"));
  writeFileSync(join(made, "src/a.ts"), "1");
  return made;
}

function watches() {
  const made = chokidarWatches();
  all.push(made);
  return made;
}

describe("watches", () => {
  test("tell of names in the folders that were given, and of no others", async () => {
    const root = folder();
    const { told, failures } = await begun(watches(), "one", root);
    writeFileSync(join(root, "other/c.ts"), "1");
    writeFileSync(join(root, "src/a.ts"), "2");
    writeFileSync(join(root, "src/b.ts"), "1");
    await expect.poll(() => told).toContain(`name ${join(root, "src/b.ts")}`);
    expect(told).toContain(`content ${join(root, "src/a.ts")}`);
    expect(told.filter((one) => one.includes("other/c.ts"))).toEqual([]);
    expect(failures).toEqual([]);
  });

  test("of the same folders do not end each other, and one under the same key ends the earlier one", async () => {
    const root = folder();
    const some = watches();
    const [first, second] = [await begun(some, "one", root), await begun(some, "two", root)];
    const third = await begun(some, "one", root);
    writeFileSync(join(root, "src/b.ts"), "1");
    const expected = `name ${join(root, "src/b.ts")}`;
    await expect.poll(() => [second.told, third.told].every((told) => told.includes(expected))).toBe(true);
    expect(first.told).toEqual([]);
    await second.watch.close();
  });
});
