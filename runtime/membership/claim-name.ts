// Finds out whether a name is free, before a node does anything else under it.
import type { Carrier } from "../carrier.ts";
import type { Subjects } from "../wire/subject.ts";
import type { World } from "../world.ts";
import { decodeBeat } from "./beat.ts";
import type { MembershipTimes } from "./limits.ts";
import { NameHeld } from "./name-held.ts";
import { ping } from "./ping.ts";
import type { Identity } from "./rival.ts";

export interface Claim {
  readonly world: World;
  readonly subjects: Subjects;
  readonly self: Identity;
  readonly times: MembershipTimes;
}

/**
 * Asks for whoever has the own name; call it before the node listens on its subject. Nobody listens: it is free at once.
 * Nobody answers, nor beats, for the time to down: whoever had it is dead.
 * @throws {NameHeld}
 */
export async function claimName(carrier: Carrier, { world, subjects, self, times }: Claim): Promise<void> {
  const holder = await new Promise<Identity | undefined>((resolve) => {
    // One that is too busy to answer still beats.
    const beats = carrier.subscribe(subjects.beat(self.name), ({ payload }) => {
      const beat = decodeBeat(payload);
      if (beat !== undefined && beat.state !== "leaving") settle({ ...beat, name: self.name });
    });
    const settle = (found: Identity | undefined): void => {
      beats.unsubscribe();
      resolve(found);
    };
    const question = {
      subject: subjects.msg(self.name, self.name, 0),
      incarnation: self.incarnation,
      timeoutMs: times.downMs,
    };
    void ping(world, carrier, question).then((answer) =>
      settle(answer.kind === "pong" ? { ...answer, name: self.name } : undefined),
    );
  });
  if (holder === undefined) return;
  const { name, incarnation, host, osPid } = holder;
  throw new NameHeld({ name, incarnation, host, osPid });
}
