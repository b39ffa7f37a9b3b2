// Two nodes of one name: when another one is taken to be there, and who of the two goes.
import type { Beat } from "./beat.ts";
import type { MembershipTimes } from "./limits.ts";

/** Who a node is, for others to tell it from one of the same name. */
export interface Identity {
  readonly name: string;
  readonly incarnation: number;
  /** Where it runs, for people. */
  readonly host: string;
  readonly osPid: number;
}

/** Another of the own name, as it was first heard. */
export interface Rival {
  readonly incarnation: number;
  readonly seq: number;
  readonly since: number;
  readonly isTold: boolean;
}

export interface Hearing {
  readonly rival: Rival | undefined;
  /** Once for each rival: whether the own node stays or goes. */
  readonly verdict?: "stay" | "go";
}

/**
 * A beat under the own name. One may be the last of a predecessor that comes late; who is heard for as long as silence would
 * have to last is there. The node that started later goes.
 */
export function hearRival(
  self: Identity,
  known: Rival | undefined,
  beat: Beat,
  now: number,
  times: MembershipTimes,
): Hearing {
  if (isSelf(self, beat)) return { rival: known };
  if (beat.state === "leaving") return { rival: undefined };
  if (known?.incarnation !== beat.incarnation)
    return { rival: { incarnation: beat.incarnation, seq: beat.seq, since: now, isTold: false } };
  const isThere = beat.seq > known.seq && now - known.since >= times.silentMs;
  if (known.isTold || !isThere) return { rival: known };
  return { rival: { ...known, isTold: true }, verdict: startedLater(self, beat) ? "go" : "stay" };
}

function isSelf(self: Identity, beat: Beat): boolean {
  return beat.incarnation === self.incarnation && beat.host === self.host && beat.osPid === self.osPid;
}

function startedLater(self: Identity, beat: Beat): boolean {
  if (self.incarnation !== beat.incarnation) return self.incarnation > beat.incarnation;
  return self.host === beat.host ? self.osPid > beat.osPid : self.host > beat.host;
}
