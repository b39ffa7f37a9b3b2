// Shows a hunk at a terminal before a person is asked about it.
import type { HunkAsked } from "../actors/operations/edited-files.ts";
import { isRecord } from "../runtime/wire/shape.ts";
import type { RunQuestion } from "../supervisors/runs/runs.ts";
import type { Host } from "./host.ts";
import { diffText } from "./render/changed-text.ts";
import { terminalOf } from "./terminal.ts";

/** Leaves every question to the person. */
export async function showHunk(
  { stderr, env, platform }: Host,
  { about }: Pick<RunQuestion, "about">,
): Promise<undefined> {
  if (!isHunk(about)) return;
  const terminal = terminalOf(stderr, env, platform);
  await stderr.write(`${diffText(about.diff, terminal)}\n`);
}

function isHunk(about: unknown): about is Pick<HunkAsked, "diff"> {
  return isRecord(about) && typeof about.diff === "string" && typeof about.number === "number";
}
