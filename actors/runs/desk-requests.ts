// Works on what a desk is asked, each in a process of its own: nobody waits for another's disk, and everybody gets one answer.
import { noReply, type Ref, reply, spawn } from "../../runtime/index.ts";
import { deskLimits } from "./desk-limits.ts";
import { answered, RunRefusal } from "./desk-refused.ts";
import type { RunAnswer, RunDesk } from "./run-desk-protocol.ts";

type Calls = RunDesk["calls"];
export type DeskCall = keyof Calls;
export type DeskPayload<C extends DeskCall> = Calls[C]["payload"];
export type DeskValue<C extends DeskCall> = Extract<Calls[C]["reply"], { readonly ok: true }>["value"];

export class DeskRequests {
  readonly #node: string;
  #waiting = 0;

  constructor(node: string) {
    this.#node = node;
  }

  /** The call of a server that answers with what `work` comes to. */
  answering<C extends DeskCall>(work: (payload: DeskPayload<C>) => Promise<DeskValue<C>>) {
    return async <S>(state: S, payload: DeskPayload<C>, from: Ref) => {
      await this.begin<C>(from, async (answer) => answer(await work(payload)));
      return noReply(state);
    };
  }

  /** Goes on after its answer; what fails before that is the answer. */
  async begin<C extends DeskCall>(
    from: Ref,
    work: (answer: (value: DeskValue<C>) => void) => Promise<void>,
  ): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting += 1;
    let hasAnswered = false;
    const answer = (given: RunAnswer<DeskValue<C>>): void => {
      if (!hasAnswered) reply(from, given);
      hasAnswered = true;
    };
    await spawn(async () => {
      try {
        const done = await answered(async () => {
          if (waiting >= deskLimits.requestsMax) throw overload(this.#node, waiting);
          await work((value) => answer({ ok: true, value }));
        });
        if (!done.ok) answer(done);
      } finally {
        this.#waiting -= 1;
      }
    });
  }
}

function overload(node: string, waiting: number): RunRefusal {
  return new RunRefusal(
    "store_unavailable",
    `Node "${node}" has ${waiting} requests about runs to answer. Try again later.`,
  );
}
