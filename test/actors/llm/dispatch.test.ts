import { describe, expect, test } from "vitest";
import { completionOrder } from "../../../actors/llm/completion.ts";
import { Dispatch } from "../../../actors/llm/dispatch.ts";
import { waitingRequestsMax } from "../../../actors/llm/limits.ts";
import { place } from "./places.ts";
import { hello } from "./simulation.ts";

const places = [place("alpha"), place("beta")];
const order = completionOrder.parse(hello);
const named = completionOrder.parse({ ...hello, provider: "alpha" });
const pid = { node: "test", incarnation: 0, id: 7 };

function refOf(ref: number) {
  return { node: "test", incarnation: 0, ref };
}

/** As many orders for `alpha` as may wait. */
function full(): Dispatch {
  const dispatch = new Dispatch();
  for (let index = 0; index < waitingRequestsMax; index += 1) dispatch.admit(named, refOf(index), places);
  return dispatch;
}

/** One order that was taken. */
function taken() {
  const dispatch = new Dispatch();
  const admission = dispatch.admit(order, refOf(1), places);
  if (!admission.ok) throw new Error(admission.failure.message);
  return { dispatch, ...admission };
}

describe("the coordinator's mind", () => {
  test("takes an order with those that may answer it, and counts it as waiting at the first", () => {
    const { dispatch, places: chosen } = taken();
    expect(chosen).toEqual(places);
    expect([dispatch.countAt("alpha", "waiting"), dispatch.countAt("beta", "waiting")]).toEqual([1, 0]);
  });

  test("refuses what it has no entry for, and remembers nothing of it", () => {
    const dispatch = new Dispatch();
    expect(dispatch.admit(order, refOf(1), [])).toMatchObject({ failure: { code: "no_provider" } });
    expect(dispatch.size).toBe(0);
  });

  test("takes no more where every line is full, and more where one is not", () => {
    const dispatch = full();
    expect(dispatch.admit(named, refOf(0), places)).toMatchObject({ failure: { code: "too_many_waiting" } });
    expect(dispatch.admit(order, refOf(0), places)).toMatchObject({ ok: true });
    dispatch.moved({ job: 1, entry: "alpha", is: "pausing" });
    expect(dispatch.admit(named, refOf(0), places)).toMatchObject({ failure: { code: "too_many_waiting" } });
    // The first of them is counted there too that may go to another entry.
    for (const job of [1, 2]) dispatch.moved({ job, entry: "alpha", is: "running" });
    expect(dispatch.admit(named, refOf(0), places)).toMatchObject({ ok: true });
  });

  test("knows an order by its process from when that has started until it ends", () => {
    const { dispatch, job } = taken();
    expect(dispatch.jobOf(pid)).toBeUndefined();
    dispatch.started(job.id, pid, refOf(2));
    expect(dispatch.jobOf({ ...pid })).toMatchObject({ id: job.id, watch: refOf(2) });
    dispatch.moved({ job: job.id, entry: "beta", is: "running" });
    expect([dispatch.countAt("alpha", "waiting"), dispatch.countAt("beta", "running")]).toEqual([0, 1]);
    expect([dispatch.countAt(undefined, "waiting"), dispatch.countAt(undefined, "running")]).toEqual([0, 1]);
    dispatch.remove(job.id);
    expect([dispatch.size, dispatch.countAt(undefined, "running")]).toEqual([0, 0]);
    expect(dispatch.jobOf(pid)).toBeUndefined();
  });

  test("takes no notice of what is told of an order that is over", () => {
    const { dispatch, job } = taken();
    dispatch.remove(job.id);
    dispatch.moved({ job: job.id, entry: "alpha", is: "running" });
    dispatch.started(job.id, pid, refOf(2));
    dispatch.startFailed(job.id);
    dispatch.remove(job.id);
    expect([
      dispatch.size,
      dispatch.countAt("alpha", "running"),
      dispatch.countAt("alpha", "waiting"),
    ]).toEqual([0, 0, 0]);
  });
});
