// What a list says of a run, made from its log: as far as that can be read.
import { entriesOf, unpackBatch } from "../entry-codec.ts";
import { RunState } from "../run-state.ts";
import type { RunPlace } from "../run-store.ts";
import type { RunSummary } from "../run-summary.ts";

/** Undefined where nothing of it is there. @throws {StoreUnavailable}; {JournalFailed} */
export async function summaryFromLog({
  journal,
  log,
}: Pick<RunPlace, "journal" | "log">): Promise<RunSummary | undefined> {
  const state = new RunState();
  let bytes = 0;
  for (let after = 0; ; ) {
    const { records, isEnd, damage } = await journal.read(log, after);
    for (const { kind, payload } of records) {
      if (kind !== "event") continue;
      const batch = unpackBatch(payload);
      if (batch === undefined || !entriesOf(batch).every((entry) => state.apply(entry)))
        return state.summary(bytes);
      bytes += payload.length;
    }
    const last = records.at(-1);
    if (isEnd || damage !== undefined || last === undefined) return state.summary(bytes);
    after = last.position;
  }
}
