// Sessions in LMDB: several add to the same ones at the same time, and what cannot be read is told.
import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { folderSessionStore } from "../../../../../actors/context/sessions/stores/folder.ts";
import { realWorld } from "../../../../../runtime/index.ts";
import { settings } from "../session-stage.ts";
import { session, storeConformance } from "../session-store-conformance.ts";

let folder = "";

beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), "aiex-sessions-")), "sessions");
});

afterEach(() => rm(join(folder, ".."), { recursive: true, force: true }));

const open = () => folderSessionStore({ world: realWorld(), folder });

describe("folderSessionStore", () => {
  storeConformance(open);

  test("makes a folder that nobody else can read", async () => {
    await open().merge([session("a", ["x", 200])], settings.room);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    expect((await stat(join(folder, "data.mdb"))).mode & 0o777).toBe(0o600);
  });

  test("loses nothing of what many add at the same time", async () => {
    const names = Array.from({ length: 12 }, (_, index) => `e${index}`);
    await Promise.all(
      names.map((name, index) => open().merge([session("a", [name, 200 + index])], settings.room)),
    );
    expect((await open().read("a"))?.entries.map(({ id }) => id)).toEqual(names);
  });

  test("forgets those that were used least where their list has no room, and goes on taking others", async () => {
    const store = folderSessionStore({ world: realWorld(), folder, listBytesMax: 1_000 });
    const ids = Array.from({ length: 12 }, (_, index) => `s${index}`);
    const sessions = ids.map((id, index) => session(id, [`e${index}`, 200 + index]));
    await store.merge(sessions.slice(0, 11), settings.room);
    await store.merge(sessions.slice(11), settings.room);
    const left = (await store.list()).map(({ id }) => id);
    expect(left.length).toBeGreaterThan(1);
    expect(left).toEqual(ids.slice(-left.length).toReversed());
    for (const id of ids) expect((await store.read(id)) === undefined).toBe(!left.includes(id));
  });

  test("says that a folder that is none cannot be read, and changes nothing of it", async () => {
    await rm(folder, { recursive: true, force: true });
    await writeFile(folder, "a file");
    await expect(open().list()).rejects.toMatchObject({ code: "store_unavailable" });
    await expect(open().merge([session("a")], settings.room)).rejects.toMatchObject({
      code: "store_unavailable",
    });
  });
});
