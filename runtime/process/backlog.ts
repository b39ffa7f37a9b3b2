// How long the messages of a process have been waiting, without a look at the clock for each of them.
import type { Process } from "./process.ts";

/** One waiting message stands for those around it: it is noted when it comes, and the next one when it has been handled. */
export class Backlog {
  #sinceMs: number;
  /** Its place among all messages that the process is ever given. */
  #place: number;

  constructor(process: Process) {
    this.#sinceMs = nowOf(process);
    this.#place = lastPlace(process);
  }

  /** A turn is over and messages are left. */
  renew(process: Process): void {
    if (process.messagesHandled < this.#place) return;
    this.#sinceMs = nowOf(process);
    this.#place = lastPlace(process);
  }

  /** Milliseconds that the oldest message has been waiting at least. */
  ageMs(process: Process): number {
    return process.messagesHandled < this.#place ? nowOf(process) - this.#sinceMs : 0;
  }
}

/** What is known of the waiting messages of a process whose turn is over. */
export function backlogAfterTurn(process: Process, backlog: Backlog | undefined): Backlog | undefined {
  if (process.mailbox.length === 0) return undefined;
  backlog?.renew(process);
  return backlog ?? new Backlog(process);
}

function nowOf(process: Process): number {
  return process.kernel.world.clock.now();
}

function lastPlace({ messagesHandled, mailbox }: Process): number {
  return messagesHandled + mailbox.length;
}
