// Conformance: supervisors that end with their significant children (OTP behaviours H64 to H68).
import { describe, expect, test } from "vitest";
import { type Pid, supervisor } from "../../../runtime/index.ts";
import { stage } from "./bench.ts";

describe("auto shutdown", () => {
  const flags = { significant: true, restart: "transient" } as const;

  test("H64 any_significant ends with the first significant child that ends", async () => {
    for (const [restart, reason] of [
      ["transient", "normal"],
      ["temporary", "odd"],
    ] as const) {
      const { begin, worker, end, pidOf, isAlive, deeds } = stage();
      const children = [worker("a"), worker("b", { significant: true, restart }), worker("c", flags)];
      const s = await begin(supervisor("s", { autoShutdown: "any_significant", children }));
      await end(await pidOf(s, "b"), reason);
      expect(isAlive(s)).toBe(false);
      expect(deeds.slice(3)).toEqual(["-c", ".c", "-a", ".a"]);
    }
  });

  test("H64 any_significant does not end with a child that is stopped by hand, nor with an insignificant one", async () => {
    const { begin, worker, end, pidOf, isAlive, node, until } = stage();
    const children = [worker("a", flags), worker("b", { restart: "transient" })];
    const s = await begin(supervisor("s", { autoShutdown: "any_significant", children }));
    await until(node.terminateChild(s, "a"));
    await end(await pidOf(s, "b"), "normal");
    expect(isAlive(s)).toBe(true);
  });

  test("H65 all_significant ends with the last significant child", async () => {
    const { begin, worker, end, pidOf, isAlive } = stage();
    const children = [worker("a", flags), worker("b", { ...flags, restart: "temporary" }), worker("c")];
    const s = await begin(supervisor("s", { autoShutdown: "all_significant", children }));
    await end(await pidOf(s, "a"), "normal");
    expect(isAlive(s)).toBe(true);
    await end(await pidOf(s, "b"), "odd");
    expect(isAlive(s)).toBe(false);
  });

  test("H66 does not end with a significant transient child that crashes", async () => {
    const { begin, worker, end, pidOf, isAlive, starts } = stage();
    const s = await begin(
      supervisor("s", { autoShutdown: "any_significant", children: [worker("a", flags)] }),
    );
    await end(await pidOf(s, "a"), "odd");
    expect([isAlive(s), starts("a")]).toEqual([true, 2]);
  });

  test("H68 refuses a significant child that is permanent, or that is of no use", async () => {
    const { begin, worker, node, until } = stage();
    expect(() => worker("a", { significant: true })).toThrow("significant and permanent");
    await expect(begin(supervisor("s", { children: [worker("a", flags)] }))).rejects.toMatchObject({
      reason: { supervisor_data: expect.stringContaining("significant") },
    });
    const s = await begin(supervisor("s", {}));
    expect(await until(node.startChild(s, worker("a", flags)))).toMatchObject({
      ok: false,
      error: "bad_child_spec",
      problem: expect.stringContaining("significant"),
    });
    node.exit(s as unknown as Pid, "kill");
  });
});
