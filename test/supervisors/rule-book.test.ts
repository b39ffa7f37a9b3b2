// All rules in one book: ours, the user's own, and the cases that the user wrote.
import { beforeEach, describe, expect, it } from "vitest";
import { type MemoryFileSystem, memoryFileSystem } from "../../runtime/file-systems/memory.ts";
import { ConfigurationError, loadConfiguration } from "../../supervisors/config.ts";
import { ruleBook } from "../../supervisors/rule-book.ts";

const folder = "/home/ada/.config/aiex/rules";
const rule = (id: string): string => `id: ${id}
language: Go
severity: hint
message: M.
rule: { kind: call_expression }
metadata: { category: smells, remedy: R. }
`;

let files: MemoryFileSystem;

beforeEach(() => {
  files = memoryFileSystem();
  files.putFile(`${folder}/a.yml`, `${rule("one")}---\n${rule("two")}`);
  files.putFile(`${folder}/tests/a.yml`, "id: one\ninvalid: [f()]\nvalid: [x, y]\n");
  files.putFile(`${folder}/tests/b.yml`, "id: one\ninvalid: [g()]\nvalid: [z]\n");
});

async function book() {
  const { userRules } = await loadConfiguration({ world: { files }, env: {}, home: "/home/ada" });
  return ruleBook(files, userRules);
}

describe("The book of rules", () => {
  it("holds ours and the user's own", async () => {
    const ids = (await (await book()).rules()).map(({ id }) => id);
    expect(ids).toContain("python/eval");
    expect(ids).toContain("shared/import-cycle");
    expect(ids.filter((id) => id.startsWith("user/"))).toEqual(["user/one", "user/two"]);
  });

  it("has the cases of a rule from all files, and none where none were written", async () => {
    const { casesOf } = await book();
    expect(await casesOf("user/one")).toEqual({ invalid: ["f()", "g()"], valid: ["x", "y", "z"] });
    expect(await casesOf("user/two")).toBeUndefined();
    expect(await casesOf("python/eval")).toBeUndefined();
  });

  it("says what is wrong with a file of cases", async () => {
    files.putFile(`${folder}/tests/b.yml`, "id: one\ninvalid: 7\n");
    const { casesOf } = await book();
    await expect(casesOf("user/one")).rejects.toThrow(ConfigurationError);
  });
});
