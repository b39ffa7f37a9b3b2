// Somebody swaps files and directories for links while the guard works: nothing outside is read or changed. `AIEX_RACES` sets how often.
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { afterEach, beforeEach, expect, test } from "vitest";
import { applyChange } from "../../../actors/workspace/apply.ts";
import { openGuarded } from "../../../actors/workspace/guard.ts";
import { FileError } from "../../../runtime/file-system.ts";
import { realWorld } from "../../../runtime/index.ts";
import { blobHash } from "../../../runtime/store/blob-guard.ts";
import { sandbox } from "./sandbox-stage.ts";

const races = Number(process.env.AIEX_RACES ?? 200);

/** Swaps `dir` and `file` for links and back as fast as it can, until it is told to end. */
const swapper = `
const { existsSync, renameSync } = require("node:fs");
const { parentPort, workerData } = require("node:worker_threads");
let isOver = false;
let strays = 0;
parentPort.on("message", () => { isOver = true; });
// While neither is there, somebody may make a directory in their place.
function move(at, from, to) {
  try { renameSync(from, to); } catch {
    if (existsSync(at + ".own") && existsSync(at + ".link")) try { renameSync(at, at + ".stray" + strays++); } catch {}
    if (existsSync(from)) move(at, from, to);
  }
}
function swap() {
  for (let time = 0; time < 50; time += 1)
    for (const name of ["dir", "file.ts"]) {
      const at = workerData + "/" + name;
      move(at, at, at + ".own"); move(at, at + ".link", at);
      move(at, at, at + ".link"); move(at, at + ".own", at);
    }
  if (isOver) parentPort.close(); else setImmediate(swap);
}
swap();
`;

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "aiex-races-"));
  await mkdir(join(folder, "project/dir"), { recursive: true });
  await mkdir(join(folder, "outside"));
  await writeFile(join(folder, "outside/a.ts"), "OUTSIDE");
  await writeFile(join(folder, "project/dir/a.ts"), "inside");
  await writeFile(join(folder, "project/file.ts"), "inside");
  await symlink(join(folder, "outside"), join(folder, "project/dir.link"));
  await symlink(join(folder, "outside/a.ts"), join(folder, "project/file.ts.link"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function whileSwapping(work: (number: number) => Promise<void>): Promise<void> {
  const worker = new Worker(swapper, { eval: true, workerData: join(folder, "project") });
  const ended = new Promise((resolve) => worker.once("exit", resolve));
  try {
    for (let number = 0; number < races; number += 1) await work(number);
  } finally {
    worker.postMessage("end");
    await ended;
  }
}

const tree = () => ({ files: realWorld().files, directory: join(folder, "project"), sandbox: sandbox() });

test(`nothing outside is read in ${races} races (T2)`, { timeout: 600_000 }, async () => {
  const seen = new Map<string, number>();
  await whileSwapping(async (number) => {
    const path = number % 2 === 0 ? "dir/a.ts" : "file.ts";
    const asker = number % 4 < 2 ? "person" : "others";
    let outcome: string;
    try {
      const { file } = await openGuarded(tree(), { path }, asker);
      outcome = new TextDecoder().decode(await file.read(100));
      await file.close();
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      outcome = error.code;
    }
    seen.set(outcome, (seen.get(outcome) ?? 0) + 1);
  });
  expect(seen.get("OUTSIDE")).toBeUndefined();
  expect(seen.get("inside")).toBeGreaterThan(0);
});

test(`nothing outside is written, made or taken away in ${races} races (T2)`, {
  timeout: 600_000,
}, async () => {
  const bytes = new TextEncoder().encode("x");
  let made = 0;
  await whileSwapping(async (number) => {
    const path = ["dir/new.ts", "dir/sub/new.ts", "dir/a.ts"][number % 3] ?? "";
    const before = path === "dir/a.ts" ? blobHash(new TextEncoder().encode("OUTSIDE")) : null;
    const change =
      path === "dir/a.ts"
        ? { path, before, after: null, bytes: undefined }
        : { path, before, after: blobHash(bytes), bytes };
    const applied = await applyChange(tree(), change);
    if (applied.ok) made += 1;
    await rm(join(folder, "project/dir/sub"), { recursive: true, force: true }).catch(() => undefined);
  });
  expect(made).toBeGreaterThan(0);
  expect(await readdir(join(folder, "outside"))).toEqual(["a.ts"]);
  expect(await readFile(join(folder, "outside/a.ts"), "utf8")).toBe("OUTSIDE");
});
