// The audit log of this user's programs, where it is on, one's own writing to it, and what people and programs ask of it.
import { basename, isAbsolute, join, resolve } from "node:path";
import { AuditLog } from "../actors/audit/audit-log.ts";
import { type AuditCheck, auditRecords, missingHeads } from "../actors/audit/chain.ts";
import { auditLimits } from "../actors/audit/limits.ts";
import type { AuditRecord, AuditWord } from "../actors/audit/record.ts";
import type { FileSystem } from "../runtime/file-system.ts";
import type { World } from "../runtime/world.ts";
import type { Configuration } from "./config.ts";

/** Whether the log is what was written, and if not, where. */
export interface AuditVerdict extends AuditCheck {
  /** True where there are no `problems`. */
  readonly whole: boolean;
}

/** Which records. All of them where nothing is said. */
export interface AuditChoice {
  /** Records of one kind, such as "sent_to_model". */
  readonly what?: AuditWord;
  /** Records from a time on, in UTC, by the beginning of ISO 8601: "2026-11-23", "2026-11-23T14:00". */
  readonly since?: string;
  /** The latest of them, so many at most. */
  readonly last?: number;
}

/** What was audited. All of it is read each time, also where nothing is audited any more. */
export interface AuditBook {
  /**
   * Finds out whether anything was changed, taken out or put in.
   * @param others files of the audit logs of other nodes, which note the last records of this one: relative paths
   *   start where those of calls do
   * @throws {FileError} the log or one of `others` cannot be read
   */
  verify(others?: readonly string[]): Promise<AuditVerdict>;
  /** The latest last. @throws {FileError} the log cannot be read */
  list(choice?: AuditChoice): Promise<readonly AuditRecord[]>;
  /** Those that hold all these words, anywhere and whatever the case, the latest last. @throws as `list` */
  search(words: readonly string[], choice?: AuditChoice): Promise<readonly AuditRecord[]>;
}

/** @param directory where relative paths start */
export function auditBook(
  log: Pick<AuditLog, "check" | "records">,
  { files, directory }: { readonly files: FileSystem; readonly directory: string },
): AuditBook {
  return {
    verify: async (others = []) => {
      const check = await log.check();
      const own = others.length === 0 ? [] : await log.records();
      const problems = [...check.problems];
      for (const path of others) {
        const bytes = await files.readFile(resolve(directory, path), { bytesMax: auditLimits.fileBytesMax });
        const text = new TextDecoder().decode(bytes);
        const noted = auditRecords([{ name: basename(path), day: "", text }]);
        problems.push(...missingHeads(own, noted, basename(path)));
      }
      return { whole: problems.length === 0, ...check, problems };
    },
    list: async (choice) => chosen(await log.records(), [], choice),
    search: async (words, choice) => chosen(await log.records(), words, choice),
  };
}

function chosen(
  all: readonly AuditRecord[],
  words: readonly string[],
  { what, since = "", last = all.length }: AuditChoice = {},
): readonly AuditRecord[] {
  const wanted = words.map((word) => word.toLowerCase());
  const records = all.filter((record) => {
    if ((what !== undefined && record.what !== what) || record.at < since) return false;
    const text = wanted.length === 0 ? "" : JSON.stringify(record).toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
  return records.slice(Math.max(0, records.length - last));
}

/** @param by who writes: a node, or a program */
export function openAudit(
  { files, clock }: Pick<World, "files" | "clock">,
  { values, folders }: Pick<Configuration, "values" | "folders">,
  by: string,
): AuditLog {
  const {
    path = "audit.jsonl",
    retention_days: retentionDays,
    include_content: includesContent,
  } = values.audit;
  const place = isAbsolute(path) ? path : join(folders.data, "audit", path);
  return new AuditLog({ files, clock, path: place, retentionDays, includesContent, by });
}

/** As `openAudit`; undefined where nothing is audited. */
export function auditOf(...given: Parameters<typeof openAudit>): AuditLog | undefined {
  return given[1].values.audit.enabled ? openAudit(...given) : undefined;
}
