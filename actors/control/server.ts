// The control process of a node: answers what is asked of the node from outside, one request after the other.
import { AiexError } from "../../runtime/errors.ts";
import {
  call,
  formatReason,
  noReply,
  ok,
  type Ref,
  reply,
  replyWith,
  server,
  spawn,
} from "../../runtime/index.ts";
import { LocalValue } from "../../runtime/process/data.ts";
import { reasonOfThrown } from "../../runtime/process/exit-reason.ts";
import { askedReport } from "./asked-reports.ts";
import { orderContext } from "./context.ts";
import { type Answerer, ControlRefused, encodeAnswer, encodeRefusal } from "./envelope.ts";
import { controlLimits } from "./limits.ts";
import { orderLlm } from "./llm.ts";
import { tellOwnership } from "./ownership-telling.ts";
import { type ControlRequests, type ControlVerb, controlVerbs, decodeRequest } from "./protocol.ts";
import { relay } from "./relay.ts";
import type { ReportName, Reports } from "./reports.ts";
import type { RunsAnswer } from "./run-requests.ts";
import { askRuns, askWork } from "./runs.ts";
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

/** Requests of one kind that are waited for. */
interface Queue {
  waiting: number;
  readonly max: number;
}

/** What the requests that are waited for have in common with those that are answered at once. */
class Clerk {
  readonly #teller: Teller;
  readonly #answerer: Answerer;
  readonly #others: Queue = { waiting: 0, max: controlLimits.relaysMax };
  readonly #aboutRuns: Queue = { waiting: 0, max: controlLimits.runsWaitingMax };

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
    if (known === "runs") {
      const asked = decodeRequest(self, known, payload);
      const isPoll = asked.what === "read" && asked.waitMs > 0;
      return this.#ofRuns(from, bytesMax, isPoll, (most) => askRuns(self, asked, most));
    }
    if (known === "work") {
      const asked = decodeRequest(self, known, payload);
      const isPoll = asked.what === "workspace" && asked.waitMs > 0;
      return this.#ofRuns(from, bytesMax, isPoll, () => askWork(self, asked));
    }
    if (known === "llm") {
      const asked = decodeRequest(self, known, payload);
      return this.#later(from, bytesMax, () => orderLlm(call, asked));
    }
    if (known === "context") {
      const asked = decodeRequest(self, known, payload);
      return this.#later(from, bytesMax, () => orderContext(call, asked));
    }
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
    const told = (report: (rowsMax: number) => Reports[ReportName]): Uint8Array =>
      fitting(this.#answerer, asked.what, bytesMax, report);
    switch (asked.what) {
      case "ownership":
        // The broker may have to be asked what its word means, and may not answer.
        return this.#process(from, this.#others, async () => {
          const report = await controlled.owned?.report();
          return told((rowsMax) => tellOwnership(report, rowsMax));
        });
      case "context_status":
      case "context_sessions":
      case "llm_breakers":
      case "llm_health":
      case "llm_models":
      case "llm_usage":
        return this.#process(from, this.#others, async () => told(await askedReport(asked)));
      default:
        return told((rowsMax) => tell(this.#teller, asked, rowsMax));
    }
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

  /** Most of these wait for news, and are not to keep others from being answered. */
  #ofRuns(
    from: Ref,
    bytesMax: number,
    isPoll: boolean,
    work: (bytesMax: number) => Promise<RunsAnswer>,
  ): Promise<"later"> {
    const { node: self } = this.#answerer;
    // A node that drains lets what it was asked finish first: whoever only waits for news waits elsewhere.
    const isElsewhere = isPoll && this.#teller.controlled.state() === "draining";
    const answer = isElsewhere ? async () => draining(self) : work;
    return this.#process(from, this.#aboutRuns, async () => this.#encoded(await answer(bytesMax), bytesMax));
  }

  /** The answer is what comes of `work`. */
  #later(from: Ref, bytesMax: number, work: () => Promise<unknown>): Promise<"later"> {
    return this.#process(from, this.#others, async () => this.#encoded(await work(), bytesMax));
  }

  #encoded(value: unknown, bytesMax: number): Uint8Array {
    const answer = encodeAnswer(this.#answerer, value);
    if (answer.length > bytesMax) throw tooLarge(this.#answerer.node, answer.length);
    return answer;
  }

  /** What takes its time is waited for in a process of its own. */
  async #process(from: Ref, queue: Queue, work: () => Promise<Uint8Array>): Promise<"later"> {
    const { node: self } = this.#answerer;
    if (queue.waiting >= queue.max) {
      const message = `Node "${self}" waits for ${queue.waiting} others already. Try again later.`;
      throw new ControlRefused(self, "overload", message, true);
    }
    queue.waiting += 1;
    await spawn(async () => {
      try {
        reply(from, await settled(this.#answerer, work));
      } finally {
        queue.waiting -= 1;
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

function draining(self: string): RunsAnswer {
  const message = `Node "${self}" drains, and nobody waits there for news of runs. Ask another one.`;
  return { answer: { ok: false, code: "draining", message } };
}
