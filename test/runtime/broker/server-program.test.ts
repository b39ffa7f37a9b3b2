// Which nats-server is taken from the PATH, and what is said where none will do.
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { checkServerProgram, findServerProgram } from "../../../runtime/broker/server-program.ts";
import { realWorld } from "../../../runtime/index.ts";
import { serverProgram } from "../../nats/server-program.ts";

const world = realWorld();

/** A folder with a program that answers as a nats-server of that version does. */
function folderWith(script: string, mode = 0o755): string {
  const folder = mkdtempSync(join(tmpdir(), "aiex-path-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, "nats-server");
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, mode);
  return folder;
}

const saying = (version: string): string => folderWith(`echo "nats-server: v${version}"`);
const find = (...folders: readonly string[]) => findServerProgram(world, folders.join(delimiter));

describe("findServerProgram()", () => {
  test.each(["2.10.0", "2.10.27-RC.1", "2.14.3", "3.0.0"])("takes version %s", async (version) => {
    const folder = saying(version);
    expect(await find(folder)).toEqual({ path: join(folder, "nats-server"), version });
  });

  test.each(["2.9.10", "2.9.25", "1.4.1", "0.10.0"])(
    "refuses version %s in words, and says how to get one",
    async (version) => {
      await expect(find(saying(version))).rejects.toMatchObject({
        code: "too_old",
        message: expect.stringMatching(
          new RegExp(`is version ${version}, .* 2\\.10 or later.*releases`, "s"),
        ),
      });
    },
  );

  test("passes over one that is too old where another folder has a newer one", async () => {
    const folder = saying("2.11.0");
    expect(await find(saying("2.9.10"), folder)).toMatchObject({ path: join(folder, "nats-server") });
  });

  test("passes over what is no program of that kind", async () => {
    const directory = mkdtempSync(join(tmpdir(), "aiex-path-"));
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
    mkdirSync(join(directory, "nats-server"));
    const others = [
      folderWith("echo nats-server: v2.14.0", 0o644),
      folderWith("exit 1"),
      folderWith("echo something else: v2.14.0"),
      folderWith("kill -9 $$"),
      directory,
      "relative/folder",
      "",
      "/nowhere/at/all",
    ];
    await expect(find(...others)).rejects.toMatchObject({ code: "none_found" });
    const folder = saying("2.10.1");
    expect(await find(...others, folder)).toMatchObject({ version: "2.10.1" });
  });

  test("says where to get one on a machine that has none", async () => {
    await expect(find("/nowhere/at/all")).rejects.toMatchObject({
      code: "none_found",
      message: expect.stringMatching(/no nats-server on the PATH.*releases.*brew install.*--nats URL/s),
    });
  });

  test("agrees with the server that the tests run against", async () => {
    const { path, version } = await serverProgram();
    const found = find(dirname(path));
    if (/^2\.\d\./.test(version)) await expect(found).rejects.toMatchObject({ code: "too_old" });
    else expect(await found).toEqual({ path, version });
  });
});

describe("checkServerProgram()", () => {
  test("refuses a path where nothing runs", async () => {
    await expect(checkServerProgram(world, "/nowhere/nats-server")).rejects.toMatchObject({
      code: "not_runnable",
      message: expect.stringContaining('"/nowhere/nats-server" does not run'),
    });
  });
});
