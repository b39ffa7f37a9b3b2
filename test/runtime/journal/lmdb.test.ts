// The journal in LMDB: it does what every journal does.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LmdbJournal } from "../../../runtime/journal/journals/lmdb.ts";
import { LmdbEnvironment } from "../../../runtime/journal/journals/lmdb-environment.ts";
import { LmdbLogTable } from "../../../runtime/journal/journals/lmdb-log-table.ts";
import { realWorld } from "../../../runtime/worlds/real.ts";
import { itIsAJournal, type JournalScene } from "./journal-conformance.ts";
import { itTakesLogsOut } from "./removal-conformance.ts";

itIsAJournal("The journal in LMDB", lmdbScene);
itTakesLogsOut("A journal in LMDB", lmdbScene);

async function lmdbScene(): Promise<JournalScene> {
  const folder = await mkdtemp(join(tmpdir(), "aiex-journal-"));
  let environment = await LmdbEnvironment.open(realWorld(), folder);
  let journal = new LmdbJournal(environment);
  const reopen = async (): Promise<void> => {
    await journal.close();
    environment = await LmdbEnvironment.open(realWorld(), folder);
    journal = new LmdbJournal(environment);
  };
  const change = async (work: (table: LmdbLogTable) => void): Promise<void> => {
    await environment.write(0, (table) => work(new LmdbLogTable(table)));
    await reopen();
  };
  return {
    get journal() {
      return journal;
    },
    acknowledgement: { kind: "fsync" },
    raw: {
      read: (log, position) =>
        environment.read((table) => new LmdbLogTable(table).get(log, position) ?? new Uint8Array()),
      append: (log, bytes) =>
        change((table) => {
          const [last] = [...table.fromEnd(log)];
          table.put(log, (last?.position ?? 0) + 1, bytes);
        }),
      replace: (log, position, bytes) =>
        change((table) => {
          if (bytes === undefined) table.remove(log, position);
          else table.put(log, position, bytes);
        }),
    },
    reopen,
    until: (promise) => promise,
    close: async () => {
      await journal.close();
      await rm(folder, { recursive: true });
    },
  };
}
