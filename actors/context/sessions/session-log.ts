// The log of a shared session for its owner: claims it, writes changes, and knows of each only once it lasts. Every change is itself a
// copy of the session with what is new in it, so that what is written twice, or in another order, comes to the same.
import { claimLog } from "../../../runtime/journal/claim.ts";
import { JournalDamaged } from "../../../runtime/journal/failures.ts";
import type { Journal, RecordKind } from "../../../runtime/journal/journal.ts";
import type { World } from "../../../runtime/world.ts";
import { SessionTaken } from "./failures.ts";
import { sessionLimits } from "./limits.ts";
import { decodeSession, encodeSession, merged, type Session } from "./session.ts";

export interface SessionLogOptions {
  readonly world: Pick<World, "random" | "timers">;
  readonly journal: Journal;
  readonly id: string;
  /** The node in whose name it is written. */
  readonly node: string;
  /** False where this node may not own it any more. */
  readonly permitted: () => boolean;
}

export class SessionLog {
  readonly epoch: number;
  /** What was written since everything was written as one. */
  #changes: number;
  #position: number;
  readonly #options: SessionLogOptions;

  private constructor(options: SessionLogOptions, epoch: number, position: number, changes: number) {
    this.#options = options;
    this.epoch = epoch;
    this.#position = position;
    this.#changes = changes;
  }

  /**
   * From here on every earlier owner's changes are refused. Gives what there is; undefined for a session that is new. What a log has
   * behind a damage is taken out, and `damaged` says so.
   * @throws as `claimLog`
   */
  static async claim(options: SessionLogOptions): Promise<{
    readonly log: SessionLog;
    readonly session: Session | undefined;
    readonly damaged: boolean;
  }> {
    const { journal, id, node, world, permitted } = options;
    const claim = () => claimLog(journal, logOf(id), { owner: node, id: recordId(world), goesOn: permitted });
    let damaged = false;
    const claimed = await claim().catch(async (error: unknown) => {
      if (!(error instanceof JournalDamaged)) throw error;
      damaged = true;
      await journal.repair(logOf(id));
      return claim();
    });
    const { epoch, end, snapshot, events } = claimed;
    let session: Session | undefined;
    for (const { payload } of snapshot === undefined ? events : [snapshot, ...events]) {
      const change = decodeSession(payload);
      if (change === undefined) damaged = true;
      else session = session === undefined ? change : merged(session, change);
    }
    return { log: new SessionLog(options, epoch, end.position, events.length), session, damaged };
  }

  /** Resolves when it lasts. @throws {SessionTaken} another owner has begun; {JournalFailed}; {JournalDamaged} */
  async write(change: Session, whole: Session): Promise<void> {
    await this.#append("event", encodeSession(change));
    this.#changes += 1;
    if (this.#changes < sessionLimits.changesMax) return;
    await this.#append("snapshot", encodeSession(whole));
    this.#changes = 0;
    await this.#options.journal.truncate(logOf(this.#options.id), this.#position);
  }

  /** Takes everything out: nobody will find that there was a session. */
  async remove(): Promise<void> {
    await this.#options.journal.remove(logOf(this.#options.id));
  }

  async #append(kind: RecordKind, payload: Uint8Array): Promise<void> {
    const { world, journal, id, permitted } = this.#options;
    const { epoch } = this;
    const record = recordId(world);
    for (;;) {
      const expected = this.#position;
      const outcome = await journal.append(logOf(id), { kind, epoch, id: record, payload, expected });
      if (outcome.kind === "appended") {
        this.#position = outcome.position;
        return;
      }
      if (outcome.kind !== "unknown" || !permitted()) throw new SessionTaken(id, epoch);
      // Nobody said whether it lasts; the same append again tells.
      await new Promise<void>((resolve) => world.timers.set(sessionLimits.appendRetryMs, resolve));
    }
  }
}

function logOf(id: string): string {
  return `session/${id}`;
}

function recordId({ random }: SessionLogOptions["world"]): string {
  return Buffer.from(random.bytes(12)).toString("base64url");
}
