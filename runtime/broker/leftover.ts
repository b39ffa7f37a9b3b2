// What the last start of a managed broker means for this one: nothing, a broker to end first, or one that is somebody's.
import type { BrokerRecord } from "./managed-folder.ts";

export type Leftover =
  /** Nothing of it lives. */
  | { readonly kind: "gone" }
  /** It outlived the program that managed it. */
  | { readonly kind: "orphan"; readonly osPid: number }
  /** The program that manages it lives. */
  | { readonly kind: "held"; readonly ownerPid: number };

export interface Sighting {
  readonly record: BrokerRecord | undefined;
  /** The number that the last server wrote down. */
  readonly serverPid: number | undefined;
  /** The command lines of the processes of these numbers today; undefined where there are none. */
  readonly brokerCommand: string | undefined;
  readonly ownerCommand: string | undefined;
  /** The number of the program that asks. */
  readonly ownPid: number;
  readonly configurationPath: string;
}

/** Decides by what lives today, since a number alone may be another process's by now. */
export function judgeLeftover(sighting: Sighting): Leftover {
  const { record, serverPid, brokerCommand, ownerCommand, ownPid, configurationPath } = sighting;
  const owner = record?.owner;
  const ownerLives = owner?.command !== undefined && owner.osPid !== ownPid && ownerCommand === owner.command;
  // Also while the broker is down: its owner is about to start it again.
  if (ownerLives) return { kind: "held", ownerPid: owner.osPid };
  const isBroker = serverPid !== undefined && brokerCommand?.includes(configurationPath) === true;
  return isBroker ? { kind: "orphan", osPid: serverPid } : { kind: "gone" };
}
