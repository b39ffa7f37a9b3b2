// Who did what in which shell: a file that only grows, and that its owner alone may read.
import { dirname } from "node:path";
import type { FileSystem } from "../../runtime/file-system.ts";
import type { Clock } from "../../runtime/world.ts";
import type { AttachMode } from "./frames.ts";

/** One line of the file, as JSON, with the time before it. */
export interface AuditEntry {
  readonly what: "open" | "refused" | "line" | "close";
  readonly node: string;
  readonly session: string;
  /** The name of the command's node, such as `cli-joe`. */
  readonly from: string;
  readonly carrier: string;
  readonly mode: AttachMode;
  /** What was typed; of the others why. */
  readonly text: string;
}

export interface Audit {
  /** Resolves when the line stands in the file. @throws {FileError} it cannot be written */
  note(entry: AuditEntry): Promise<void>;
}

export function auditFile(files: FileSystem, clock: Clock, path: string): Audit {
  let hasFolder = false;
  return {
    note: async (entry) => {
      if (!hasFolder) await files.makeDirectory(dirname(path), { mode: 0o700 });
      hasFolder = true;
      const time = wallTimeText(clock.wallTime());
      const line = `${JSON.stringify({ time, ...entry })}\n`;
      await files.appendFile(path, new TextEncoder().encode(line), { mode: 0o600 });
    },
  };
}

function wallTimeText(milliseconds: number): string {
  return `${utc.format(milliseconds).replace(" ", "T")}Z`;
}

/** Swedish writes times as ISO 8601 does. */
const utc = new Intl.DateTimeFormat("sv-SE", { timeZone: "UTC", dateStyle: "short", timeStyle: "medium" });
