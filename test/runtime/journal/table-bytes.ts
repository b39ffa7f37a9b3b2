// The bytes of a journal that keeps its logs in a table in memory, for the conformance suite to look at and to damage.
import type { MemoryLogTable } from "../../../runtime/journal/journals/memory.ts";
import type { JournalScene } from "./journal-conformance.ts";

/** @param reopen begins anew with what is in the table then */
export function tableBytes(table: MemoryLogTable, reopen: () => Promise<void>): JournalScene["raw"] {
  return {
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
  };
}
