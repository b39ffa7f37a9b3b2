// Which session a command belongs to, and what its user has of sessions without any node.
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { sessionSettings } from "../../actors/context/sessions/settings.ts";
import { realWorld } from "../../runtime/index.ts";
import { loadConfiguration } from "../../supervisors/config.ts";
import { ownSessions } from "../../supervisors/own-sessions.ts";
import { openSessionStore, sessionRef } from "../../supervisors/sessions.ts";

const world = realWorld();
const { files } = world;
let home = "";

beforeEach(() => {
  home = realpathSync(mkdtempSync(join(tmpdir(), "aiex-sessions-")));
  mkdirSync(join(home, "project", "lib", "deep"), { recursive: true });
  mkdirSync(join(home, "project", ".git"));
  mkdirSync(join(home, "loose"));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const refOf = (path: string, name?: string) =>
  sessionRef({ files, directory: join(home, path) }, name === undefined ? {} : { name });

describe("The session of a command", () => {
  test("is that of the repository, from wherever in it, and of the directory itself where there is none", async () => {
    const [top, deep, loose] = await Promise.all(
      ["project", "project/lib/deep", "loose"].map((path) => refOf(path)),
    );
    expect(deep).toEqual({ ...top, directory: join(home, "project", "lib", "deep") });
    expect(top?.label).toMatch(/:.*\/project$/);
    expect(loose?.id).not.toBe(top?.id);
    expect(loose?.label).toMatch(/\/loose$/);
  });

  test("is the one that is named, in any directory", async () => {
    const [here, there] = await Promise.all([refOf("project", "release"), refOf("loose", "release")]);
    expect(here).toEqual({ id: there?.id, label: "release", directory: join(home, "project") });
    expect((await refOf("project", "Release")).id).not.toBe(here?.id);
  });

  test("shows the end of a long path", async () => {
    const path = Array.from({ length: 8 }, (_, index) => `${index}`.repeat(100)).join("/");
    mkdirSync(join(home, path), { recursive: true });
    const { label } = await refOf(path);
    expect(label).toMatch(/^….*7{100}$/);
  });

  test("cannot be that of a directory which is not there", async () => {
    await expect(refOf("gone")).rejects.toMatchObject({ code: "file_not_found" });
  });
});

describe("The sessions of a user", () => {
  test("are counted, listed and cleared where their programs keep them", async () => {
    const configuration = await loadConfiguration({ world, env: {}, home });
    const { room } = sessionSettings(configuration.values.context);
    const directory = join(home, "project");
    const { id, label } = await refOf("project");
    const at = Date.now();
    const entry = {
      id: "run/1",
      at,
      kind: "operation",
      operation: "analyze",
      run: "run",
      short: false,
    } as const;
    const session = { id, label, createdAt: at, usedAt: at, clearedAt: 0 };
    await openSessionStore(world, configuration.folders.data).merge(
      [{ ...session, entries: [{ ...entry, summary: "One finding.", paths: ["a.ts"] }] }],
      room,
    );
    const own = ownSessions(world, configuration, directory);
    expect(await own.status()).toMatchObject({ sessions: 1, entries: 1 });
    expect(await own.list()).toMatchObject({ sessions: [{ id, label, entries: 1, node: null }], cut: 0 });
    expect([await own.idOf({}), await own.idOf({ name: "release" })]).toEqual([
      id,
      (await refOf("loose", "release")).id,
    ]);
    expect(await own.show(id, 5)).toMatchObject({ id, label, cut: 0, entries: [{ id: "run/1" }] });
    expect(await own.show("name-none", 5)).toBeNull();
    expect([await own.clear(id), await own.clear(id)]).toEqual([true, false]);
    expect(await own.status()).toMatchObject({ entries: 0 });
    expect(await own.show(id, 5)).toBeNull();
  });
});
