// Where a step keeps its values: it waits while that is away, and for nothing else.
import { describe, expect, test } from "vitest";
import { patientBlobs, type ValueBlobs } from "../../../actors/runs/patient-blobs.ts";
import { simulatedWorld, startNode } from "../../../runtime/index.ts";
import { StoreUnavailable } from "../../../runtime/store/failures.ts";

/** What comes of `work` in a process, in virtual time; the first attempts fail with `errors`. */
async function inProcess<Value>(
  errors: readonly Error[],
  work: (blobs: ValueBlobs) => Promise<Value>,
): Promise<{ readonly value: Value; readonly attempts: number; readonly elapsedMs: number }> {
  const world = simulatedWorld();
  const node = startNode({ world, name: "alpha" });
  let attempts = 0;
  const attempt = async <T>(value: T): Promise<T> => {
    attempts += 1;
    const error = errors[attempts - 1];
    if (error !== undefined) throw error;
    return value;
  };
  const blobs = patientBlobs({
    place: "there",
    put: () => attempt("hash"),
    get: () => attempt(new Uint8Array([7])),
  } as unknown as Parameters<typeof patientBlobs>[0]);
  const value = await world.until(
    new Promise<Value>((resolve, reject) => {
      void node.spawn(async () => {
        await work(blobs).then(resolve, reject);
      });
    }),
  );
  return { value, attempts, elapsedMs: world.elapsedMs };
}

describe("patientBlobs()", () => {
  const away = new StoreUnavailable("there", "it is away");

  test("keeps and gives at once what can be", async () => {
    expect(await inProcess([], (blobs) => blobs.put(new Uint8Array([7])))).toMatchObject({
      value: "hash",
      attempts: 1,
    });
    expect((await inProcess([], (blobs) => blobs.get("hash"))).value).toEqual(new Uint8Array([7]));
  });

  test("tries again for as long as where it is kept is away", async () => {
    const kept = await inProcess([away, away, away], (blobs) => blobs.put(new Uint8Array([7])));
    expect(kept).toMatchObject({ value: "hash", attempts: 4 });
    const given = await inProcess([away], (blobs) => blobs.get("hash"));
    expect(given.attempts).toBe(2);
  });

  test("fails at once for whatever else is wrong", async () => {
    const full = new Error("the disk is full");
    await expect(inProcess([full], (blobs) => blobs.put(new Uint8Array([7])))).rejects.toThrow("full");
    await expect(inProcess([away, full], (blobs) => blobs.get("hash"))).rejects.toThrow("full");
  });
});
