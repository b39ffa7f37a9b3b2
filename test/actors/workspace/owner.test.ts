// What an owner tells others of its files: all that lies in its workspace, and nothing that does not.
import { describe, expect, test } from "vitest";
import { answerOwned } from "../../../actors/workspace/owner.ts";
import { type OwnerRequest, ownerAnswerIn, ownerRequestIn } from "../../../actors/workspace/owner-request.ts";
import { memoryFileSystem } from "../../../runtime/file-systems/memory.ts";
import { blobHash } from "../../../runtime/store/blob-guard.ts";
import { sandbox } from "./sandbox-stage.ts";

const limits = {
  fileBytesMax: 10,
  lineCharactersMax: 1_000,
  entriesMax: 1_000,
  depthMax: 10,
  bytesMax: 1_000_000,
};

function stage() {
  const files = memoryFileSystem();
  files.putFile("/home/project/lib/a.ts", "one");
  files.putFile("/home/project/long.ts", "x".repeat(50));
  files.putFile("/home/secret.ts", "secret");
  files.putLink("/home/project/link.ts", "/home/project/lib/a.ts");
  files.putLink("/home/project/out.ts", "/home/secret.ts");
  files.putLink("/home/project/up", "/home");
  files.putLink("/here", "/home/project");
  const owner = { files, directory: "/here", limits, sandbox: sandbox() };
  return { files, ask: (request: OwnerRequest) => answerOwned(owner, request) };
}

describe("an owner", () => {
  test.each([".", "/home/project", "lib", "/home/project/lib"])("lists %s", async (path) => {
    const listing = await stage().ask({ what: "list", path });
    expect(listing).toMatchObject({ ok: true, kind: "directory" });
    expect(ownerAnswerIn("list", listing)).toEqual(listing);
  });

  test("tells a file from a directory", async () => {
    expect(await stage().ask({ what: "list", path: "lib/a.ts" })).toEqual({ ok: true, kind: "file" });
  });

  test("reads a file by its path, below a directory, and through a link inside", async () => {
    const { ask } = stage();
    const whole = { ok: true, size: 3, realPath: "/home/project/lib/a.ts" };
    for (const path of ["lib/a.ts", "/home/project/lib/a.ts", "link.ts"])
      expect(await ask({ what: "read", path })).toMatchObject(whole);
    expect(await ask({ what: "read", path: "a.ts", root: "/home/project/lib" })).toMatchObject(whole);
  });

  test("gives no more of a long file than is looked at, and says how long it is", async () => {
    const head = await stage().ask({ what: "read", path: "long.ts" });
    expect(head).toMatchObject({ ok: true, size: 50 });
    expect(head.ok && "bytes" in head ? head.bytes.length : 0).toBe(11);
  });

  test.each<OwnerRequest>([
    { what: "list", path: "/home" },
    { what: "list", path: ".." },
    { what: "list", path: "up" },
    { what: "read", path: "/home/secret.ts" },
    { what: "read", path: "../secret.ts" },
    { what: "read", path: "out.ts" },
    { what: "read", path: "secret.ts", root: "/home" },
    { what: "read", path: "secret.ts", root: "/home/project/.." },
    { what: "read", path: "secret.ts", root: "/home/project/up" },
    { what: "read", path: "../../secret.ts", root: "/home/project/lib" },
    { what: "hash", path: "out.ts" },
    { what: "hash", path: "/home/secret.ts" },
  ])("gives nothing outside of its workspace (%j)", async (request) => {
    expect(await stage().ask(request)).toMatchObject({ ok: false, code: "outside_root" });
  });

  test("gives the hash of a whole file, and none of one that is not there", async () => {
    const { ask } = stage();
    const hash = blobHash(new TextEncoder().encode("x".repeat(50)));
    expect(await ask({ what: "hash", path: "long.ts" })).toEqual({ ok: true, hash });
    expect(await ask({ what: "hash", path: "none.ts" })).toEqual({ ok: true, hash: null });
  });

  test("answers for what is missing, and for a workspace that is", async () => {
    const { files, ask } = stage();
    expect(await ask({ what: "read", path: "none.ts" })).toMatchObject({ code: "file_not_found" });
    expect(await ask({ what: "list", path: "none" })).toMatchObject({ code: "file_not_found" });
    const gone = await answerOwned(
      { files, directory: "/gone", limits, sandbox: sandbox() },
      { what: "list", path: "." },
    );
    expect(gone).toMatchObject({ ok: false, code: "file_not_found" });
  });

  test("says of a listing that no message holds that it is too long", async () => {
    const { files } = stage();
    const name = "n".repeat(200);
    const many = {
      ...files,
      async *readDirectory() {
        for (let index = 0; index < 60_000; index += 1)
          yield { name: `${name}${index}`, kind: "symlink" as const };
      },
    };
    const roomy = {
      files: many,
      directory: "/here",
      sandbox: sandbox(),
      limits: { ...limits, entriesMax: 100_000 },
    };
    const answer = await answerOwned(roomy, { what: "list", path: "." });
    expect(answer).toMatchObject({ ok: false, code: "file_too_large" });
  });
});

describe("what is asked of an owner", () => {
  test.each([
    null,
    {},
    { what: "run", path: "a" },
    { what: "list" },
    { what: "list", path: 1 },
    { what: "read", path: "a", root: 1 },
    { what: "list", path: "x".repeat(5_000) },
    { what: "apply", change: { path: "a", before: "no hash", after: null } },
    { what: "apply", change: { path: "a", before: null, after: null, bytes: [1] } },
  ])("is not taken for a request where it is none (%#)", (value) => {
    expect(ownerRequestIn(value)).toBeUndefined();
  });

  test.each([
    ["list", { ok: true, kind: "directory", root: "/", entries: [{ kind: "file", path: 1, bytes: 1 }] }],
    ["list", { ok: true, kind: "socket" }],
    ["read", { ok: true, bytes: "text", size: 1, realPath: "/a" }],
    ["read", { ok: true, hash: null }],
    ["hash", { ok: true, hash: "../../etc" }],
    ["apply", { ok: false, code: "whatever", message: "m" }],
    ["apply", undefined],
  ] as const)("takes no answer to %s that is none (%#)", (what, value) => {
    expect(ownerAnswerIn(what, value)).toBeUndefined();
  });
});
