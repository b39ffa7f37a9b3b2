// What a node knows of placed children: all that are written down, and which of them anything may still be to be done about.
import { expect, test } from "vitest";
import {
  encodePlacement,
  newRecord,
  type PlacementRecord,
  placementKey,
} from "../../../runtime/placement/placement-record.ts";
import { PlacementTable } from "../../../runtime/placement/placement-table.ts";
import { MemoryBucket } from "../../../runtime/store/buckets/memory.ts";

function record(id: string, more: Partial<PlacementRecord>): PlacementRecord {
  const place = { strategy: "round_robin" } as const;
  const about = {
    supervisor: "work",
    id,
    logic: "counter",
    input: null,
    restart: "transient",
    since: 0,
  } as const;
  return { ...newRecord({ ...about, place }), ...more };
}

test("A table of children has those open that have not ended, or that a node has refused", () => {
  const table = new PlacementTable(new MemoryBucket("placement"), new MemoryBucket("claims"), () => {});
  let revision = 0;
  const note = (id: string, more: Partial<PlacementRecord> | undefined): void => {
    revision += 1;
    const value = more && encodePlacement(record(id, more));
    table.noteRecord(placementKey("work", id), value, revision);
  };
  const ids = (records: PlacementTable["records"]) => [...records.values()].map(({ record: { id } }) => id);
  const phases = ["waiting", "assigned", "running", "leaving", "stopped", "finished", "failed"] as const;
  for (const phase of phases) note(phase, { phase });
  note("refused", { phase: "failed", denied: { alpha: "it has no disk" } });
  expect(ids(table.records)).toEqual([...phases, "refused"]);
  expect(ids(table.open)).toEqual(["waiting", "assigned", "running", "leaving", "stopped", "refused"]);
  note("running", { phase: "finished" });
  note("finished", { phase: "waiting" });
  note("waiting", undefined);
  expect(ids(table.open)).toEqual(["assigned", "leaving", "stopped", "refused", "finished"]);
  expect(ids(table.records)).toEqual([...phases.slice(1), "refused"]);
});
