// Shows at a terminal what a person is asked about: a hunk, or what checks said of the hunks that they chose.
import type { HunkAsked } from "../actors/operations/edited-files.ts";
import type { Verification } from "../actors/operations/verification-result.ts";
import { diffText } from "../actors/rendering/changed-text.ts";
import { verificationLines } from "../actors/rendering/verification-text.ts";
import { isRecord } from "../runtime/wire/shape.ts";
import type { RunQuestion } from "../supervisors/runs/runs.ts";
import type { Host } from "./host.ts";
import { terminalOf } from "./terminal.ts";

/** Leaves every question to the person. */
export async function showHunk(
  { stderr, env, platform }: Host,
  { about }: Pick<RunQuestion, "about">,
): Promise<undefined> {
  const terminal = terminalOf(stderr, env, platform);
  if (isHunk(about)) await stderr.write(`${diffText(about.diff, terminal)}\n`);
  else if (isVerification(about)) await stderr.write(`${verificationLines(about, terminal).join("\n")}\n`);
}

function isVerification(about: unknown): about is Verification {
  return isRecord(about) && Array.isArray(about.commands) && typeof about.passed === "boolean";
}

function isHunk(about: unknown): about is Pick<HunkAsked, "diff"> {
  return isRecord(about) && typeof about.diff === "string" && typeof about.number === "number";
}
