// What is asked of a child that was stopped a moment ago and still ends: nothing of it begins before that has ended.
import { describe, expect, test } from "vitest";
import { durable, ok, placedChild, server, trapExit } from "../../../runtime/index.ts";
import { owners } from "../ownership/owners.ts";

const name = "work/one";

/** Two nodes with a child on the first one that was told to stop, and takes its time to. */
async function stopping() {
  const { world, start, eventually, placeOf, child } = owners();
  let finish = (): void => {};
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const slow = durable(
    server("slow", {
      init: () => {
        trapExit(true);
        return ok(0);
      },
      terminate: () => finished,
    }),
    { key: "slow", version: 1 },
  );
  const options = {
    supervisors: { work: { children: [placedChild(slow, { id: "one", shutdownMs: 12_000 })] } },
  };
  const [alpha, beta] = [await start("alpha", options), await start("beta", options)];
  await eventually(() => placeOf(name, beta) === "alpha");
  const stopped = beta.ownership.stopChild(name);
  await eventually(() => child(name, beta)?.phase === "stopped");
  const running = (): number =>
    [alpha, beta].flatMap(({ node }) =>
      node.processes().filter((pid) => node.processInfo(pid)?.logic === "slow"),
    ).length;
  /** The most processes of it that there are at once until then. */
  const most = async (isSo: () => boolean): Promise<number> => {
    let found = running();
    await eventually(() => {
      found = Math.max(found, running());
      return isSo();
    });
    return found;
  };
  return { world, alpha, beta, eventually, placeOf, finish, stopped, running, most };
}

describe("A child that was stopped, and may run yet,", () => {
  test("is restarted when it has ended, and not beside itself", async () => {
    const { world, beta, placeOf, finish, stopped, running, most } = await stopping();
    const restarted = beta.ownership.restartChild(name);
    expect(running()).toBe(1);
    world.timers.set(5_000, finish);
    expect(await most(() => placeOf(name, beta) !== undefined)).toBe(1);
    await Promise.all([world.until(restarted), stopped]);
  });

  test("is moved when it has ended, and not beside itself", async () => {
    const { world, beta, placeOf, finish, stopped, running, most } = await stopping();
    const moved = beta.ownership.move(name, "beta");
    expect(running()).toBe(1);
    world.timers.set(5_000, finish);
    expect(await most(() => placeOf(name, beta) === "beta")).toBe(1);
    await Promise.all([world.until(moved), stopped]);
  });
});
