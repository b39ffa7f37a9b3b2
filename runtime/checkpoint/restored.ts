// A durable logic as a process can be started with it: from a checkpoint, or from its input where there is none.
import type { AnyActorLogic } from "xstate";
import { XStateHost } from "../logic/host.ts";
import {
  type AnyLogic,
  childDefaultsOf,
  hostLogic,
  type InputOf,
  logicName,
  type NativeLogic,
  type ProtocolOf,
} from "../logic/logic.ts";
import { ServerBehaviour } from "../logic/server-behaviour.ts";
import type { Process } from "../process/process.ts";
import { type DurableLogic, inThisVersion, notDurable } from "./durable.ts";
import { DurableBehaviour, type RestoredOptions } from "./durable-behaviour.ts";
import type { Keeping } from "./keeping.ts";
import { ServerKeeping } from "./server-keeping.ts";
import { XStateKeeping } from "./xstate-keeping.ts";

/**
 * The logic of a process that begins from a checkpoint, and tells when it could be kept. A function begins anew, and never
 * tells.
 * @throws {CheckpointUnusable} the checkpoint is of another key, or of a version that cannot be taken; what `migrate` throws.
 * The process's own start fails with it where the logic has not what the checkpoint names; and with {NotDurable} for a machine
 * that starts an actor without a name, and for native logic other than a server.
 */
export function restored<L extends AnyLogic>(
  durable: DurableLogic<L>,
  options: RestoredOptions,
): NativeLogic<ProtocolOf<L>, InputOf<L>> {
  const { logic } = durable;
  const checkpoint = options.checkpoint && inThisVersion(durable, options.checkpoint);
  const childDefaults = childDefaultsOf(logic);
  const native: NativeLogic = {
    logicName: logicName(logic),
    host: (process) =>
      typeof logic === "function"
        ? hostLogic(process, logic)
        : new DurableBehaviour(process, durable, { ...options, checkpoint }, (changed) =>
            keepingOf(process, logic, changed),
          ),
    ...(childDefaults === undefined ? {} : { childDefaults }),
  };
  return native as NativeLogic<ProtocolOf<L>, InputOf<L>>;
}

function keepingOf(process: Process, logic: AnyLogic, changed: () => void): Keeping {
  const behaviour = hostLogic(process, logic);
  if (behaviour instanceof XStateHost) return new XStateKeeping(behaviour, logic as AnyActorLogic, changed);
  if (behaviour instanceof ServerBehaviour) return new ServerKeeping(process, behaviour);
  const refuse = (): never => {
    throw notDurable(logic);
  };
  return { behaviour, savesInTurn: false, init: refuse, resume: refuse, state: refuse, capture: refuse };
}
