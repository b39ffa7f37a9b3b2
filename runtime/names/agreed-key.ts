// Changes one key of a bucket until the outcome is certain.
import { outsideProcesses } from "../process/current.ts";
import type { Bucket, BucketEntry } from "../store/bucket.ts";
import { StoreUnavailable } from "../store/failures.ts";
import type { World } from "../world.ts";
import { nameLimits } from "./limits.ts";

/** What to do about the key as it is now. It is asked again where somebody else was quicker, and must know its own doing again. */
export type Step<T> =
  | { readonly is: "done"; readonly gives: T }
  | { readonly is: "write"; readonly value: Uint8Array; readonly gives: T }
  | { readonly is: "remove"; readonly gives: T };

export interface Agreed<T> {
  readonly gives: T;
  /** Of the key as it was left; 0 where there is none. */
  readonly revision: number;
}

export interface AgreeOptions {
  readonly world: World;
  /** Scales all times. */
  readonly factor: number;
  /** True where nobody waits for it any more. */
  readonly isStopped: () => boolean;
}

/**
 * Reads the key from whoever knows, and does what `plan` says to it; again where that did not work or nobody said whether it did.
 * @throws {StoreUnavailable} it has no certain outcome within `changeMs`; what `plan` throws
 */
export async function agree<T>(
  bucket: Bucket,
  key: string,
  { world, factor, isStopped }: AgreeOptions,
  plan: (entry: BucketEntry | undefined) => Step<T> | Promise<Step<T>>,
): Promise<Agreed<T>> {
  const end = world.clock.now() + nameLimits.changeMs * factor;
  for (;;) {
    let failure: StoreUnavailable;
    try {
      const entry = await bucket.read(key);
      const step = await plan(entry);
      const expected = entry?.revision ?? 0;
      if (step.is === "done") return { gives: step.gives, revision: expected };
      const written =
        step.is === "write"
          ? await bucket.write(key, step.value, expected)
          : await bucket.remove(key, expected);
      if (written.kind === "written") return { gives: step.gives, revision: written.revision };
      const isConflict = written.kind === "conflict";
      const why = isConflict ? "others change it all the time" : written.why;
      failure = new StoreUnavailable(bucket.name, why, isConflict ? "look who does" : undefined);
      // Somebody else got on, so there is nothing to wait for.
      if (isConflict && !isStopped() && world.clock.now() < end) continue;
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      failure = error;
    }
    if (isStopped() || world.clock.now() >= end) throw failure;
    await pause(world, nameLimits.retryMs * factor * world.random.next());
  }
}

/** Comes back after `delayMs`, on behalf of nobody. */
function pause(world: World, delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    outsideProcesses(() => world.timers.set(delayMs, resolve));
  });
}
