// The seam to where the sessions of this machine's user are: on the disk, or in memory.
import type { Session, SessionRoom, SessionSummary } from "./session.ts";

export interface SessionStore {
  /** How people name it. */
  readonly place: string;
  /** True where it is shared by nodes: what is added is kept there before anybody is told so. */
  readonly isShared?: boolean;
  /** @throws {StoreUnavailable} */
  read(id: string): Promise<Session | undefined>;
  /** In no order. @throws {StoreUnavailable} */
  list(): Promise<readonly SessionSummary[]>;
  /** Merges each with what is there by now, within its room, and gives what is there then. @throws {StoreUnavailable} */
  merge(sessions: readonly Session[], room: SessionRoom): Promise<readonly Session[]>;
  /** Takes out those that `choose` names of all that there are; gives how many. @throws {StoreUnavailable} */
  forget(choose: (sessions: readonly SessionSummary[]) => readonly string[]): Promise<number>;
}
