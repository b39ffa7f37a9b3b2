// The control process of a node: answers what is asked of the node from outside, one request after the other.
import { AiexError } from "../../runtime/errors.ts";
import { formatReason, noReply, ok, type Ref, reply, replyWith, server, spawn } from "../../runtime/index.ts";
import { LocalValue } from "../../runtime/process/data.ts";
import { reasonOfThrown } from "../../runtime/process/exit-reason.ts";
import { type Answerer, ControlRefused, encodeAnswer, encodeRefusal } from "./envelope.ts";
import { controlLimits } from "./limits.ts";
import { type ControlRequests, type ControlVerb, controlVerbs, decodeRequest } from "./protocol.ts";
import { relay } from "./relay.ts";
import { type Teller, tell } from "./telling.ts";

/** The name that the control process holds. */
export const controlName = "control";

export interface ControlMessage {
  readonly verb: string;
  /** True for a command of this machine's user, which came by the socket. */
  readonly isLocal: boolean;
  /** Bytes of the answer that the way takes. */
  readonly bytesMax: number;
  readonly payload: Uint8Array;
}

/**
 * Calls: `ask`, with a request as it came over a carrier; the reply is the answer as it goes back. Only the node itself can say
 * which way a request came, so it says so with what never travels.
 */
export function controlServer(teller: Teller) {
  const clerk = new Clerk(teller);
  return server(controlName, {
    init: () => ok(undefined),
    calls: {
      ask: async (state: undefined, message: LocalValue<ControlMessage>, from: Ref) => {
        const answer = await clerk.answer(message, from);
        return answer === "later" ? noReply(state) : replyWith<Uint8Array, undefined>(answer, state);
      },
    },
    info: (state) => noReply(state),
  });
}

/** What the requests that are waited for have in common with those that are answered at once. */
class Clerk {
  readonly #teller: Teller;
  readonly #answerer: Answerer;
  #waitedFor = 0;

  constructor(teller: Teller) {
    const { node, incarnation, program } = teller.controlled;
    this.#teller = teller;
    this.#answerer = { node: node.name, incarnation, program };
  }

  async answer(message: LocalValue<ControlMessage>, from: Ref): Promise<Uint8Array | "later"> {
    try {
      if (message instanceof LocalValue) return await this.#answer(message.value, from);
      const { node } = this.#answerer;
      const words = `The control process of node "${node}" takes no calls. Ask the node by a request.`;
      throw new ControlRefused(node, "denied", words);
    } catch (error) {
      return encodeRefusal(this.#answerer, refusalOf(this.#answerer.node, error));
    }
  }

  async #answer(
    { verb, payload, bytesMax, isLocal }: ControlMessage,
    from: Ref,
  ): Promise<Uint8Array | "later"> {
    const { controlled } = this.#teller;
    const { node: self } = this.#answerer;
    const known = knownVerb(self, verb);
    if (known === "inspect")
      return inspected(this.#teller, this.#answerer, decodeRequest(self, known, payload), bytesMax);
    if (known === "stop") {
      decodeRequest(self, known, payload);
      controlled.stop();
      return encodeAnswer(this.#answerer, { incarnation: controlled.incarnation, osPid: controlled.osPid });
    }
    if (!isLocal) {
      const message = `Node "${self}" does "${known}" for commands of its own machine only. Run the command there.`;
      throw new ControlRefused(self, "denied", message);
    }
    if (known === "join") {
      const asked = decodeRequest(self, known, payload);
      return this.#later(from, bytesMax, () => controlled.join(asked));
    }
    const asked = decodeRequest(self, known, payload);
    return this.#later(from, bytesMax, async () => ({ value: await relay(controlled, asked) }));
  }

  /** What takes its time is waited for in a process of its own. */
  async #later(from: Ref, bytesMax: number, work: () => Promise<unknown>): Promise<"later"> {
    const { node: self } = this.#answerer;
    if (this.#waitedFor >= controlLimits.relaysMax) {
      const message = `Node "${self}" waits for ${this.#waitedFor} others already. Try again later.`;
      throw new ControlRefused(self, "overload", message, true);
    }
    this.#waitedFor += 1;
    await spawn(async () => {
      try {
        reply(from, await settled(this.#answerer, work, bytesMax));
      } finally {
        this.#waitedFor -= 1;
      }
    });
    return "later";
  }
}

function knownVerb(self: string, verb: string): ControlVerb {
  const known = controlVerbs.find((candidate) => candidate === verb);
  if (known !== undefined) return known;
  throw new ControlRefused(
    self,
    "unknown_request",
    `Node "${self}" knows no request "${verb.slice(0, 60)}"; it may be of an older version than this command.`,
  );
}

/** A report with as many rows as fit. */
function inspected(
  teller: Teller,
  answerer: Answerer,
  asked: ControlRequests["inspect"]["asks"],
  bytesMax: number,
): Uint8Array {
  const most = Math.min(bytesMax, controlLimits.answerBytesMax);
  let rowsMax: number = controlLimits.rowsMax;
  for (;;) {
    const answer = encodeAnswer(answerer, { what: asked.what, report: tell(teller, asked, rowsMax) });
    if (answer.length <= most) return answer;
    if (rowsMax === 0) throw tooLarge(answerer.node, answer.length);
    rowsMax = Math.floor(Math.min(rowsMax / 2, (rowsMax * most) / answer.length));
  }
}

async function settled(
  answerer: Answerer,
  work: () => Promise<unknown>,
  bytesMax: number,
): Promise<Uint8Array> {
  try {
    const answer = encodeAnswer(answerer, await work());
    if (answer.length > bytesMax) throw tooLarge(answerer.node, answer.length);
    return answer;
  } catch (error) {
    return encodeRefusal(answerer, refusalOf(answerer.node, error));
  }
}

function tooLarge(node: string, bytes: number): ControlRefused {
  return new ControlRefused(
    node,
    "answer_too_large",
    `The answer of node "${node}" has ${bytes} bytes, more than one message holds. Ask for less at once.`,
  );
}

/** An error as the other side is told it: its code and its sentence, and never a stack. */
function refusalOf(node: string, error: unknown): AiexError {
  if (error instanceof AiexError) return error;
  const why = formatReason(reasonOfThrown(error));
  return new ControlRefused(node, "failed", `Node "${node}" could not answer: ${why}`);
}
