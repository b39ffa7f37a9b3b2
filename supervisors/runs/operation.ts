// An operation that asks a model as a run: who is asked, and with which prompts.
import { modelOperationOf, planOfOperation } from "../../actors/operations/model-operations.ts";
import type { WorkspaceRef } from "../../actors/runs/run-spec.ts";
import type { FileSystem } from "../../runtime/file-system.ts";
import { Misuse } from "../../runtime/process/failures.ts";
import type { Configuration } from "../config.ts";
import { type SessionChoice, sessionRef } from "../sessions.ts";
import { isOneFile, type RunTerms } from "./analysis.ts";
import { askedModel, promptsNamed } from "./asked-model.ts";
import type { RunOrder } from "./runs.ts";

export interface OperationOrder extends RunTerms {
  /** Such as "explain". */
  readonly operation: string;
  /** As its schema in `docs/schema/` has it. */
  readonly input: Readonly<Record<string, unknown>>;
  /**
   * The entry of llm.providers that is asked. Where it is left out: llm.default_provider; else, where nothing is sent but what the
   * person named, an entry whose key or address is in the environment.
   */
  readonly provider?: string | undefined;
  /** A model of it, where it is not to be the entry's own. */
  readonly model?: string | undefined;
  /** Which session it belongs to; left out for none. */
  readonly session?: SessionChoice | undefined;
  /** Whose files they are. Left out: those of this program, or of the node that has the run. */
  readonly workspace?: WorkspaceRef | undefined;
  /** False where nobody is there who is told what is sent before it is: to submit it is consent then. Default: true. */
  readonly asks?: boolean;
}

export interface OperationPlace {
  readonly files: FileSystem;
  readonly configuration: Configuration;
  /** Where relative paths start. */
  readonly directory: string;
}

/** @throws {UnknownProvider} nobody can be asked; {ConfigurationError} a prompt of the user's is wrong; {Misuse} the input is wrong */
export async function operationOrder(place: OperationPlace, order: OperationOrder): Promise<RunOrder> {
  const { operation: name, workspace, onUnknown, deadlineMs, costUsdMax, asks = true, shown = null } = order;
  const { configuration } = place;
  const session = order.session && (await sessionRef(place, order.session));
  const operation = modelOperationOf(name);
  if (operation === undefined) throw new Misuse(`There is no operation "${name}".`);
  const read = operation.input.safeParse(order.input);
  if (!read.success) throw new Misuse(`The input of ${name} is wrong: ${read.error.message}`);
  const sendsOnlyNamed = operation.sendsOnlyNamed?.(read.data) ?? true;
  const isOnlyNamed = sendsOnlyNamed && (await isOneFile(place, operation.tree?.(read.data), workspace));
  const { provider, model } = order;
  const asked = askedModel(configuration, { provider, model, isOneFile: isOnlyNamed }, operation.verb);
  return {
    kind: name,
    title: operation.title(read.data),
    plan: planOfOperation({
      operation: name,
      input: read.data,
      asked,
      prompts: await promptsNamed(place, [...operation.prompts, "repair"]),
    }),
    ...{ workspace, session, onUnknown, deadlineMs, costUsdMax, asks },
    request: { shown },
  };
}
