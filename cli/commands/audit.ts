// `aiex audit verify`, `list` and `search`: whether the audit log is whole, and what is in it.
import type { AuditRecord } from "../../actors/audit/record.ts";
import { escapeJson } from "../../runtime/observe/sanitize.ts";
import { type AuditBook, type AuditChoice, auditBook } from "../../supervisors/audit.ts";
import type { Asking } from "../asking.ts";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import { numberValue, optionValue } from "../parse.ts";
import { renderAuditCheck, renderAuditRecords } from "../render/audit-text.ts";
import { renderJson } from "../render/json.ts";
import { readSettings } from "../settings.ts";
import { terminalOf } from "../terminal.ts";

export async function auditVerify(asking: Asking): Promise<ExitCode> {
  const { host, parsed, interruption } = asking;
  const book = await bookOf(asking);
  const verdict = await interruption.orInterrupted(book.verify(parsed.arguments));
  const terminal = terminalOf(host.stdout, host.env, host.platform);
  await host.stdout.write(
    isJson(asking)
      ? renderJson({ schema: "aiex.audit-check/1", ...verdict })
      : renderAuditCheck(verdict, terminal),
  );
  return verdict.whole ? exitCodes.ok : exitCodes.failed;
}

export const auditList = (asking: Asking): Promise<ExitCode> =>
  shown(asking, (book, choice) => book.list(choice));

/** In everything that a record says, whatever the case. */
export const auditSearch = (asking: Asking): Promise<ExitCode> =>
  shown(asking, (book, choice) => book.search(asking.parsed.arguments, choice));

async function shown(
  asking: Asking,
  find: (book: AuditBook, choice: AuditChoice) => Promise<readonly AuditRecord[]>,
): Promise<ExitCode> {
  const { host, parsed, interruption } = asking;
  const book = await bookOf(asking);
  const what = optionValue(parsed, "what") as AuditChoice["what"];
  const since = optionValue(parsed, "since");
  const last = numberValue(parsed, "last");
  const choice: AuditChoice = {
    ...(what === undefined ? {} : { what }),
    ...(since === undefined ? {} : { since }),
    ...(last === undefined ? {} : { last }),
  };
  const records = await interruption.orInterrupted(find(book, choice));
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

async function bookOf({ host, interruption }: Asking): Promise<AuditBook> {
  const log = (await readSettings(host, interruption)).audit();
  return auditBook(log, { files: host.world.files, directory: "." });
}

function isJson({ parsed }: Asking): boolean {
  return optionValue(parsed, "format") === "json";
}
