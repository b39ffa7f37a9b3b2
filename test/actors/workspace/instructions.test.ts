// What a project tells models: nothing before it is trusted, nothing from outside of it, and no more than fits.
import { describe, expect, test } from "vitest";
import { instructionsOf } from "../../../actors/workspace/instructions.ts";
import { answerOwned } from "../../../actors/workspace/owner.ts";
import { ownerAnswerIn, ownerRequestIn } from "../../../actors/workspace/owner-request.ts";
import { TrustBook } from "../../../actors/workspace/trust.ts";
import type { FileSystem } from "../../../runtime/file-system.ts";
import { memoryFileSystem } from "../../../runtime/file-systems/memory.ts";
import { sandbox } from "./sandbox-stage.ts";

const root = "/home/ada/app";

async function stage(isTrusted = true) {
  const files = memoryFileSystem();
  files.putFile(`${root}/AGENTS.md`, "top");
  files.putLink(`${root}/CLAUDE.md`, "AGENTS.md");
  files.putFile(`${root}/packages/one/GEMINI.md`, "one");
  files.putFile(`${root}/packages/one/src/a.ts`, "");
  files.putFile(`${root}/packages/two/AGENTS.md`, "two");
  files.putFile("/home/ada/AGENTS.md", "not of the project");
  const trust = new TrustBook({ files, folder: "/home/ada/.local/share/aiex/trust", home: "/home/ada" });
  if (isTrusted) await trust.trust(root, 0);
  const tree = { files, directory: root, sandbox: sandbox(), trust };
  return { files, tree };
}

const pathsOf = (found: { readonly files: readonly { readonly path: string }[] }) =>
  found.files.map(({ path }) => path);

describe("instructionsOf()", () => {
  test("gives those at the top and above the paths, each file once", async () => {
    const { tree } = await stage();
    const nothing = { waiting: [], leftOut: [] };
    expect(await instructionsOf(tree, [])).toEqual({
      ok: true,
      files: [{ path: "AGENTS.md", text: "top" }],
      ...nothing,
    });
    expect(await instructionsOf(tree, ["packages/one/src/a.ts"])).toEqual({
      ok: true,
      files: [
        { path: "AGENTS.md", text: "top" },
        { path: "packages/one/GEMINI.md", text: "one" },
      ],
      ...nothing,
    });
    expect(pathsOf(await instructionsOf(tree, [`${root}/packages/two`, "packages/one"]))).toEqual([
      "AGENTS.md",
      "packages/one/GEMINI.md",
      "packages/two/AGENTS.md",
    ]);
  });

  test("reads none of a project that is not trusted, and says which wait (T1)", async () => {
    const { files, tree } = await stage(false);
    const closed: FileSystem = {
      ...files,
      open: (path) => {
        throw new Error(`${path} was opened.`);
      },
    };
    expect(await instructionsOf({ ...tree, files: closed }, ["packages/two"])).toEqual({
      ok: true,
      files: [],
      waiting: ["AGENTS.md", "CLAUDE.md", "packages/two/AGENTS.md"],
      leftOut: [],
    });
    const { trust: _, ...without } = tree;
    expect((await instructionsOf(without, [])).files).toEqual([]);
  });

  test("follows no path and no link outside", async () => {
    const { files, tree } = await stage();
    files.putFile("/home/ada/other/AGENTS.md", "other");
    files.putLink(`${root}/linked`, "/home/ada/other");
    files.putLink(`${root}/packages/AGENTS.md`, "/home/ada/other/AGENTS.md");
    for (const path of ["..", "/home/ada/other", "../other/AGENTS.md"])
      expect(pathsOf(await instructionsOf(tree, [path]))).toEqual(["AGENTS.md"]);
    const found = await instructionsOf(tree, ["linked", "packages/one"]);
    expect(pathsOf(found)).toEqual(["AGENTS.md", "packages/one/GEMINI.md"]);
    expect(found.leftOut).toEqual(["packages/AGENTS.md"]);
  });

  test("leaves out what is no text, and what would be too much", async () => {
    const { files, tree } = await stage();
    files.putFile(`${root}/packages/AGENTS.md`, new Uint8Array([0xff, 0xfe, 0x00]));
    files.putFile(`${root}/packages/CLAUDE.md`, "x".repeat(64 * 1024));
    files.putSpecial(`${root}/packages/GEMINI.md`, "fifo");
    const found = await instructionsOf(tree, ["packages/one"]);
    expect(pathsOf(found)).toEqual(["AGENTS.md", "packages/one/GEMINI.md"]);
    expect(found.leftOut).toEqual(["packages/AGENTS.md", "packages/CLAUDE.md", "packages/GEMINI.md"]);
  });

  test("obeys the sandbox", async () => {
    const { tree } = await stage();
    const strict = { ...tree, sandbox: sandbox({ denied_patterns: ["packages/"] }) };
    expect(pathsOf(await instructionsOf(strict, ["packages/one"]))).toEqual(["AGENTS.md"]);
  });

  test("goes on where a path is as deep and paths are as many as they can be", async () => {
    const { tree } = await stage();
    const paths = Array.from({ length: 1_000 }, (_, index) => `${"d/".repeat(500)}${index}`);
    expect(pathsOf(await instructionsOf(tree, paths))).toEqual(["AGENTS.md"]);
  });
});

describe("an owner that is asked for instructions", () => {
  test("answers in a form that others take", async () => {
    const { tree } = await stage();
    const limits = { fileBytesMax: 10, lineCharactersMax: 10, entriesMax: 10, depthMax: 10, bytesMax: 10 };
    const request = ownerRequestIn({ what: "instructions", paths: ["packages/one"] });
    if (request === undefined) throw new Error("It is no request.");
    const answer = await answerOwned({ ...tree, limits }, request);
    expect(answer).toMatchObject({ ok: true, files: [{ text: "top" }, { text: "one" }] });
    expect(ownerAnswerIn("instructions", answer)).toEqual(answer);
    expect(ownerAnswerIn("instructions", { ok: true, files: [{ path: 1 }] })).toBeUndefined();
    expect(ownerRequestIn({ what: "instructions", paths: [1] })).toBeUndefined();
  });
});
