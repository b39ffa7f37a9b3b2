// A user's own rules in the running application: real parser programs, a folder on disk.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { realWorld } from "../../runtime/index.ts";
import {
  type Aiex,
  ConfigurationError,
  loadConfiguration,
  RuleCheckFailed,
  startAiex,
} from "../../supervisors/aiex.ts";
import { loseSteps, withoutRetries } from "./lost-step.ts";

const folders: string[] = [];
let running: Aiex | undefined;

afterEach(async () => {
  await running?.stop();
  running = undefined;
});

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

/** The application of a user with these rules and cases. */
async function started(
  rules: string,
  cases?: string,
): Promise<{ readonly aiex: Aiex; readonly home: string }> {
  const home = mkdtempSync(join(tmpdir(), "aiex-rules-"));
  folders.push(home);
  const folder = join(home, ".config/aiex/rules");
  mkdirSync(join(folder, "tests"), { recursive: true, mode: 0o700 });
  writeFileSync(join(folder, "own.yml"), rules, { mode: 0o600 });
  if (cases !== undefined) writeFileSync(join(folder, "tests/own.yml"), cases, { mode: 0o600 });
  const world = realWorld();
  const configuration = await loadConfiguration({ world, env: {}, home });
  running = await startAiex({ world, configuration });
  return { aiex: running, home };
}

const rule = (id: string, matcher: string, over = ""): string => `id: ${id}
language: Python
severity: warning
message: It is found.
rule: ${matcher}
metadata: { category: smells, remedy: Leave it out.${over} }
`;

async function foundIn(aiex: Aiex, text: string): Promise<string[]> {
  const input = { kind: "text", name: "a.py", bytes: new TextEncoder().encode(text) } as const;
  const report = await aiex.analyze({ input, type: "all" });
  return report.files.flatMap(({ findings }) => findings.map((one) => one.rule));
}

describe("A user's own rules", () => {
  it("are applied beside ours, also where the same text was analyzed with other rules before", async () => {
    const { aiex, home } = await started(rule("own", "{ pattern: own($A) }"));
    expect(await foundIn(aiex, "own(1)\neval(x)\n")).toEqual(["user/own", "python/eval"]);
    await aiex.stop();
    writeFileSync(join(home, ".config/aiex/rules/own.yml"), rule("other", "{ pattern: own($A) }"));
    const world = realWorld();
    running = await startAiex({ world, configuration: await loadConfiguration({ world, env: {}, home }) });
    expect(await foundIn(running, "own(1)\neval(x)\n")).toEqual(["user/other", "python/eval"]);
  });

  it("are known to a parser that was started again", async () => {
    const { aiex } = await started(rule("own", "{ pattern: own($A) }"));
    expect(await foundIn(aiex, "own(1)\n")).toEqual(["user/own"]);
    const parser = aiex.node.whereis("analysis.parser.0");
    expect(parser).toBeDefined();
    if (parser !== undefined) aiex.node.exit(parser, "kill");
    expect(await foundIn(aiex, "own(2)\n")).toEqual(["user/own"]);
  });

  it("are not applied where they are off", async () => {
    const { aiex } = await started(rule("own", "{ pattern: own($A) }").replace("warning", "off"));
    expect(await foundIn(aiex, "own(1)\n")).toEqual([]);
  });

  it("that the engine refuses are told by file, line and id before anything is analyzed", async () => {
    const rules = `${rule("good", "{ pattern: own($A) }")}---\n${rule("bad", "{ kind: no_such_kind }")}`;
    const error = await started(rules).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(ConfigurationError);
    const [home] = folders.slice(-1);
    expect((error as Error).message).toContain(
      `${home}/.config/aiex/rules/own.yml:8:1: the engine refuses the rule user/bad for Python: `,
    );
    expect((error as Error).message).toContain("`no_such_kind` is invalid");
    expect((error as ConfigurationError).problems).toHaveLength(1);
  });
});

describe("testRules()", () => {
  it("says of every rule which of its cases failed, and how", async () => {
    const rules = [
      rule("good", "{ pattern: own($A) }"),
      rule("bad", "{ pattern: other($A) }"),
      rule("bare", "{ pattern: $A }"),
      rule("off", "{ pattern: $A }").replace("warning", "off"),
    ];
    const cases = `id: good
invalid: [own(1), "f(own(1))"]
valid: ["# own(1)", "s = 'own(1)'"]
---
id: bad
invalid: [own(1), other(1)]
valid: ["x = 1\\nother(2)", "def f(:"]
---
id: off
valid: [x]
`;
    const { aiex, home } = await started(rules.join("---\n"), cases);
    const folder = join(home, ".config/aiex/rules");
    const file = join(folder, "tests/own.yml");
    expect(await aiex.testRules({ paths: [] })).toEqual({
      tested: [
        { id: "user/good", file, line: 1, passed: 4, failures: [] },
        {
          id: "user/bad",
          file,
          line: 5,
          passed: 1,
          failures: [
            { kind: "missed", snippet: "own(1)", findings: [], reason: null },
            {
              kind: "false_alarm",
              snippet: "x = 1\nother(2)",
              findings: [{ line: 2, column: 1 }],
              reason: null,
            },
            {
              kind: "unread",
              snippet: "def f(:",
              findings: [],
              reason: expect.stringMatching(/^line 1 holds/),
            },
          ],
        },
      ],
      untested: ["user/bare"],
      off: ["user/off"],
      folder,
    });
    expect(await aiex.testRules({ paths: [file] })).toMatchObject({ untested: [], tested: [{}, {}] });
  });

  it("ends at once where it is given up", async () => {
    const { aiex } = await started(rule("own", "{ pattern: own($A) }"), "id: own\nvalid: [a]");
    const signal = AbortSignal.abort(new Error("given up"));
    await expect(aiex.testRules({ paths: [], signal })).rejects.toThrow("given up");
  });

  it("fails in words where the engine is lost for good", async () => {
    const { aiex: first, home } = await started(rule("own", "{ pattern: own($A) }"), "id: own\nvalid: [a]");
    await first.stop();
    const world = realWorld();
    const configuration = withoutRetries(await loadConfiguration({ world, env: {}, home }));
    running = await startAiex({ world, configuration });
    loseSteps(running.node, "rules.test");
    const failed = running.testRules({ paths: [] });
    await expect(failed).rejects.toBeInstanceOf(RuleCheckFailed);
    await expect(failed).rejects.toThrow(/^The rules could not be tried\. Step "rule:0:user\/own" failed: /);
  });

  it("has nothing to do where there are no rules", async () => {
    const { aiex } = await started("");
    expect(await aiex.testRules({ paths: [] })).toMatchObject({ tested: [], untested: [], off: [] });
  });
});

describe("docs/rules.md", () => {
  it("shows an example that works as it says", async () => {
    const text = readFileSync(new URL("../../docs/rules.md", import.meta.url), "utf8");
    const [rules = "", cases = ""] = [...text.matchAll(/```yaml\n(.*?)```/gs)].map(([, block]) => block);
    const { aiex } = await started(rules, cases);
    const { tested, untested } = await aiex.testRules({ paths: [] });
    expect(untested).toEqual([]);
    for (const { id, passed, failures } of tested) {
      expect(failures, id).toEqual([]);
      expect(text).toContain(`✓ ${id}  ${passed} cases\n`);
    }
    expect(tested).toHaveLength(2);
  });
});
