// The examples of the page about pipelines are run: with its files and its model, each prints what stands below it.
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { User } from "./stage.ts";

const page = readFileSync(new URL("../../docs/pipelines.md", import.meta.url), "utf8");
const section = page.split("\n## Examples\n")[1]?.split("\n## Exit codes\n")[0] ?? "";

/** Each names its path in its first line. */
const files = [...section.matchAll(/^```(?:python|yaml)\n(# (\S+)\n.*?)^```$/gms)].map(
  ([, text = "", path = ""]) => ({ path, text }),
);
const examples = [...section.matchAll(/^([^\n]*)\n\n```console\n\$ ([^\n]*)\n(.*?)^```$/gms)].map(
  ([, said = "", line = "", printed = ""]) => ({
    line,
    printed,
    code: Number(/ends with (\d+)/.exec(said)?.[1] ?? 0),
  }),
);

let user: User;

beforeAll(() => {
  user = new User();
  for (const { path, text } of files) {
    const at = path.startsWith("~/") ? join(user.home, path.slice(2)) : join(user.project, path);
    mkdirSync(dirname(at), { recursive: true });
    writeFileSync(at, text);
    chmodSync(at, 0o600);
  }
});

afterAll(() => user.end());

describe("docs/pipelines.md, of examples,", () => {
  it("has files, a model, and lines that are run", () => {
    expect(files.map(({ path }) => path)).toEqual([
      ...["src/mean.py", "src/run.py", "~/.config/aiex/config.yaml", "play.yaml"],
    ]);
    expect(examples.map(({ code }) => code)).toEqual([0, 0, 0, 0, 4]);
  });

  it.each(examples)("shows what is printed by $line", async ({ line, printed, code }) => {
    const before = user.text("src/mean.py");
    const ended = await user.shell(line);
    expect({ ...ended, err: ended.code === code ? "" : ended.err }).toEqual({ code, out: printed, err: "" });
    expect(user.text("src/mean.py")).toBe(before);
  });

  it("writes the report of its gate", () => {
    expect(JSON.parse(user.text("report.json"))).toMatchObject({ schema: "aiex.pipeline/1" });
  });
});
