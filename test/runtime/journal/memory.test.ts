// The journal in memory: it does what every journal does, and what a simple model of a log does.
import { MemoryJournal, MemoryLogTable } from "../../../runtime/journal/journals/memory.ts";
import { itIsAJournal, type JournalScene } from "./journal-conformance.ts";

itIsAJournal("The journal in memory", async () => memoryScene());

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
    raw: {
      read: async (log, position) => table.get(log, position) ?? new Uint8Array(),
      append: async (log, bytes) => {
        const [last] = [...table.fromEnd(log)];
        table.put(log, (last?.position ?? 0) + 1, bytes);
        await reopen();
      },
      replace: async (log, position, bytes) => {
        if (bytes === undefined) table.remove(log, position);
        else table.put(log, position, bytes);
        await reopen();
      },
    },
    reopen,
    until: (promise) => promise,
    close: () => journal.close(),
  };
}
