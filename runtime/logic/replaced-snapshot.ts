// The snapshot of XState logic with another state in it, as a debugger wants it: nothing is entered, left or started by that.
import { isDeepStrictEqual } from "node:util";
import { Misuse } from "../process/failures.ts";

/** What of a snapshot can be replaced. */
export interface ReplaceableState {
  readonly value?: unknown;
  readonly context?: unknown;
}

interface StateNode {
  readonly id: string;
  readonly invoke: readonly unknown[];
  readonly after: readonly unknown[];
}

interface MachineSnapshot extends ReplaceableState {
  readonly status: string;
  readonly _nodes: readonly StateNode[];
  readonly tags: unknown;
}

interface Machine {
  resolveState(state: ReplaceableState): MachineSnapshot;
}

/**
 * `snapshot` with the value and the context of `state` (OTP: `system_replace_state`). As there, no action runs and what waits for
 * a change of state goes on waiting.
 * @throws {Misuse} the logic has no such state, or only its transitions could bring it about
 */
export function replacedSnapshot<S extends object>(logic: object, snapshot: S, state: unknown): S {
  if (!("context" in snapshot)) throw new Misuse("This logic has no context, and so no state to replace.");
  if (typeof state !== "object" || state === null || state instanceof Promise) {
    throw new Misuse(
      `The new state of a machine is { value, context }; given was ${state instanceof Promise ? "a promise" : String(state)}.`,
    );
  }
  const before: ReplaceableState = snapshot;
  const value = "value" in state ? state.value : before.value;
  const context = "context" in state ? state.context : before.context;
  if (isDeepStrictEqual(value, before.value)) return { ...snapshot, context };
  if (!("resolveState" in logic)) throw new Misuse("Only a machine has a state value that can be replaced.");
  const { _nodes, tags } = resolved(logic as Machine, snapshot as unknown as MachineSnapshot, {
    value,
    context,
  });
  return { ...snapshot, _nodes, tags, value, context };
}

function resolved(machine: Machine, before: MachineSnapshot, state: ReplaceableState): MachineSnapshot {
  const next = machine.resolveState(state);
  if (next.status !== "active") {
    throw new Misuse(
      `The state ${JSON.stringify(state.value)} is final, and only a transition ends a machine. Send it an event that leads there, or stop the process.`,
    );
  }
  const changed = [
    ...before._nodes.filter((node) => !next._nodes.includes(node)),
    ...next._nodes.filter((node) => !before._nodes.includes(node)),
  ];
  const busy = changed.find(({ invoke, after }) => invoke.length > 0 || after.length > 0);
  if (busy === undefined) return next;
  throw new Misuse(
    `The state "${busy.id}" invokes actors or has delayed transitions, which only a transition starts and stops. Replace the context alone, or send it an event that leads there.`,
  );
}
