// The commands with which the owner of a workspace checks its files, as an operation asks for them: only by their kinds, and each as an
// effect of the run, so that one that has ended is not run again for a step that is tried again.
import { FileError } from "../../runtime/file-system.ts";
import { effectDone, type StepContext } from "../runs/step-context.ts";
import type { OwnerAway } from "../workspace/access.ts";
import type { VerifyKind } from "../workspace/verify/config.ts";
import type { VerifyCommand, VerifyEnd } from "../workspace/verify/question.ts";
import type { Refusal } from "./ask-model.ts";
import { present } from "./services.ts";

const commandsKey = "checks";

/** Which there are, one that measures coverage only where that is wanted; the same for the whole run. Asked before anything is paid for. */
export async function ownChecks(
  context: StepContext,
  measures: boolean,
): Promise<{ readonly ok: true; readonly commands: readonly VerifyCommand[] } | Refusal> {
  const known = (await context.recall(commandsKey)) as readonly VerifyCommand[] | undefined;
  if (known !== undefined) return { ok: true, commands: known };
  const answer = await present(context, await context.workspace.verify({ ask: "look" }));
  if (!answer.ok) return answer;
  const all = answer.state === "look" ? answer.commands : [];
  if (measures && !all.some(({ kind }) => kind === "coverage"))
    return { ok: false, code: "bad_configuration", message: nothingMeasures };
  const commands = measures ? all : all.filter(({ kind }) => kind !== "coverage");
  if (commands.length === 0) return { ok: false, code: "bad_configuration", message: nothingConfigured };
  await context.note(commandsKey, commands);
  return { ok: true, commands };
}

const nothingConfigured = `--verify has nothing to run: no command of yours is configured where these files are. Write those that check this project into your own configuration there, each as a list of a program and its arguments, such as:
operations:
  verify:
    type_check: [npx, tsc, --noEmit]
    test: [node, --test, "{file}"]`;

const nothingMeasures = `--coverage is measured with --verify, and no command of yours does that where these files are. Leave one of the two out, or write it into your own configuration there, such as:
operations:
  verify:
    coverage: [npx, vitest, run, "{file}", --coverage, "--coverage.reporter=lcov", "--coverage.reportsDirectory={coverage_dir}"]`;

export interface AskedCheck {
  /** Tells the checks of a step apart; the same each time it is tried. */
  readonly key: string;
  /** The same for the same command alone: what it says is kept for a while. */
  readonly id: string;
  readonly kind: VerifyKind;
  /** Those that were written. */
  readonly files: readonly string[];
  /** Whose coverage is measured. */
  readonly covers?: string | undefined;
}

/** Runs one to its end. */
export async function checkedBy(
  context: StepContext,
  { key, id, kind, files, covers }: AskedCheck,
): Promise<{ readonly ok: true; readonly end: VerifyEnd } | Refusal> {
  let stopped: OwnerAway | Refusal | undefined;
  const end = await context
    .effect<VerifyEnd>({
      ...{ key, kind: "command", about: { kind, files } },
      // It looks at files, and what else it does is its user's doing.
      unknown: "repeat",
      perform: async () => {
        for (;;) {
          const answer = await context.workspace.verify({ ask: "run", id, kind, files, covers });
          if (answer.ok && answer.state === "ended") return answer.end;
          if (answer.ok) continue;
          stopped = answer;
          throw new FileError("file_failed", "check", files[0] ?? "", { because: answer.message });
        }
      },
    })
    .catch((error: unknown) => {
      if (stopped === undefined) throw error;
      return stopped;
    });
  if (end === effectDone) {
    const message = "What a check came to is lost. Try again.";
    return { ok: false, code: "interrupted", message, retryable: true };
  }
  if ("outcome" in end) return { ok: true, end };
  const refusal = await present<Refusal>(context, end as OwnerAway | Refusal);
  return refusal.code === "overload" ? { ...refusal, retryable: true } : refusal;
}
