// What is seen of a process while somebody watches it: what it takes, sends, becomes and ends with. Nobody pays who is not watched.
import type { Address } from "../process/address.ts";
import { outsideProcesses } from "../process/current.ts";
import type { ExitReason } from "../process/exit-reason.ts";
import type { Item } from "../process/mailbox.ts";
import type { Pid } from "../process/pid.ts";
import type { Process } from "../process/process.ts";
import type { Protocol } from "../process/protocol.ts";
import { SystemRequest, TurnMessage } from "../process/system-message.ts";

/** A reply on its way to whoever called. */
export class SentReply {
  readonly to: Pid | undefined;
  readonly value: unknown;
  constructor(to: Pid | undefined, value: unknown) {
    this.to = to;
    this.value = value;
  }
}

/** As it happens, with the messages themselves: what is kept or told of them is `shownEvent`. */
export type Sight =
  | { readonly is: "turn" }
  | { readonly is: "in"; readonly item: Item }
  | { readonly is: "out"; readonly to: Address<Protocol>; readonly item: Item }
  | { readonly is: "reply"; readonly reply: SentReply }
  | { readonly is: "state" }
  | { readonly is: "exit"; readonly reason: ExitReason };

export interface Watcher {
  /** Called in the turn in which it happens, on behalf of nobody. With `"done"`, or if it throws, it is let go. */
  see(sight: Sight, process: Process): unknown;
}

const turn: Sight = Object.freeze({ is: "turn" });
const state: Sight = Object.freeze({ is: "state" });

/** All who watch one process. */
export class Watch {
  readonly #process: Process;
  #watchers: readonly Watcher[] = [];
  /** The state that was told last. */
  #state: unknown;

  constructor(process: Process) {
    this.#process = process;
    this.#state = stateOf(process);
  }

  get watchers(): readonly Watcher[] {
    return this.#watchers;
  }

  add(watcher: Watcher): void {
    this.#watchers = [...this.#watchers, watcher];
  }

  remove(watcher: Watcher): void {
    this.#watchers = this.#watchers.filter((other) => other !== watcher);
    if (this.#watchers.length === 0) this.#process.watch = undefined;
  }

  turn(): void {
    this.#show(turn);
  }

  in(item: Item): void {
    if (item instanceof SystemRequest || item instanceof TurnMessage) return;
    this.#show({ is: "in", item });
  }

  out(to: Address<Protocol>, item: Item): void {
    this.#show({ is: "out", to, item });
  }

  replied(to: Pid | undefined, value: unknown): void {
    this.#show({ is: "reply", reply: new SentReply(to, value) });
  }

  /** A message has been handled: tells of the state if that is another one now. */
  handled(): void {
    const now = stateOf(this.#process);
    if (now === this.#state) return;
    this.#state = now;
    this.#show(state);
  }

  ended(reason: ExitReason): void {
    this.#show({ is: "exit", reason });
  }

  #show(sight: Sight): void {
    for (const watcher of this.#watchers) {
      let verdict: unknown = "done";
      try {
        verdict = outsideProcesses(() => watcher.see(sight, this.#process));
      } catch {
        // To watch must never harm the watched.
      }
      if (verdict === "done") this.remove(watcher);
    }
  }
}

/** Has `watcher` see what `process` does from now on. Gives back how to stop that. */
export function watchProcess(process: Process, watcher: Watcher): () => void {
  process.watch ??= new Watch(process);
  const { watch } = process;
  watch.add(watcher);
  return () => watch.remove(watcher);
}

function stateOf({ behaviour }: Process): unknown {
  return behaviour.insight?.().state;
}
