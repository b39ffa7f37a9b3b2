// The audit log of this user's programs, where it is on, and one's own writing to it.
import { isAbsolute, join } from "node:path";
import { AuditLog } from "../actors/audit/audit-log.ts";
import type { World } from "../runtime/world.ts";
import type { Configuration } from "./config.ts";

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
