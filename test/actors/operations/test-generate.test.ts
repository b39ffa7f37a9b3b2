// Tests by a model: what it is told of the project, what of its answer is taken, and where it goes.
import { describe, expect, it } from "vitest";
import { ChangingFiles } from "./changing-stage.ts";
import { asked, operated } from "./operation-stage.ts";
import { parsingCache } from "./parsing-cache.ts";
import { type Spoken, says, speaks } from "./scripted-coordinator.ts";
import { StepStage } from "./step-stage.ts";

const cache = await parsingCache("typescript");
const wide = { ...asked, limits: { tokensMax: 10_000, costUsdMax: 100 } };
const code = 'import { test } from "vitest";\n\ntest("adds", () => {});\n';

async function tested(answers: readonly string[], over: Readonly<Record<string, unknown>> = {}) {
  const workspace = new ChangingFiles({
    "src/money.ts": 'export const key = "sk_live_abcdefghijklmnopqrstuvwx";\n',
    "test/other.test.ts": "mine\n",
    "package.json": '{"devDependencies":{"vitest":"4.0.0"},"name":"not-told"}',
  });
  const script = (_: unknown, index: number): Spoken => {
    const text = answers[index] ?? answers.at(-1) ?? "";
    return speaks([text], says(text));
  };
  const stage = new StepStage({ workspace: workspace.access });
  const input = { file: "src/money.ts", ...over };
  return { ...(await operated("test_generate", input, { script, asked: wide, cache, stage })), workspace };
}

const good = `It adds.\n\`\`\`\`\`ts\n${code}\`\`\`\`\``;

describe("test_generate", () => {
  it("gives tests for where the project has its own, written with what it tests with", async () => {
    const { outcome, orders, workspace } = await tested([good], { coverage: 0.9 });
    expect(outcome).toMatchObject({
      ok: true,
      document: {
        schema: "aiex.test_generation/1",
        framework: "vitest",
        place: "test/money.test.ts",
        path: null,
        code,
      },
    });
    const sent = JSON.stringify(orders);
    for (const told of ["vitest", "test/money.test.ts", "90 percent"]) expect(sent).toContain(told);
    for (const secret of ["sk_live_", "not-told"]) expect(sent).not.toContain(secret);
    expect(workspace.sets).toEqual([]);
  });

  it("writes them, and never over a file that is there unless it is told to", async () => {
    const { workspace } = await tested([good], { output: "test/money.test.ts" });
    expect(workspace.text("test/money.test.ts")).toBe(code);
    const there = await tested([good], { output: "test/other.test.ts" });
    expect([there.outcome, there.orders.length]).toMatchObject([{ ok: false, code: "file_exists" }, 0]);
    const forced = await tested([good], { output: "test/other.test.ts", force: true });
    expect(forced.workspace.text("test/other.test.ts")).toBe(code);
  });

  it("asks again what does not parse", async () => {
    const { outcome, orders } = await tested([good.replace("() => {}", "() => {"), good]);
    expect([outcome, orders.length]).toMatchObject([{ ok: true, document: { model: { rounds: 2 } } }, 2]);
  });
});
