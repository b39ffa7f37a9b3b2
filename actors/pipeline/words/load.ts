// `load`: the steps behind it work on another file or folder.
import { detectLanguage } from "../../analysis/languages.ts";
import { listFiles } from "../../operations/services.ts";
import type { LoadedDocument } from "../documents.ts";
import type { Done, WordJob } from "../words.ts";

export async function load({ work, context, flow }: WordJob): Promise<Done> {
  const path = String(work.step.parameters.file ?? "");
  const listing = await listFiles(context, path, { isNamed: true });
  if (!listing.ok) return { ok: false, code: listing.code, message: listing.message };
  const files =
    listing.kind === "file"
      ? 1
      : listing.entries.filter((entry) => entry.kind === "file" && detectLanguage(entry.path) !== null)
          .length;
  const result: LoadedDocument = { schema: "aiex.loaded/1", path, kind: listing.kind, files };
  return { ok: true, result, flow: { ...flow, target: { kind: "path", path } }, parts: [], warnings: [] };
}
