// The journal in memory: it does what every journal does, and what a simple model of a log does.
import { MemoryJournal, MemoryLogTable } from "../../../runtime/journal/journals/memory.ts";
import { itIsAJournal, type JournalScene } from "./journal-conformance.ts";
import { itTakesLogsOut } from "./removal-conformance.ts";
import { tableBytes } from "./table-bytes.ts";

itIsAJournal("The journal in memory", async () => memoryScene());
itTakesLogsOut("A journal in memory", async () => memoryScene());

function memoryScene(): JournalScene {
  const table = new MemoryLogTable();
  let journal = new MemoryJournal(table);
  const reopen = async (): Promise<void> => {
    await journal.close();
    journal = new MemoryJournal(table);
  };
  return {
    get journal() {
      return journal;
    },
    acknowledgement: { kind: "memory" },
    raw: tableBytes(table, reopen),
    reopen,
    until: (promise) => promise,
    close: () => journal.close(),
  };
}
