// The folder of a user's own rules: where it is, what is read of it, and how every fault is told.
import { beforeEach, describe, expect, it } from "vitest";
import { userRuleFileBytesMax, userRuleFilesMax, userRulesMax } from "../../../actors/analysis/limits.ts";
import { type MemoryFileSystem, memoryFileSystem } from "../../../runtime/file-systems/memory.ts";
import { ConfigurationError, loadConfiguration, readUserRuleCases } from "../../../supervisors/config.ts";

const home = "/home/ada";
const folder = `${home}/.config/aiex/rules`;
let files: MemoryFileSystem;
beforeEach(() => {
  files = memoryFileSystem({ workingDirectory: "/project" });
});

const rule = (id: string): string => `id: ${id}
language: Go
severity: hint
message: M.
rule: { kind: call_expression }
metadata: { category: smells, remedy: R. }
`;

const load = (env: Record<string, string> = {}) => loadConfiguration({ world: { files }, env, home });

async function idsOf(env: Record<string, string> = {}): Promise<string[]> {
  return (await load(env)).userRules.rules.map((own) => own.rule.id);
}

async function problemsOf(attempt: Promise<unknown> = load()): Promise<string[]> {
  const error = await attempt.then(
    () => new Error("nothing was wrong"),
    (reason: unknown) => reason,
  );
  if (!(error instanceof ConfigurationError)) throw error;
  return error.message
    .split("\n")
    .slice(1)
    .map((line) => line.trim());
}

describe("The user's own rules", () => {
  it("are none where there is no folder", async () => {
    expect((await load()).userRules).toEqual({ folder, rules: [] });
  });

  it("are none where the home is no directory, as that of a service", async () => {
    files.putFile("/dev/null", "");
    const { userRules } = await loadConfiguration({ world: { files }, env: {}, home: "/dev/null" });
    expect(userRules.rules).toEqual([]);
  });

  it("cannot be in a file in place of the folder", async () => {
    files.putFile(folder, rule("one"));
    expect(await problemsOf()).toEqual([expect.stringContaining("not a directory")]);
  });

  it("are the documents of all YAML files, in the order of their ids", async () => {
    files.putFile(`${folder}/b.yml`, `${rule("two")}---\n${rule("one")}`);
    files.putFile(`${folder}/a.yaml`, rule("three"));
    files.putFile(`${folder}/C.YML`, rule("four"));
    expect(await idsOf()).toEqual(["user/four", "user/one", "user/three", "user/two"]);
  });

  it("are looked for beside the configuration, whatever file AIEX_CONFIG names", async () => {
    files.putFile("/xdg/aiex/rules/a.yml", rule("there"));
    files.putFile(`${folder}/a.yml`, rule("here"));
    files.putFile("/named.yaml", "{}", 0o600);
    expect(await idsOf({ XDG_CONFIG_HOME: "/xdg" })).toEqual(["user/there"]);
    expect(await idsOf({ XDG_CONFIG_HOME: "relative", AIEX_CONFIG: "/named.yaml" })).toEqual(["user/here"]);
  });

  it("are never those of a project", async () => {
    files.putFile("/project/.config/aiex/rules/a.yml", rule("theirs"));
    files.putFile("/project/rules/a.yml", rule("theirs"));
    expect(await idsOf()).toEqual([]);
  });

  it("are no other files, no editor's, and none of folders below", async () => {
    for (const name of ["notes.md", ".#a.yml", ".a.yml", "a.yml~", "tests/a.yml", "more/a.yml"]) {
      files.putFile(`${folder}/${name}`, "id: [");
    }
    expect(await idsOf()).toEqual([]);
  });

  it("are refused with the rule, the key and the place, beside what else is wrong", async () => {
    files.putFile(`${folder}/a.yml`, rule("one").replace(", remedy: R.", ""));
    files.putFile(`${home}/.config/aiex/config.yaml`, "llm: {nothing: 1}");
    expect(await problemsOf()).toEqual(
      [
        `${home}/.config/aiex/config.yaml:1:7: llm.nothing is not a known key. Known here: ${"timeout_ms"}, max_retries, max_concurrent_requests, circuit_breaker, providers.`,
        `${folder}/a.yml:6:1: metadata.remedy of the rule one is missing. Say in a sentence what to do instead.`,
      ].map((line) =>
        line.includes("llm.nothing") ? expect.stringContaining("llm.nothing is not a known key") : line,
      ),
    );
  });

  it("are refused where two have one id", async () => {
    files.putFile(`${folder}/a.yml`, rule("one"));
    files.putFile(`${folder}/b.yml`, `${rule("two")}---\n${rule("one")}`);
    expect(await problemsOf()).toEqual([
      `${folder}/b.yml:8:1: id of the rule user/one is taken: ${folder}/a.yml:1 has it too. Rename one.`,
    ]);
  });

  it.each<[string, (path: string) => void, RegExp]>([
    ["a link", (path) => files.putLink(path, "/project/a.yml"), /symbolic link, which is not followed/],
    ["a pipe", (path) => files.putSpecial(path, "fifo"), /not a regular file/],
    ["a folder", (path) => files.putDirectory(path), /is a directory/],
    ["a file that may not be read", (path) => files.putFile(path, rule("a"), 0), /permission denied/],
    [
      "a large file",
      (path) => files.putFile(path, " ".repeat(userRuleFileBytesMax + 1)),
      /larger than 65536 bytes\. Split/,
    ],
    ["bytes that are no text", (path) => files.putFile(path, Uint8Array.of(0xff, 0xfe)), /not UTF-8/],
    ["a binary", (path) => files.putFile(path, "a\0b"), /is binary, and a file of rules is a text file/],
    ["endless nesting", (path) => files.putFile(path, "[".repeat(5_000)), /nested more than 32 deep/],
    [
      "too many words",
      (path) => files.putFile(path, `[${"a,".repeat(30_000)}]`),
      /more than 20000 words\. Is it a file of rules\?/,
    ],
    ["a bomb of aliases", (path) => files.putFile(path, "a: &a [x]\nb: [*a, *a]"), /an alias/],
    ["no YAML", (path) => files.putFile(path, "a: ["), /not valid YAML/],
  ])("cannot be in %s", async (_, put, message) => {
    put(`${folder}/a.yml`);
    const problems = await problemsOf();
    expect(problems).toEqual([expect.stringMatching(message)]);
    expect(problems[0]).toMatch(/^\/home\/ada\/\.config\/aiex\/rules\/a\.yml:1:\d+: /);
  });

  it("cannot be in a folder that is a file", async () => {
    files.putFile(folder, "id: a");
    expect(await problemsOf()).toEqual([expect.stringContaining("not a directory")]);
  });

  it("have limits to their number, and so have their files and the faults that are told", async () => {
    const many = Array.from({ length: 250 }, (_, index) => rule(`a-${index}`).replaceAll("\n", "\n")).join(
      "---\n",
    );
    for (const name of ["a", "b", "c"])
      files.putFile(`${folder}/${name}.yml`, many.replaceAll("id: a-", `id: ${name}-`));
    expect(await problemsOf()).toEqual([
      expect.stringContaining(`holds 750 rules, and at most ${userRulesMax} are applied`),
    ]);
    for (let index = 0; index <= userRuleFilesMax; index += 1) files.putFile(`${folder}/n${index}.yml`, "");
    expect(await problemsOf()).toEqual([expect.stringContaining(`more than ${userRuleFilesMax} YAML files`)]);
    files = memoryFileSystem();
    files.putFile(`${folder}/a.yml`, "- 1\n---\n".repeat(500));
    expect(await problemsOf()).toHaveLength(20);
  });

  it("are told of when others can change them", async () => {
    files.putFile(`${folder}/a.yml`, rule("one"), 0o664);
    expect((await load()).warnings).toEqual([
      `Others can change ${folder}/a.yml, and with it what is found. Run: chmod go-w ${folder}/a.yml`,
    ]);
  });
});

describe("readUserRuleCases()", () => {
  const cases = async (paths: readonly string[]) => readUserRuleCases(files, (await load()).userRules, paths);

  beforeEach(() => files.putFile(`${folder}/a.yml`, rule("one")));

  it("reads those beside the rules, or those that were named", async () => {
    files.putFile(`${folder}/tests/a.yml`, "id: one\nvalid: [a]");
    files.putFile("/project/cases/b.yml", "id: user/one\ninvalid: [b]");
    expect(await cases([])).toMatchObject([
      { rule: "user/one", valid: ["a"], file: `${folder}/tests/a.yml` },
    ]);
    for (const path of ["/project/cases", "cases", "cases/b.yml"]) {
      expect(await cases([path])).toMatchObject([{ rule: "user/one", invalid: ["b"] }]);
    }
  });

  it("finds none where there are none, and says so of a path that was named", async () => {
    expect(await cases([])).toEqual([]);
    await expect(cases(["/nothing"])).rejects.toMatchObject({ code: "file_not_found" });
    files.putDirectory("/project/empty");
    await expect(cases(["empty"])).rejects.toThrow("the folder holds no YAML file");
  });

  it("refuses cases of a rule that is not there, and cases that are none", async () => {
    files.putFile(`${folder}/tests/a.yml`, "id: won\n---\nvalid: [1]");
    expect(await problemsOf(cases([]))).toEqual([
      `${folder}/tests/a.yml:3:1: id ${"Invalid input: expected string, received undefined. Cases have the keys id, valid and invalid, the latter two lists of texts."}`,
      expect.stringContaining("valid.0 "),
      `${folder}/tests/a.yml:1:1: id names user/won, and there is no such rule. Did you mean user/one?`,
    ]);
  });
});
