// Disks that are full, fail or may not be written: an append fails visibly, and what was acknowledged is there.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ended, startProgram, works } from "./store-program.ts";

// A small disk in memory, for this program alone: it needs no rights where the kernel lets users have rooms of their own.
const mount = 'mount -t tmpfs -o size=2m none "$STORE_FOLDER"';
const smallDisk = ["unshare", "-Urm", "sh", "-c", `${mount} && exec "$@"`, "sh"];
const hasSmallDisk = works(["unshare", "-Urm", "sh", "-c", "mount -t tmpfs -o size=1m none /mnt"]);
// The third figure is in blocks of 1,024 bytes in dash, and of 512 in others: enough of both.
const shortFiles = ["sh", "-c", 'ulimit -S -f 1600 && exec "$@"', "sh"];
const hasShortFiles = works([...shortFiles, "prlimit", "--version"]);
const failingSync = (errno: string): readonly string[] => [
  "strace",
  ...[
    "-f",
    "-qq",
    "-o",
    "/dev/null",
    "-e",
    "trace=fdatasync",
    "-e",
    `inject=fdatasync:error=${errno}:when=6`,
  ],
];
const hasFailingSync = works([...failingSync("EIO"), "true"]);

const fillUntilItFails = `
  let number = 0;
  let outcome = 0;
  const grow = async () => {
    for (;;) {
      outcome = await append(store, number, number + 1);
      if (typeof outcome !== "number") return;
      number += 1;
    }
  };
`;

describe("A journal on a disk", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "aiex-disk-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it("says so when it is full, keeps what it acknowledged, and goes on when there is room", async ({
    skip,
  }) => {
    if (!hasSmallDisk) return skip("no small disk can be mounted here");
    const body = `
      writeFileSync(folder + "/ballast", new Uint8Array(1_000_000));
      const store = await open();
      ${fillUntilItFails}
      await grow();
      say({ acknowledged: number > 50, failed: outcome.failed, errno: outcome.errno });
      const bucket = await store.bucket("names").write("key", new Uint8Array(20_000), 0);
      say({ bucket: bucket.kind, count: (await count(store)) === number });
      say({ again: (await append(store, number, number + 1)).failed });
      rmSync(folder + "/ballast");
      say({ room: (await append(store, number, number + 1)) === number + 1 });
      say({ bucket: (await store.bucket("names").write("key", new Uint8Array(20_000), 0)).kind });
      await store.close();
      const reopened = await open();
      say({ reopened: (await count(reopened)) === number + 1 });
      await reopened.close();`;
    const { lines, code } = await ended(startProgram(body, folder, smallDisk));
    expect(lines).toEqual([
      // A write that was done in part is an input/output error to LMDB.
      { acknowledged: true, failed: "JournalFailed", errno: expect.stringMatching(/^(ENOSPC|EIO)$/) },
      { bucket: "unknown", count: true },
      { again: "JournalFailed" },
      { room: true },
      { bucket: "written" },
      { reopened: true },
    ]);
    expect(code).toBe(0);
  });

  it("says so when it is full already, and when it may only be read", async ({ skip }) => {
    if (!hasSmallDisk) return skip("no small disk can be mounted here");
    const body = `
      const tried = () => open().then((store) => store.close().then(() => "opened"), (error) => error.name);
      try { writeFileSync(folder + "/ballast", new Uint8Array(3_000_000)); } catch { }
      say({ full: await tried() });
      rmSync(folder + "/ballast");
      say({ room: await tried() });
      execFileSync("mount", ["-o", "remount,ro", folder]);
      say({ readOnly: await tried() });
      execFileSync("mount", ["-o", "remount,rw", folder]);
      say({ writable: await tried() });`;
    const { lines, code } = await ended(startProgram(body, folder, smallDisk));
    expect(lines).toEqual([
      { full: "JournalFailed" },
      { room: "opened" },
      { readOnly: "JournalFailed" },
      { writable: "opened" },
    ]);
    expect(code).toBe(0);
  });

  it("says so when its file may not grow, and goes on when it may", async ({ skip }) => {
    if (!hasShortFiles) return skip("the size of files cannot be limited here");
    const body = `
      const store = await open();
      ${fillUntilItFails}
      await grow();
      say({ failed: outcome.failed, errno: outcome.errno, count: (await count(store)) === number });
      execFileSync("prlimit", ["--pid", String(process.pid), "--fsize=unlimited"]);
      say({ room: (await append(store, number, number + 1)) === number + 1 });
      await store.close();`;
    const { lines, code } = await ended(startProgram(body, folder, shortFiles));
    expect(lines).toEqual([{ failed: "JournalFailed", errno: "EFBIG", count: true }, { room: true }]);
    expect(code).toBe(0);
  });

  it.for(["EIO", "ENOSPC"])(
    "acknowledges nothing when it cannot sync (%s), and goes on",
    async (errno, { skip }) => {
      if (!hasFailingSync) return skip("there is no strace here");
      const body = `
      const store = await open();
      ${fillUntilItFails}
      await grow();
      say({ failed: outcome.failed, errno: outcome.errno, count: (await count(store)) === number });
      say({ next: (await append(store, number, number + 1)) === number + 1 });
      await store.close();
      const reopened = await open();
      say({ reopened: (await count(reopened)) === number + 1 });
      await reopened.close();`;
      const { lines, code } = await ended(startProgram(body, folder, failingSync(errno)));
      expect(lines).toEqual([
        { failed: "JournalFailed", errno, count: true },
        { next: true },
        { reopened: true },
      ]);
      expect(code).toBe(0);
    },
  );
});
