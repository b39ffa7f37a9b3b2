// Hearing an answer as it comes: a process beside the caller asks in its name and takes the pieces, so that the caller's own mailbox
// has none of them. It ends with the caller, or with the caller's patience, and the order is given up with it.
import { exit, monitor, type Pid, receive, self, send, spawnMonitor } from "../../runtime/index.ts";
import type { CallOrder, CompletionResult, SaidMessage } from "./complete.ts";
import { noTries, unheard } from "./failure.ts";
import type { SaidEvent } from "./model-event.ts";

type Ask = (more: Pick<CallOrder, "caller" | "hears">) => Promise<CompletionResult>;

type Ending =
  | { readonly result: CompletionResult }
  /** What asking threw. */
  | { readonly thrown: unknown };

/**
 * Asks, and has each piece heard in code of the calling process before the result is given.
 * @throws what asking throws, what `hear` throws, and the signal's reason
 */
export async function listened(
  ask: Ask,
  hear: ((event: SaidEvent) => void) | undefined,
  signal: AbortSignal | undefined,
): Promise<CompletionResult> {
  signal?.throwIfAborted();
  const line = new Line();
  const { pid } = spawnMonitor(listener(ask, hear !== undefined, self(), line), {
    onDown: ({ reason }) => line.end({ result: { ok: false, failure: unheard(reason), tries: noTries } }),
  });
  const giveUp = (): void => line.end({ thrown: signal?.reason });
  signal?.addEventListener("abort", giveUp);
  try {
    for (;;) {
      const events = await line.next();
      if (events === undefined) break;
      for (const event of events) hear?.(event);
    }
    const { ending } = line;
    if (ending === undefined || "thrown" in ending) throw ending?.thrown;
    return ending.result;
  } finally {
    signal?.removeEventListener("abort", giveUp);
    exit(pid, "shutdown");
  }
}

/** What the listener has heard and the caller has not. Waiting for it goes on as code of whoever waits. */
class Line {
  ending: Ending | undefined;
  #events: SaidEvent[] = [];
  #wake: () => void = () => {};

  put(events: readonly SaidEvent[]): void {
    for (const event of events) this.#events.push(event);
    this.#wake();
  }

  /** The first ending counts. */
  end(ending: Ending): void {
    this.ending ??= ending;
    this.#wake();
  }

  /** Undefined when all was heard. */
  async next(): Promise<readonly SaidEvent[] | undefined> {
    if (this.#events.length === 0 && this.ending === undefined) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    if (this.#events.length === 0 || (this.ending !== undefined && "thrown" in this.ending)) return undefined;
    return this.#events.splice(0);
  }
}

function listener(ask: Ask, hears: boolean, caller: Pid, line: Line) {
  return async function llmListener(): Promise<void> {
    const me = self();
    monitor(caller, () => exit("shutdown"));
    let ending: Ending | undefined;
    ask({ caller: me, hears })
      .then(
        (result) => {
          ending = { result };
        },
        (thrown: unknown) => {
          ending = { thrown };
        },
      )
      // Behind all that was said before the reply.
      .then(() => send(me, { type: "llm.over" }))
      .catch(() => {});
    let heard = 0;
    for (;;) {
      const message = await receive();
      if (message.type === "llm.over") break;
      if (message.type !== "llm.said") continue;
      const { first, events } = message as unknown as SaidMessage;
      // Another node may tell something twice, never less.
      line.put(events.slice(Math.max(0, heard + 1 - first)));
      heard = Math.max(heard, first + events.length - 1);
    }
    if (ending !== undefined) line.end(ending);
  };
}
