// What a cluster supervisor is told of a child: what it runs, with what, and where it belongs.
import type { DurableLogic } from "../checkpoint/durable.ts";
import { Misuse } from "../process/failures.ts";
import type { Restart } from "../supervision/child-spec.ts";
import { type Place, problemOfPlace } from "./place.ts";

export interface PlacedChildOptions<Input = unknown> {
  /** The logic's key unless given. Together with the supervisor's name it is the child's name in the cluster: `<supervisor>/<id>`. */
  readonly id?: string;
  /** What it begins with, where there is no checkpoint yet: plain data. */
  readonly input?: Input;
  /** `permanent` unless given. */
  readonly restart?: Restart;
  /** `round_robin` unless given. */
  readonly place?: Place;
  /** Milliseconds to stop in good order; 5,000 unless given. */
  readonly shutdownMs?: number;
}

export interface PlacedChild {
  readonly id: string;
  readonly logic: DurableLogic;
  readonly input: unknown;
  readonly restart: Restart;
  readonly place: Place;
  readonly shutdownMs: number | undefined;
}

/**
 * A child of a cluster supervisor: one process in the whole cluster, on the node where it belongs.
 * @throws {Misuse} an option has no such value
 */
export function placedChild(logic: DurableLogic, options: PlacedChildOptions = {}): PlacedChild {
  const { id = logic.key, input, restart = "permanent", place = { strategy: "round_robin" } } = options;
  if (typeof id !== "string" || id === "")
    throw new Misuse(
      `The id of a placed child is a text that is not empty; given was ${JSON.stringify(id)}.`,
    );
  const problem = problemOfPlace(place);
  if (problem !== undefined) throw new Misuse(`Child "${id}" cannot be placed. ${problem}`);
  if (!["permanent", "transient", "temporary"].includes(restart))
    throw new Misuse(
      `The restart of child "${id}" is permanent, transient or temporary; given was ${JSON.stringify(restart)}.`,
    );
  return Object.freeze({ id, logic, input, restart, place, shutdownMs: options.shutdownMs });
}
