// Sets of changes on a real disk, by a program that is killed in their middle.
import { type ChildProcess, spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ChangeKeeper } from "../../../../actors/workspace/changes/keeper.ts";
import { realWorld } from "../../../../runtime/index.ts";
import { sandbox } from "../sandbox-stage.ts";
import { change, set } from "./stage.ts";

const filesCount = 300;
const built = fileURLToPath(new URL("../../../../dist/", import.meta.url));

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "aiex-changes-"));
  mkdirSync(join(home, "project"));
  for (let n = 0; n < filesCount; n += 1) writeFileSync(join(home, "project", `${n}.ts`), "before\n");
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const program = `
const at = (path) => import(${JSON.stringify(built)} + path);
const { ChangeKeeper } = await at("actors/workspace/changes/keeper.js");
const { sandboxOf } = await at("actors/workspace/sandbox.js");
const { sandboxConfiguration } = await at("actors/workspace/sandbox-config.js");
const { realWorld } = await at("runtime/index.js");
const { set } = JSON.parse(process.env.CHANGES, (key, value) => key === "bytes" ? Buffer.from(value) : value);
const { files, clock } = realWorld();
const keeper = new ChangeKeeper({ files, clock, directory: process.env.ROOT + "/project", folder: process.env.ROOT + "/changes",
  sandbox: sandboxOf(sandboxConfiguration.parse({})), keep: { days: 30, bytesMax: 1e9 } });
process.stdout.write(JSON.stringify(await keeper.apply(set)));
`;

/** Of all files every third is removed, and beside every fifth another is made. */
const changes = Array.from({ length: filesCount }, (_, n) => [
  change(`${n}.ts`, "before\n", n % 3 === 0 ? null : `after ${n}\n`),
  ...(n % 5 === 0 ? [change(`made/${n}/x.ts`, null, `made ${n}\n`)] : []),
]).flat();
const work = set("run/1", ...changes);

function started(): ChildProcess {
  const written = {
    ...work,
    changes: changes.map(({ bytes, ...one }) => ({ ...one, ...(bytes && { bytes: [...bytes] }) })),
  };
  const env = { ...process.env, ROOT: home, CHANGES: JSON.stringify({ set: written }) };
  return spawn(process.execPath, ["--input-type=module", "-e", program], { env, stdio: "ignore" });
}

function changedCount(): number {
  return changes.filter(({ path, after }) => isAfter(path, after)).length;
}

function isAfter(path: string, after: string | null): boolean {
  const place = join(home, "project", path);
  return after === null
    ? !existsSync(place)
    : existsSync(place) && readFileSync(place, "utf8") !== "before\n";
}

describe("a set of changes on a disk", () => {
  test("row 46: is there as a whole or not at all after kill -9, and is taken back as a whole", async () => {
    const child = started();
    const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    // As soon as a good part of it is done.
    while (child.exitCode === null && child.signalCode === null && changedCount() < filesCount / 3)
      await new Promise((resolve) => setImmediate(resolve));
    child.kill("SIGKILL");
    await ended;
    const { files, clock } = realWorld();
    const tree = { files, directory: join(home, "project"), sandbox: sandbox() };
    const keeper = new ChangeKeeper({
      ...tree,
      clock,
      folder: join(home, "changes"),
      keep: { days: 30, bytesMax: 1e9 },
    });
    const found = await keeper.recover();
    // Whoever was faster than the look at it has finished.
    if (found.length > 0) expect(found).toMatchObject([{ outcome: "completed", run: "run" }]);
    expect(changedCount()).toBe(changes.length);
    expect(await keeper.undo(undefined)).toMatchObject({ ok: true });
    expect(changedCount()).toBe(0);
    expect(readdirSync(join(home, "project")).filter((name) => !name.endsWith(".ts"))).toEqual([]);
  });
});
