// Sees to it that the other nodes know of a change before it is told to have been made: each is asked to look, and says when it has.
import { server } from "../logic/server.ts";
import { noReply, ok, replyWith } from "../logic/server-result.ts";
import { reply } from "../process/acting.ts";
import { named } from "../process/address.ts";
import { outsideProcesses } from "../process/current.ts";
import type { Kernel } from "../process/kernel.ts";
import { signalExit } from "../process/links.ts";
import { call } from "../process/messaging.ts";
import type { Ref } from "../process/pid.ts";
import type { Process } from "../process/process.ts";
import { spawnProcess } from "../process/spawn.ts";
import { isRecord, isWhole } from "../wire/shape.ts";
import { nameLimits } from "./limits.ts";

/** The local name of the process that is asked. */
const asked = "cluster_names";

export interface SeenByOptions {
  readonly kernel: Kernel;
  readonly factor: number;
  /** Has this node know of a change, and of what it comes to here. Never fails. */
  readonly look: (name: string, revision: number) => Promise<unknown>;
}

export class SeenBy {
  readonly #options: SeenByOptions;
  #process: Process | undefined;

  constructor(options: SeenByOptions) {
    this.#options = options;
    const { kernel } = options;
    const { outside } = kernel;
    if (outside === undefined || kernel.names.has(asked)) return;
    const ignore = (): void => {};
    this.#process = outsideProcesses(() =>
      spawnProcess(outside, this.#logic(), { name: asked }, ignore, ignore),
    );
  }

  /**
   * Comes back when every node that there is a session with has seen the change, or has not said so in time: then it learns of it from
   * its own watch.
   */
  async everybody(name: string, revision: number): Promise<void> {
    const { kernel, factor } = this.#options;
    const { outside, distribution } = kernel;
    if (outside === undefined) return;
    const nodes = (distribution?.connected ?? []).filter(({ hidden }) => !hidden);
    const timeoutMs = nameLimits.seenMs * factor;
    await Promise.all(
      nodes.map((node) =>
        // A node that keeps no names has nobody to ask, and one that is silent is not waited for.
        call(outside, named(asked).on(node.name), "look", { name, revision }, timeoutMs).catch(() => {}),
      ),
    );
  }

  close(): void {
    if (this.#process !== undefined) signalExit(this.#process, this.#process.pid, "kill");
  }

  #logic() {
    const { look } = this.#options;
    return server("cluster_names", {
      init: () => ok(undefined),
      calls: {
        look: (state: undefined, payload: object, from: Ref) => {
          if (!isRecord(payload)) return replyWith(false, state);
          const { name, revision } = payload;
          if (typeof name !== "string" || !isWhole(revision)) return replyWith(false, state);
          // Not awaited here: others are answered meanwhile.
          void look(name, revision).then(() => reply(from, true));
          return noReply(state);
        },
      },
    });
  }
}
