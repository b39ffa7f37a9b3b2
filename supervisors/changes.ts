// The changes of the files here: how they are kept, and what is said of those that were found interrupted.
import { join } from "node:path";
import type { AuditLog } from "../actors/audit/audit-log.ts";
import { keepLimits } from "../actors/workspace/changes/config.ts";
import { ChangeKeeper, type Undone } from "../actors/workspace/changes/keeper.ts";
import type { KeptHead } from "../actors/workspace/changes/kept-set.ts";
import { leftAlone, type Recovered } from "../actors/workspace/changes/recovery.ts";
import { sandboxOf } from "../actors/workspace/sandbox.ts";
import { AiexError } from "../runtime/errors.ts";
import { FileError } from "../runtime/file-system.ts";
import type { World } from "../runtime/world.ts";
import { auditOf } from "./audit.ts";
import type { Configuration } from "./config.ts";

/** What was not taken back, and why. */
export class ChangesRefused extends AiexError {
  override readonly code: Extract<Undone, { readonly ok: false }>["code"];

  constructor({ code, message, path }: Extract<Undone, { readonly ok: false }>) {
    super(message, { details: path === undefined ? {} : { path } });
    this.code = code;
  }
}

/**
 * The keeper for the files below a directory, which has ended what was interrupted there, where that can be done now.
 * @param onRecovered hears sentences for people about what was found
 */
export async function openChanges(
  { files, clock }: Pick<World, "files" | "clock">,
  { values, folders }: Pick<Configuration, "values" | "folders">,
  directory: string,
  onRecovered: (sentence: string) => void = () => undefined,
  audit: AuditLog | undefined = auditOf({ files, clock }, { values, folders }, "aiex"),
): Promise<ChangeKeeper> {
  const keeper = new ChangeKeeper({
    ...{ files, clock, directory, sandbox: sandboxOf(values.sandbox) },
    ...{ folder: join(folders.data, "changes"), keep: keepLimits(values.changes) },
    onApplied: audit === undefined ? undefined : (set) => noted(audit, set, onRecovered),
  });
  try {
    for (const found of await keeper.recover()) onRecovered(toldOf(found));
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    // A directory that is not there has no changes; whoever reads it hears of that soon enough.
    const isAway = error.code === "file_not_found" || error.code === "not_directory";
    if (!isAway)
      onRecovered(`Whether changes of files were interrupted here cannot be found out now: ${error.message}`);
  }
  return keeper;
}

/** What was changed stays changed where that cannot be audited. */
async function noted(
  audit: AuditLog,
  { id, run, title, undoes, changes }: KeptHead,
  tell: (sentence: string) => void,
): Promise<void> {
  const files = changes.map(({ path, before, after }) => ({ path, before, after }));
  try {
    const what = undoes.length === 0 ? "changes_applied" : "changes_undone";
    await audit.note(what, { run, set: id, title, files });
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    tell(`The audit log misses a change of files: ${error.message}`);
  }
}

function toldOf({ outcome, title, run, left }: Recovered): string {
  if (outcome === "lost")
    return "A change of files was interrupted, and what is kept of it is damaged: some of its files may be changed, and others not. Look at what differs from your last version.";
  const what = `The changes of run ${run} (${title}) were interrupted`;
  if (outcome === "completed") return `${what}, and are complete now. aiex undo takes them back.`;
  return left.length === 0
    ? `${what}, and were taken back.`
    : `${what}, and were taken back. ${leftAlone(left)}`;
}
