// `split`: has the steps up to `merge` done for every part.
import { listFiles } from "../../operations/services.ts";
import { isAlone } from "../asked-words.ts";
import { fannedOut } from "../fan-out.ts";
import { filesOfFolder, functionsIn, type Part, type Parts } from "../parts.ts";
import type { Done, WordJob } from "../words.ts";

export async function split(job: WordJob): Promise<Done> {
  const { step, segment } = job.work;
  const files = await filesOf(job);
  if (!files.ok) return files;
  const parts = step.parameters.by === "function" ? await functionsIn(job, files.parts) : files;
  if (!parts.ok) return parts;
  return fannedOut(job, { ...parts, segment, isAlone: segment.some(isAlone) });
}

async function filesOf(job: WordJob): Promise<Parts> {
  const { context, flow } = job;
  const { target } = flow;
  const itself: Part = { name: target.kind === "path" ? target.path : target.name, flow };
  if (target.kind === "text") return { ok: true, parts: [itself], warnings: [] };
  const listing = await listFiles(context, target.path, { isNamed: true });
  if (!listing.ok) return { ok: false, code: listing.code, message: listing.message };
  return listing.kind === "file" ? { ok: true, parts: [itself], warnings: [] } : filesOfFolder(job, listing);
}
