// What a trusted project tells models, as it is sent: secrets masked, every character visible, each file under its name.
import { sanitizeText } from "../../runtime/observe/sanitize.ts";
import { plainText } from "../analysis/text-rules.ts";
import type { StepContext } from "../runs/step-context.ts";
import { workspaceAccessLimits } from "../workspace/limits.ts";
import { maskSecrets } from "../workspace/masking.ts";
import { present } from "./services.ts";

/** Plain data. */
export interface ProjectInstructions {
  readonly text: string;
  /** Below the project. */
  readonly files: readonly string[];
  readonly masked: number;
}

/**
 * Those of the project and of the folders above `paths`, as the owner of the files gives them, who has to trust the project; undefined
 * where there are none.
 */
export async function projectInstructions(
  context: StepContext,
  paths: readonly string[],
): Promise<ProjectInstructions | undefined> {
  const asked = paths.slice(0, workspaceAccessLimits.instructedPathsMax);
  const answer = await present(context, await context.workspace.instructions(asked));
  if (!answer.ok) return undefined;
  const parts: string[] = [];
  const files: string[] = [];
  let masked = 0;
  for (const { path, text } of answer.files) {
    const safe = maskSecrets(plainText(text), { isCode: false });
    const shown = sanitizeText(safe.text).trim();
    if (shown === "") continue;
    parts.push(`${JSON.stringify(path)}:\n\n${shown}`);
    files.push(path);
    masked += safe.masked;
  }
  return files.length === 0 ? undefined : { text: parts.join("\n\n"), files, masked };
}
