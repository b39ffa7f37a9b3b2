// `aiex audit verify`, `list` and `search`: whether the audit log is whole, and what is in it.
import { basename } from "node:path";
import { type AuditCheck, auditRecords, missingHeads } from "../../actors/audit/chain.ts";
import { auditLimits } from "../../actors/audit/limits.ts";
import type { AuditRecord } from "../../actors/audit/record.ts";
import { escapeJson } from "../../runtime/observe/sanitize.ts";
import type { Asking } from "../asking.ts";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import { numberValue, optionValue } from "../parse.ts";
import { renderAuditCheck, renderAuditRecords } from "../render/audit-text.ts";
import { renderJson } from "../render/json.ts";
import { readSettings } from "../settings.ts";
import { terminalOf } from "../terminal.ts";

export async function auditVerify(asking: Asking): Promise<ExitCode> {
  const { host, parsed, interruption } = asking;
  const log = (await readSettings(host, interruption)).audit();
  const check = await interruption.orInterrupted(log.check());
  const own = parsed.arguments.length === 0 ? [] : await log.records();
  const problems = [...check.problems];
  for (const path of parsed.arguments) {
    const bytes = await host.world.files.readFile(path, { bytesMax: auditLimits.fileBytesMax });
    const text = new TextDecoder().decode(bytes);
    const others = auditRecords([{ name: basename(path), day: "", text }]);
    problems.push(...missingHeads(own, others, basename(path)));
  }
  const whole: AuditCheck = { ...check, problems };
  const terminal = terminalOf(host.stdout, host.env, host.platform);
  await host.stdout.write(
    isJson(asking)
      ? renderJson({ schema: "aiex.audit-check/1", whole: problems.length === 0, ...whole })
      : renderAuditCheck(whole, terminal),
  );
  return problems.length === 0 ? exitCodes.ok : exitCodes.failed;
}

export async function auditList(asking: Asking): Promise<ExitCode> {
  return shown(asking, () => true);
}

/** In everything that a record says, whatever the case. */
export async function auditSearch(asking: Asking): Promise<ExitCode> {
  const wanted = asking.parsed.arguments.map((word) => word.toLowerCase());
  return shown(asking, (record) => {
    const text = JSON.stringify(record).toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
}

async function shown(asking: Asking, isWanted: (record: AuditRecord) => boolean): Promise<ExitCode> {
  const { host, parsed, interruption } = asking;
  const log = (await readSettings(host, interruption)).audit();
  const what = optionValue(parsed, "what");
  const since = optionValue(parsed, "since") ?? "";
  const last = numberValue(parsed, "last") ?? 0;
  const all = await interruption.orInterrupted(log.records());
  const records = all
    .filter(
      (record) => (what === undefined || record.what === what) && record.at >= since && isWanted(record),
    )
    .slice(-last);
  switch (optionValue(parsed, "format")) {
    case "json":
      await host.stdout.write(renderJson({ schema: "aiex.audit/1", records }));
      break;
    case "ndjson":
      for (const record of records) await host.stdout.write(`${escapeJson(JSON.stringify(record))}\n`);
      break;
    default: {
      const terminal = terminalOf(host.stdout, host.env, host.platform);
      await host.stdout.write(renderAuditRecords(records, terminal));
    }
  }
  return exitCodes.ok;
}

function isJson({ parsed }: Asking): boolean {
  return optionValue(parsed, "format") === "json";
}
