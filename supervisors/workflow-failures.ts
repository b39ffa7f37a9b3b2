// What goes wrong with workflows: none of that name, one that is wrong, one that may not be used, or may not be replaced.
import { describeWorkflowProblems, type WorkflowProblem } from "../actors/pipeline/workflow/problem.ts";
import { AiexError } from "../runtime/errors.ts";

export type WorkflowErrorCode =
  | "unknown_workflow"
  | "bad_workflow_name"
  | "bad_workflow_value"
  | "workflow_waits"
  | "workflow_exists"
  | "workflow_changed"
  | "no_version_left"
  | "built_in_workflow"
  | "no_project";

export class WorkflowRefused extends AiexError {
  override readonly code: WorkflowErrorCode;
  constructor(code: WorkflowErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** A file that is no workflow; its message has every problem with its place. */
export class WorkflowWrong extends AiexError {
  override readonly code = "bad_workflow";
  readonly problems: readonly WorkflowProblem[];

  /** @param label what the text is called, such as its path; `advice` is a sentence behind all of it */
  constructor(label: string, text: string, problems: readonly WorkflowProblem[], advice = "") {
    const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
    const told = describeWorkflowProblems(label, text, problems);
    super(`The workflow has ${count}. Correct and try again:\n${told}${advice === "" ? "" : `\n${advice}`}`, {
      details: { problems },
    });
    this.problems = problems;
  }
}
