// The simulated store's journal with its faults off: it is a journal.
import { expect, it } from "vitest";
import { JournalDamaged } from "../../../runtime/journal/failures.ts";
import { MemoryLogTable } from "../../../runtime/journal/journals/memory.ts";
import { imperfectStore } from "../../../runtime/testing/imperfect-store.ts";
import { simulatedWorld } from "../../../runtime/worlds/simulated.ts";
import { itIsAJournal, type JournalScene } from "./journal-conformance.ts";
import { itTakesLogsOut } from "./removal-conformance.ts";
import { tableBytes } from "./table-bytes.ts";

itIsAJournal("The simulated journal", async () => scene());
itTakesLogsOut("A simulated journal", async () => scene());

it("The simulated journal knows after a power cut what is on its disks, and nothing else", async () => {
  const world = simulatedWorld();
  const logs = new MemoryLogTable();
  const store = imperfectStore(world, { logs });
  const { journal } = store.of("one");
  const append = { kind: "event", epoch: 1, payload: new Uint8Array(1) } as const;
  await world.until(journal.append("log", { ...append, id: "first", expected: 0 }));
  store.powerCut(0);
  await world.advance(0);
  logs.put("log", 1, new Uint8Array(1));
  const second = journal.append("log", { ...append, id: "second", expected: 1 });
  await expect(world.until(second)).rejects.toBeInstanceOf(JournalDamaged);
});

function scene(): JournalScene {
  const world = simulatedWorld();
  const table = new MemoryLogTable();
  const store = imperfectStore(world, { logs: table });
  let own = store.of("one");
  const reopen = async (): Promise<void> => {
    await own.close();
    store.powerCut(0);
    await world.advance(0);
    own = store.of("one");
  };
  return {
    get journal() {
      return own.journal;
    },
    acknowledgement: { kind: "replicated", replicas: 3, synced: true },
    raw: tableBytes(table, reopen),
    reopen,
    until: (promise) => world.until(promise),
    close: () => own.close(),
  };
}
