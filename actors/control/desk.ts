// Where requests to a node arrive: hands what comes over each carrier to the control process, and sends back what that answers.
import type { Carrier, CarrierSubscription, Incoming } from "../../runtime/carrier.ts";
import { type Name, named, type ProtocolOf } from "../../runtime/index.ts";
import { LocalValue } from "../../runtime/process/data.ts";
import { subjects } from "../../runtime/wire/subject.ts";
import type { ControlledNode } from "./controlled-node.ts";
import { ControlRefused, encodeRefusal } from "./envelope.ts";
import { controlLimits } from "./limits.ts";
import { controlName, type controlServer } from "./server.ts";

const control: Name<ProtocolOf<ReturnType<typeof controlServer>>> = named(controlName);

/** It outlives the control process: whoever asks while that is started again is told to try again. */
export class ControlDesk {
  readonly #controlled: ControlledNode;
  readonly #subscriptions = new Map<Carrier, CarrierSubscription>();
  /** Requests that wait, by who asked over what: whoever asks without end waits, and nobody else. */
  readonly #waiting = new Map<string, number>();
  #waitingInAll = 0;

  constructor(controlled: ControlledNode) {
    this.#controlled = controlled;
  }

  /** Answers what comes over `carrier` from now on. */
  open(carrier: Carrier): void {
    const { cluster, node } = this.#controlled;
    const pattern = subjects(cluster).ctlTo(node.name);
    this.#subscriptions.set(
      carrier,
      carrier.subscribe(pattern, (incoming) => void this.#take(incoming, carrier)),
    );
  }

  close(carrier: Carrier): void {
    this.#subscriptions.get(carrier)?.unsubscribe();
    this.#subscriptions.delete(carrier);
  }

  async #take({ subject, payload, respond }: Incoming, carrier: Carrier): Promise<void> {
    const parsed = subjects(this.#controlled.cluster).parse(subject);
    // Whoever wants no answer wants nothing of this.
    if (respond === undefined || parsed?.kind !== "ctl") return;
    const { node, incarnation, program } = this.#controlled;
    const refused = (code: string, message: string): Uint8Array =>
      encodeRefusal(
        { node: node.name, incarnation, program },
        new ControlRefused(node.name, code, message, code !== "too_large"),
      );
    const isLocal = carrier.kind === "socket";
    const { workBytesMax, questionBytesMax } = controlLimits;
    const bytesTaken = parsed.verb === "work" ? workBytesMax : questionBytesMax;
    if (!isLocal && payload.length > bytesTaken) {
      const words = `The request has ${payload.length} bytes, and node "${node.name}" takes ${bytesTaken} over a broker.`;
      respond(refused("too_large", words));
      return;
    }
    const asker = `${carrier.kind} ${parsed.from}`;
    const ofAsker = this.#waiting.get(asker) ?? 0;
    if (ofAsker >= controlLimits.askerWaitingMax || this.#waitingInAll >= controlLimits.waitingMax) {
      const words = `Node "${node.name}" has too many requests to answer. Try again later.`;
      respond(refused("overload", words));
      return;
    }
    this.#waits(asker, 1);
    const bytesMax = carrier.payloadBytesMax - controlLimits.answerBytesAround;
    const message = new LocalValue({ verb: parsed.verb, payload: payload.slice(), bytesMax, isLocal });
    const asked = await node.tryCall(control, "ask", message, { timeoutMs: controlLimits.relayTimeoutMsMax });
    this.#waits(asker, -1);
    const busy = `Node "${node.name}" could not answer now. Try again in a moment.`;
    respond(asked.ok ? asked.value : refused("busy", busy));
  }

  #waits(asker: string, more: 1 | -1): void {
    const left = (this.#waiting.get(asker) ?? 0) + more;
    if (left === 0) this.#waiting.delete(asker);
    else this.#waiting.set(asker, left);
    this.#waitingInAll += more;
  }
}
