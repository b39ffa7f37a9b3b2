// Trees on a disk that would hold up, fill or lead astray whoever reads them: bounded, in order, each thing with its reason.
import { execFileSync } from "node:child_process";
import { chmod, mkdir, mkdtemp, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openGuarded } from "../../../actors/workspace/guard.ts";
import { listingOf } from "../../../actors/workspace/owner.ts";
import { readSourceFile } from "../../../actors/workspace/source-file.ts";
import { realWorld } from "../../../runtime/index.ts";
import { sandbox } from "./sandbox-stage.ts";

const limits = {
  fileBytesMax: 1_000_000,
  lineCharactersMax: 20_000,
  entriesMax: 2_000,
  depthMax: 20,
  bytesMax: 10 ** 9,
};

let directory = "";
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "aiex-hostile-"));
});
afterEach(async () => {
  await chmod(join(directory, "closed"), 0o700).catch(() => undefined);
  await rm(directory, { recursive: true, force: true });
});

const owner = () => ({ files: realWorld().files, directory, sandbox: sandbox(), limits });
const at = (name: string): string => join(directory, name);

async function read(path: string) {
  const { source, size } = await readSourceFile(await openGuarded(owner(), { path }, "others"), limits);
  return { ...source, size };
}

test("a huge file, pipes, sockets, devices, circles of links and a deep tree hold nothing up (fault row 42)", async () => {
  await writeFile(at("huge.ts"), "");
  await truncate(at("huge.ts"), 5 * 1024 ** 3);
  execFileSync("mkfifo", [at("pipe.ts")]);
  const server = createServer().listen(at("s.ts"));
  await new Promise((resolve) => server.once("listening", resolve));
  await symlink("/dev/zero", at("zero.ts"));
  await symlink("round.ts", at("round.ts"));
  await symlink("..", at("up"));
  await mkdir(at("d/".repeat(30)), { recursive: true });
  await writeFile(at(`${"n".repeat(250)}.ts`), "1");
  const listing = await listingOf(owner(), { path: "." }, "others");
  if (listing.kind !== "directory") throw new Error("It is a directory.");
  const reasons = new Map(
    listing.entries.map((entry) => [entry.path.slice(0, 8), "reason" in entry ? entry.reason : "file"]),
  );
  expect(Object.fromEntries(reasons)).toEqual({
    ...{ "huge.ts": "file", "pipe.ts": "not_regular_file", "s.ts": "not_regular_file", "zero.ts": "symlink" },
    ...{ "round.ts": "symlink", up: "symlink", "d/d/d/d/": "depth_limit", nnnnnnnn: "file" },
  });
  expect(await read("huge.ts")).toMatchObject({ size: 5 * 1024 ** 3, kind: "binary" });
  for (const [path, code] of [
    ["pipe.ts", "not_regular_file"],
    ["s.ts", "not_regular_file"],
    ["zero.ts", "outside_root"],
    ["round.ts", "too_many_links"],
    ["up/x", "outside_root"],
  ] as const)
    await expect(read(path)).rejects.toMatchObject({ code });
  await new Promise((resolve) => server.close(resolve));
});

test("more names than are looked at end the listing and say so (fault row 42)", async () => {
  await Promise.all(Array.from({ length: 2_500 }, (_, index) => writeFile(at(`${index}.ts`), "")));
  const listing = await listingOf(owner(), { path: "." }, "others");
  expect(listing).toMatchObject({ entries: [{ kind: "skipped", reason: "entries_limit" }] });
});

test("binary, UTF-16, Latin-1, broken UTF-8 and minified text are told apart (fault row 43)", async () => {
  await writeFile(at("binary.ts"), Buffer.from([1, 2, 0, 3]));
  await writeFile(at("wide.ts"), Buffer.from("\ufefflet a;\n", "utf16le"));
  await writeFile(at("latin.ts"), Buffer.from("let \u00e9;\n", "latin1"));
  await writeFile(at("minified.ts"), "x=1;".repeat(2_500_000));
  expect(await read("binary.ts")).toMatchObject({ kind: "binary" });
  expect(await read("wide.ts")).toMatchObject({ kind: "text", text: "let a;\n", encoding: "utf-16le" });
  expect(await read("latin.ts")).toMatchObject({ kind: "text", valid: false });
  expect(await read("minified.ts")).toMatchObject({ kind: "text", text: "", minified: true });
});

test("archives and objects of Git are bytes, and are never expanded (fault row 44)", async () => {
  const bomb = gzipSync(Buffer.alloc(50 * 1024 ** 2));
  await writeFile(at("bomb.gz"), gzipSync(bomb));
  await writeFile(at("bomb.ts"), bomb);
  for (const path of ["bomb.gz", "bomb.ts"]) expect(await read(path)).toMatchObject({ kind: "binary" });
});
