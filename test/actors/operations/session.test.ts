// What operations know of earlier ones: what an analysis found is there for the next operation of the session, once and masked.
import { describe, expect, test } from "vitest";
import { sessionManagerLogic } from "../../../actors/context/sessions/manager.ts";
import type { SessionRef } from "../../../actors/context/sessions/session.ts";
import { memorySessionStore } from "../../../actors/context/sessions/stores/memory.ts";
import { rememberAnalysis } from "../../../actors/operations/analysis-memory.ts";
import { sessionMemory, sessionReference } from "../../../actors/operations/session.ts";
import type { StepContext } from "../../../actors/pipeline/plan.ts";
import { type Node, simulatedWorld, sleep, startNode } from "../../../runtime/index.ts";
import { fileReport, report } from "../../cli/fixtures.ts";
import { settings } from "../context/sessions/session-stage.ts";
import { StepStage } from "./step-stage.ts";

const session: SessionRef = { id: "name-a", label: "a", directory: "/project" };

interface Stage {
  readonly node: Node;
  readonly stage: StepStage;
  /** A step of a run. */
  step(run?: string, id?: string, of?: SessionRef): StepContext;
}

async function withSession(work: (stage: Stage) => Promise<void>, hasManager = true): Promise<void> {
  const world = simulatedWorld();
  const node = startNode({ world });
  const stage = new StepStage();
  await world.until(
    (async () => {
      const store = memorySessionStore();
      const logic = sessionManagerLogic({ settings, store: () => store });
      if (hasManager) await node.spawn(logic, { name: "context.manager" });
      let problem: unknown;
      let resolve = (): void => {};
      const over = new Promise<void>((settle) => {
        resolve = settle;
      });
      await node.spawn(async () => {
        const step = (run = "r1", id = run, of = session): StepContext => {
          return { ...stage.context(id), run, session: of };
        };
        await work({ node, stage, step }).catch((error: unknown) => {
          problem = error;
        });
        resolve();
      });
      await over;
      if (problem !== undefined) throw problem;
    })(),
  );
}

const found = (summary: string, ...paths: readonly string[]) => [{ operation: "analyze", summary, paths }];

describe("sessionMemory", () => {
  const chain = { found: [], remembered: () => undefined, proposed: () => undefined };

  test("keeps what each round of a step and each of its parts found", () =>
    withSession(async ({ step }) => {
      for (const round of [1, 2]) {
        const context = step("r1", "2");
        await sessionMemory.add(
          { ...context, key: `${context.key}/round ${round}/`, effect: ({ perform }) => perform(undefined) },
          found(`round ${round}`, `${round}.ts`),
        );
      }
      const reference = await sessionReference(step("r2"), { paths: ["."] });
      expect(reference).toContain("round 1");
      expect(reference).toContain("round 2");
    }));

  test("keeps nothing of files as they would be", () =>
    withSession(async ({ step }) => {
      await sessionMemory.add(
        { ...step("r1"), chain: { ...chain, isProposed: true } },
        found("would", "a.ts"),
      );
      await sessionMemory.add({ ...step("r2"), chain: { ...chain, isProposed: false } }, found("is", "b.ts"));
      const reference = await sessionReference(step("r3"), { paths: ["."] });
      expect(reference).not.toContain("would");
      expect(reference).toContain("is");
    }));
});

describe("sessionReference", () => {
  test("tells what earlier operations found about the paths, those above and those below them, the newest first", () =>
    withSession(async ({ step }) => {
      await sessionMemory.add(step("r1"), found("first", "src/a.ts"));
      await sleep(1);
      await sessionMemory.add(step("r2"), found("second", "src"));
      await sessionMemory.add(step("r3"), found("other", "srcs/a.ts"));
      const text = await sessionReference(step("r9"), { paths: ["src/a.ts"] });
      expect(text).toBe("- analyze of src:\n  second\n- analyze of src/a.ts:\n  first");
      expect(await sessionReference(step("r9"), { paths: ["src/b.ts"] })).toBe("- analyze of src:\n  second");
      expect(await sessionReference(step("r9"), { paths: ["."] })).toContain("other");
    }));

  test("tells the last of several that are about the same, and nothing of the run itself", () =>
    withSession(async ({ step }) => {
      await sessionMemory.add(step("r1"), found("old", "a.ts"));
      await sleep(1);
      await sessionMemory.add(step("r2"), found("new", "a.ts"));
      expect(await sessionReference(step("r9"), { paths: ["a.ts"] })).toBe("- analyze of a.ts:\n  new");
      expect(await sessionReference(step("r2"), { paths: ["a.ts"] })).toBe("- analyze of a.ts:\n  old");
    }));

  test("takes no more tokens than it may", () =>
    withSession(async ({ step }) => {
      await sessionMemory.add(step("r1"), found("x".repeat(3_000), "a.ts"));
      await sessionMemory.add(step("r2"), found("short", "b.ts"));
      const text = await sessionReference(step("r9"), { paths: [], budgetTokens: 100 });
      expect(text).toBe("- analyze of b.ts:\n  short");
    }));

  test("is empty without a session, in another one, and where nobody can be asked", async () => {
    await withSession(async ({ step }) => {
      await sessionMemory.add(step("r1"), found("first", "a.ts"));
      const { session: _, ...without } = step("r9");
      expect(await sessionReference(without, { paths: [] })).toBe("");
      expect(await sessionReference(step("r9", "s", { ...session, id: "name-b" }), { paths: [] })).toBe("");
    });
    await withSession(async ({ step }) => {
      expect(await sessionReference(step(), { paths: [] })).toBe("");
    }, false);
  });
});

describe("sessionMemory.add", () => {
  test("is an effect of the step: what is done again adds nothing again", () =>
    withSession(async ({ stage, step }) => {
      const context = step("r1");
      await sessionMemory.add(context, found("first", "a.ts"));
      await sessionMemory.add(context, found("changed", "a.ts"));
      expect(stage.performed).toEqual(["r1/session"]);
      expect(await sessionReference(step("r9"), { paths: [] })).toContain("first");
    }));

  test("masks secrets before anything is kept", () =>
    withSession(async ({ step }) => {
      const secret = `sk-${"a1B2c3D4e5".repeat(4)}`;
      await sessionMemory.add(step("r1"), found(`The key api_key = "${secret}" is in it`, "a.ts"));
      const text = await sessionReference(step("r9"), { paths: [] });
      expect(text).toContain("[masked]");
      expect(text).not.toContain(secret);
    }));

  test("goes on where nobody keeps it", () =>
    withSession(async ({ stage, step }) => {
      await sessionMemory.add(step("r1"), found("first", "a.ts"));
      expect(stage.effects.get("r1/session")).toBe(false);
    }, false));
});

describe("rememberAnalysis", () => {
  const finding = {
    rule: "python/eval",
    category: "security",
    severity: "error",
    line: 3,
    column: 1,
    endLine: 3,
    message: "eval runs any code",
    remedy: "Parse it.",
  } as const;

  test("remembers the whole, and each file that has findings", () =>
    withSession(async ({ stage, step }) => {
      const files = [fileReport({ path: "a.py", findings: [finding] }), fileReport({ path: "b.py" })];
      stage.outputs.set("list", { root: "/project/src" });
      await rememberAnalysis({ ok: true, report: report({ files, input: "src" }) }, step("r1"));
      const text = await sessionReference(step("r9"), { paths: ["src/a.py"] });
      expect(text).toContain("- analyze of src/a.py:");
      expect(text).toContain("  line 3, error: eval runs any code");
      expect(text).toContain("- analyze of src:");
      expect(await sessionReference(step("r9"), { paths: ["src/b.py"] })).not.toContain("src/a.py");
    }));

  test("remembers nothing of an input that could not be read", () =>
    withSession(async ({ stage, step }) => {
      await rememberAnalysis({ ok: false, code: "file_not_found", message: "No." }, step("r1"));
      expect(stage.performed).toEqual([]);
    }));
});
