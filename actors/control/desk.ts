// Where requests to a node arrive: hands what comes over each carrier to the control process, and sends back what that answers.
import type { Carrier, CarrierSubscription, Incoming } from "../../runtime/carrier.ts";
import { type Name, named, type ProtocolOf } from "../../runtime/index.ts";
import { subjects } from "../../runtime/wire/subject.ts";
import type { ControlledNode } from "./controlled-node.ts";
import { controlLimits } from "./limits.ts";
import { ControlRefused, encodeRefusal } from "./protocol.ts";
import { controlName, type controlServer } from "./server.ts";

const control: Name<ProtocolOf<ReturnType<typeof controlServer>>> = named(controlName);

/** It outlives the control process: whoever asks while that is started again is told to try again. */
export class ControlDesk {
  readonly #controlled: ControlledNode;
  readonly #subscriptions = new Map<Carrier, CarrierSubscription>();
  #waiting = 0;

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
    respond(await this.#answer(parsed.verb, payload.slice(), carrier));
  }

  async #answer(verb: string, payload: Uint8Array, carrier: Carrier): Promise<Uint8Array> {
    const { node, incarnation, program } = this.#controlled;
    const refused = (code: string, message: string): Uint8Array =>
      encodeRefusal(
        { node: node.name, incarnation, program },
        new ControlRefused(node.name, code, message, true),
      );
    if (this.#waiting >= controlLimits.waitingMax)
      return refused("overload", `Node "${node.name}" has too many requests to answer. Try again later.`);
    this.#waiting += 1;
    const bytesMax = carrier.payloadBytesMax - controlLimits.answerBytesAround;
    const message = { verb, payload, bytesMax, isLocal: carrier.kind === "socket" };
    const asked = await node.tryCall(control, "ask", message, { timeoutMs: controlLimits.relayTimeoutMsMax });
    this.#waiting -= 1;
    if (asked.ok) return asked.value;
    return refused("busy", `Node "${node.name}" could not answer now. Try again in a moment.`);
  }
}
