// Where values are kept, for a step: while that is away it waits, since what is done already must not fail for it.
import { sleep } from "../../runtime/index.ts";
import type { Blobs } from "../../runtime/store/blobs.ts";
import { StoreUnavailable } from "../../runtime/store/failures.ts";
import { runLimits } from "./limits.ts";

/** What keeping a value takes. */
export type ValueBlobs = Pick<Blobs, "place" | "put" | "get">;

/** Its functions are for code of processes. Nothing of the run goes on meanwhile: its log is in the same place. */
export function patientBlobs(blobs: Blobs): ValueBlobs {
  return {
    place: blobs.place,
    put: (bytes) => onceThere(() => blobs.put(bytes)),
    get: (hash) => onceThere(() => blobs.get(hash)),
  };
}

async function onceThere<Value>(work: () => Promise<Value>): Promise<Value> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      await sleep(runLimits.appendRetryMs);
    }
  }
}
