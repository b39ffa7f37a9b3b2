// Serves the files of a command to the runs of a cluster, by way of a node: the command asks, since nobody can call it.
import { AiexError } from "../../runtime/errors.ts";
import type { World } from "../../runtime/world.ts";
import type { WorkspaceRef } from "../runs/run-spec.ts";
import type { ServeReply, ServeRequest } from "./desk-protocol.ts";
import { workspaceAccessLimits } from "./limits.ts";
import { answerOwned, type WorkspaceOwner } from "./owner.ts";
import { ownerRequestIn } from "./owner-request.ts";
import { type Parcel, ParcelChannel } from "./parcel-channel.ts";

export interface ServeOptions {
  readonly world: World;
  readonly workspace: WorkspaceRef;
  readonly owner: WorkspaceOwner;
  /** Asks the desk of a node, of another one where that is gone. What it throws that is not retryable ends the serving. */
  readonly ask: (request: ServeRequest) => Promise<ServeReply>;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/** Resolves when `signal` aborts, once the node knows. @throws what `ask` throws for good */
export function serveWorkspace(options: ServeOptions): Promise<void> {
  return new Serving(options).run();
}

class Serving {
  readonly #options: ServeOptions;
  #channel = new ParcelChannel();
  #session: string | undefined;
  #isPolling = false;
  #failure: unknown;
  #wake: () => void = () => {};

  constructor(options: ServeOptions) {
    this.#options = options;
    options.signal.addEventListener("abort", () => this.#wake(), { once: true });
  }

  async run(): Promise<void> {
    const { signal } = this.#options;
    while (!signal.aborted) {
      const woken = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      if (this.#failure !== undefined) throw this.#failure;
      // What was found out goes at once, beside the poll that waits.
      if (this.#channel.hasPieces || this.#session === undefined) await this.#poll(0);
      else {
        if (!this.#isPolling) void this.#wait();
        await woken;
      }
    }
    if (this.#session !== undefined) await this.#ask(0, true).catch(() => undefined);
  }

  /** A poll that waits until there is something to find out. */
  async #wait(): Promise<void> {
    this.#isPolling = true;
    await this.#poll(workspaceAccessLimits.pollMs);
    this.#isPolling = false;
    this.#wake();
  }

  async #poll(waitMs: number): Promise<void> {
    const session = this.#session;
    try {
      const reply = await this.#ask(waitMs, false);
      // A poll of a session that has been given up meanwhile says nothing of the one that is.
      if (session === this.#session) this.#take(reply);
    } catch (error) {
      if (!(error instanceof AiexError) || !error.retryable) this.#failure = error;
      else await this.#later();
    }
  }

  #ask(waitMs: number, isLast: boolean): Promise<ServeReply> {
    const { workspace, ask } = this.#options;
    const pieces = waitMs > 0 ? [] : this.#channel.pieces();
    const answers = { session: this.#session, pieces, seen: this.#channel.seen };
    return ask({ workspace, waitMs, answers: isLast ? { ...answers, isLast } : answers });
  }

  #take({ session, seen, pieces }: ServeReply): void {
    if (session !== this.#session) {
      // Nobody waits any more for what was asked before.
      this.#channel = new ParcelChannel();
      this.#session = session;
    }
    const channel = this.#channel;
    channel.acknowledge(seen);
    for (const parcel of channel.take(pieces)) void this.#answer(channel, parcel);
  }

  async #answer(channel: ParcelChannel, { id, value }: Parcel): Promise<void> {
    const request = ownerRequestIn(value);
    // What is not understood is answered all the same, so that nobody waits for it.
    const answer =
      request === undefined ? null : await answerOwned(this.#options.owner, request).catch(() => null);
    channel.send(id, answer);
    this.#wake();
  }

  #later(): Promise<void> {
    const { timers } = this.#options.world;
    return new Promise((resolve) => timers.set(workspaceAccessLimits.retryMs, resolve));
  }
}
