// The book of trusted projects: one directory each, as it was when somebody looked at it, and never one that could write the book.
import { describe, expect, test } from "vitest";
import { TrustBook } from "../../../actors/workspace/trust.ts";
import { memoryFileSystem } from "../../../runtime/file-systems/memory.ts";

const home = "/home/ada";
const folder = `${home}/.local/share/aiex/trust`;

function stage() {
  const files = memoryFileSystem();
  files.putDirectory(`${home}/code/app/src`);
  files.putDirectory(`${home}/code/app-two`);
  return { files, book: new TrustBook({ files, folder, home }) };
}

async function fileOf(files: ReturnType<typeof memoryFileSystem>): Promise<string> {
  for await (const { name } of files.readDirectory(folder)) return `${folder}/${name}`;
  throw new Error("The book is empty.");
}

describe("TrustBook", () => {
  test("trusts nothing that nobody has trusted", async () => {
    const { book } = stage();
    expect(await book.projectOf(`${home}/code/app`)).toBeUndefined();
    expect(await book.projectOf("/nowhere")).toBeUndefined();
    expect(await book.list()).toEqual([]);
  });

  test("trusts a directory with all below it, and none beside it", async () => {
    const { files, book } = stage();
    files.putLink("/short", `${home}/code/app`);
    await book.trust("/short", 7);
    for (const path of [`${home}/code/app`, `${home}/code/app/src`, "/short", "/short/src"])
      expect(await book.projectOf(path)).toMatchObject({ path: `${home}/code/app`, trustedAt: 7 });
    for (const path of [`${home}/code/app-two`, `${home}/code`, home])
      expect(await book.projectOf(path)).toBeUndefined();
    expect(await book.list()).toMatchObject([{ path: `${home}/code/app` }]);
  });

  test("keeps it for the user alone", async () => {
    const { files, book } = stage();
    await book.trust(`${home}/code/app`, 0);
    expect((await files.status(folder)).mode).toBe(0o700);
    expect((await files.status(await fileOf(files))).mode).toBe(0o600);
  });

  test("does not trust another directory at the same path", async () => {
    const { files, book } = stage();
    await book.trust(`${home}/code/app`, 0);
    await files.remove(`${home}/code/app`, { recursive: true });
    files.putDirectory(`${home}/code/app`);
    expect(await book.projectOf(`${home}/code/app`)).toBeUndefined();
    const [project] = await book.list();
    expect(project && (await book.isPresent(project))).toBe(false);
  });

  test("does not follow a link that was put in the place of a trusted one", async () => {
    const { files, book } = stage();
    await book.trust(`${home}/code/app`, 0);
    await files.remove(`${home}/code/app`, { recursive: true });
    files.putLink(`${home}/code/app`, `${home}/code/app-two`);
    expect(await book.projectOf(`${home}/code/app`)).toBeUndefined();
  });

  test.each(["/", "/home", home])("refuses %s, which is or holds the home", async (path) => {
    const { book } = stage();
    await expect(book.trust(path, 0)).rejects.toMatchObject({ code: "trust_refused" });
    expect(await book.list()).toEqual([]);
  });

  test("refuses the home by another name", async () => {
    const { files, book } = stage();
    files.putLink("/me", home);
    await expect(book.trust("/me", 0)).rejects.toMatchObject({ code: "trust_refused" });
    const moved = new TrustBook({ files, folder, home: "/me" });
    await expect(moved.trust(home, 0)).rejects.toMatchObject({ code: "trust_refused" });
  });

  test("trusts no project that holds the book, whatever is written there", async () => {
    const { files, book } = stage();
    const inside = new TrustBook({ files, folder: `${home}/code/app/.data/trust`, home });
    await expect(inside.trust(`${home}/code/app`, 0)).rejects.toThrow("where is written what is trusted");
    await book.trust(`${home}/code/app`, 0);
    const bytes = await files.readFile(await fileOf(files), { bytesMax: 10_000 });
    const name = (await fileOf(files)).slice(folder.length + 1);
    files.putFile(`${home}/code/app/.data/trust/${name}`, bytes, 0o600);
    expect(await inside.projectOf(`${home}/code/app`)).toBeUndefined();
  });

  test("refuses what is no directory", async () => {
    const { files, book } = stage();
    files.putFile(`${home}/code/a.ts`, "");
    await expect(book.trust(`${home}/code/a.ts`, 0)).rejects.toMatchObject({ code: "not_directory" });
    await expect(book.trust(`${home}/none`, 0)).rejects.toMatchObject({ code: "file_not_found" });
  });

  test("takes no entry that others could have written, that is damaged, or that stands under another's name", async () => {
    const { files, book } = stage();
    await book.trust(`${home}/code/app`, 0);
    const file = await fileOf(files);
    files.setMode(file, 0o622);
    expect(await book.projectOf(`${home}/code/app`)).toBeUndefined();
    files.setMode(file, 0o600);
    expect(await book.projectOf(`${home}/code/app`)).toBeDefined();
    const bytes = await files.readFile(file, { bytesMax: 10_000 });
    for (const damaged of ["", "{", "null", '{"schema":"aiex.trusted-project/1"}', new Uint8Array(20_000)]) {
      files.putFile(file, damaged, 0o600);
      expect(await book.projectOf(`${home}/code/app`)).toBeUndefined();
    }
    await files.remove(file);
    files.putFile(`${folder}/${"a".repeat(64)}.json`, bytes, 0o600);
    expect(await book.projectOf(`${home}/code/app`)).toBeUndefined();
    expect(await book.list()).toEqual([]);
  });

  test("forgets a project, also one that is gone", async () => {
    const { files, book } = stage();
    await book.trust(`${home}/code/app`, 0);
    await book.trust(`${home}/code/app-two`, 0);
    await files.remove(`${home}/code/app-two`);
    expect(await book.revoke(`${home}/code/app-two`)).toBe(true);
    expect(await book.revoke(`${home}/code/app`)).toBe(true);
    expect(await book.revoke(`${home}/code/app`)).toBe(false);
    expect(await book.projectOf(`${home}/code/app`)).toBeUndefined();
  });

  test("loses nothing where two programs trust at the same time", async () => {
    const { files, book } = stage();
    const other = new TrustBook({ files, folder, home });
    await Promise.all([book.trust(`${home}/code/app`, 0), other.trust(`${home}/code/app-two`, 0)]);
    expect(await book.list()).toHaveLength(2);
  });
});
