// The control process of a node: answers what is asked of the node from outside, one request after the other.
import { AiexError } from "../../runtime/errors.ts";
import { formatReason, noReply, ok, type Ref, reply, replyWith, server, spawn } from "../../runtime/index.ts";
import { LocalValue } from "../../runtime/process/data.ts";
import { reasonOfThrown } from "../../runtime/process/exit-reason.ts";
import { type Answerer, ControlRefused, encodeAnswer, encodeRefusal } from "./envelope.ts";
import { controlLimits } from "./limits.ts";
import { tellOwnership } from "./ownership-telling.ts";
import { type ControlRequests, type ControlVerb, controlVerbs, decodeRequest } from "./protocol.ts";
import { relay } from "./relay.ts";
import type { ReportName, Reports } from "./reports.ts";
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
    if (known === "inspect") return this.#inspected(decodeRequest(self, known, payload), from, bytesMax);
    if (known === "stop" || known === "drain") return this.#ended(known, payload);
    if (known === "move") {
      const { supervisor, id, node } = decodeRequest(self, known, payload);
      return this.#later(from, bytesMax, async () => {
        if (controlled.owned === undefined) throw nothingOwned(self);
        await controlled.owned.move(`${supervisor}/${id}`, node);
        return {};
      });
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

  async #inspected(
    asked: ControlRequests["inspect"]["asks"],
    from: Ref,
    bytesMax: number,
  ): Promise<Uint8Array | "later"> {
    const { controlled } = this.#teller;
    if (asked.what !== "ownership")
      return fitting(this.#answerer, asked.what, bytesMax, (rowsMax) => tell(this.#teller, asked, rowsMax));
    // The broker may have to be asked what its word means, and may not answer.
    return this.#process(from, async () => {
      const report = await controlled.owned?.report();
      return fitting(this.#answerer, asked.what, bytesMax, (rowsMax) => tellOwnership(report, rowsMax));
    });
  }

  /** The node's own end: at once, or when it has handed over what it owns. */
  #ended(verb: "stop" | "drain", payload: Uint8Array): Uint8Array {
    const { controlled } = this.#teller;
    const { node: self } = this.#answerer;
    const { incarnation, osPid } = controlled;
    if (verb === "stop") {
      decodeRequest(self, verb, payload);
      controlled.stop();
      return encodeAnswer(this.#answerer, { incarnation, osPid });
    }
    const { deadlineMs } = decodeRequest(self, verb, payload);
    const isNew = controlled.retire({ deadlineMs });
    return encodeAnswer(this.#answerer, { incarnation, osPid, isNew });
  }

  /** The answer is what comes of `work`. */
  #later(from: Ref, bytesMax: number, work: () => Promise<unknown>): Promise<"later"> {
    return this.#process(from, async () => {
      const answer = encodeAnswer(this.#answerer, await work());
      if (answer.length > bytesMax) throw tooLarge(this.#answerer.node, answer.length);
      return answer;
    });
  }

  /** What takes its time is waited for in a process of its own. */
  async #process(from: Ref, work: () => Promise<Uint8Array>): Promise<"later"> {
    const { node: self } = this.#answerer;
    if (this.#waitedFor >= controlLimits.relaysMax) {
      const message = `Node "${self}" waits for ${this.#waitedFor} others already. Try again later.`;
      throw new ControlRefused(self, "overload", message, true);
    }
    this.#waitedFor += 1;
    await spawn(async () => {
      try {
        reply(from, await settled(this.#answerer, work));
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
function fitting(
  answerer: Answerer,
  what: ReportName,
  bytesMax: number,
  report: (rowsMax: number) => Reports[ReportName],
): Uint8Array {
  const most = Math.min(bytesMax, controlLimits.answerBytesMax);
  let rowsMax: number = controlLimits.rowsMax;
  for (;;) {
    const answer = encodeAnswer(answerer, { what, report: report(rowsMax) });
    if (answer.length <= most) return answer;
    if (rowsMax === 0) throw tooLarge(answerer.node, answer.length);
    rowsMax = Math.floor(Math.min(rowsMax / 2, (rowsMax * most) / answer.length));
  }
}

async function settled(answerer: Answerer, work: () => Promise<Uint8Array>): Promise<Uint8Array> {
  try {
    return await work();
  } catch (error) {
    return encodeRefusal(answerer, refusalOf(answerer.node, error));
  }
}

function nothingOwned(node: string): ControlRefused {
  return new ControlRefused(
    node,
    "unknown_child",
    `Node "${node}" runs by itself: there is no other node to move anything to. Start it with --nats URL, or use \`aiex cluster join ${node}\`.`,
  );
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
