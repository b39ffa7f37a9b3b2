// One carrier as a node uses it: what is addressed to the node, what says who else is there, and questions after a name.
import type { Carrier, CarrierSubscription, Incoming } from "../carrier.ts";
import { membershipTimes } from "../membership/limits.ts";
import { Membership, type MembershipListener } from "../membership/membership-shell.ts";
import type { StartPulse } from "../membership/pulse.ts";
import { inlinePulse } from "../membership/pulses/inline.ts";
import { loopLoad } from "../membership/pulses/loop-load.ts";
import { outsideProcesses } from "../process/current.ts";
import type { Kernel } from "../process/kernel.ts";
import { decodeFrame, encodeFrame } from "../wire/codec.ts";
import type { Frame } from "../wire/frame.ts";
import type { ParsedSubject, Subjects } from "../wire/subject.ts";
import { drawnNumber } from "./drawn-number.ts";
import { distributionLimits } from "./limits.ts";

type MessageSubject = Extract<ParsedSubject, { readonly kind: "msg" }>;

/** Where a node runs, for people. */
export interface NodePlace {
  readonly host: string;
  readonly osPid: number;
  /** Of the program. */
  readonly version: string;
}

export interface GatewayOptions {
  readonly kernel: Kernel;
  readonly subjects: Subjects;
  readonly hidden: boolean;
  readonly factor: number;
  readonly place: NodePlace;
  /** Left out, beats come from the main thread. */
  readonly startPulse: StartPulse | undefined;
  readonly receive: (gateway: Gateway, from: string, frame: Frame) => void;
  /** What another node says of its groups; false for nonsense. */
  readonly receiveGroups: (subject: string, payload: Uint8Array) => boolean;
  readonly lost: (gateway: Gateway) => void;
  readonly listener: (gateway: Gateway) => MembershipListener;
}

export class Gateway {
  readonly carrier: Carrier;
  /** Undefined for a tool, and where a carrier leads to tools alone. */
  readonly membership: Membership | undefined;
  readonly #options: GatewayOptions;
  readonly #subscriptions: CarrierSubscription[];
  readonly #unwatch: () => void;
  /** What subjects say is looked up far more often than there are subjects. */
  readonly #parsed = new Map<string, MessageSubject>();

  constructor(carrier: Carrier, options: GatewayOptions) {
    const { kernel, subjects, hidden } = options;
    const { name, incarnation } = kernel;
    this.carrier = carrier;
    this.#options = options;
    const pattern = hidden ? subjects.msgToIncarnation(name, incarnation) : subjects.msgTo(name);
    this.#subscriptions = [
      carrier.subscribe(pattern, (incoming) => outsideProcesses(() => this.#receive(incoming))),
    ];
    this.#unwatch = carrier.onState((state, why) =>
      outsideProcesses(() => {
        if (state !== "connected") options.lost(this);
        const { place } = carrier;
        if (state === "connected") kernel.events.emit("carrier_connected", { place, why });
        else kernel.events.emit("carrier_lost", { place, why });
      }),
    );
    if (hidden || carrier.kind === "socket") return;
    this.#subscriptions.push(
      carrier.subscribe(subjects.groups(), (incoming) =>
        outsideProcesses(() => this.#receiveGroups(incoming)),
      ),
    );
    this.membership = outsideProcesses(() => this.#join());
  }

  /** Whether somebody has that name; `undefined` where that is not known. Undefined answers cost `presenceMs`. */
  async isThere(name: string): Promise<boolean | undefined> {
    const { kernel, subjects, factor } = this.#options;
    const nonce = drawnNumber(kernel.world.random);
    const ping = encodeFrame({ kind: "ping", incarnation: kernel.incarnation, nonce });
    const timeoutMs = distributionLimits.presenceMs * factor;
    const answer = await this.carrier.request(subjects.msg(kernel.name, name, 0), ping, timeoutMs);
    if (answer.kind === "answer") return true;
    return answer.kind === "no_responders" ? false : undefined;
  }

  /** Lets go of the carrier, which stays open. */
  async close(): Promise<void> {
    for (const subscription of this.#subscriptions) subscription.unsubscribe();
    this.#unwatch();
    await this.membership?.stop({ farewell: this.carrier.state === "connected" });
  }

  #join(): Membership {
    const { kernel, subjects, factor, place, startPulse, listener } = this.#options;
    const { name, incarnation, world } = kernel;
    const { host, osPid, version } = place;
    const membership = new Membership({
      world,
      carrier: this.carrier,
      subjects,
      self: { name, incarnation, host, osPid },
      version,
      times: membershipTimes(factor),
      startPulse: startPulse ?? inlinePulse,
      ...(world.kind === "real" ? { load: loopLoad() } : {}),
      listener: onBehalfOfNobody(listener(this)),
    });
    membership.setState("up");
    return membership;
  }

  #receive({ subject, payload, respond }: Incoming): void {
    const { kernel, place, receive } = this.#options;
    const parsed = this.#parse(subject);
    if (parsed === undefined) return;
    if (parsed.incarnation !== 0 && parsed.incarnation !== kernel.incarnation) return;
    this.membership?.thaw();
    const frame = decodeFrame(payload);
    if (frame.kind === "malformed" || frame.kind === "unknown") {
      const why = frame.kind === "malformed" ? frame.why : "unknown kind of frame";
      kernel.events.emit("signals_refused", { peer: parsed.from, signals: 1, why });
    } else if (frame.kind === "ping") {
      const { host, osPid } = place;
      const { nonce } = frame;
      respond?.(encodeFrame({ kind: "pong", incarnation: kernel.incarnation, nonce, host, osPid }));
    } else if (parsed.from !== kernel.name) {
      receive(this, parsed.from, frame);
    }
  }

  #receiveGroups({ subject, payload }: Incoming): void {
    const { kernel, subjects, receiveGroups } = this.#options;
    this.membership?.thaw();
    if (receiveGroups(subject, payload)) return;
    const parsed = subjects.parse(subject);
    const peer = parsed?.kind === "pg" ? parsed.node : "";
    kernel.events.emit("signals_refused", { peer, signals: 1, why: "nonsense about groups" });
  }

  #parse(subject: string): MessageSubject | undefined {
    const known = this.#parsed.get(subject);
    if (known !== undefined) return known;
    const parsed = this.#options.subjects.parse(subject);
    if (parsed?.kind !== "msg" || parsed.to !== this.#options.kernel.name) return undefined;
    if (this.#parsed.size >= distributionLimits.parsedSubjectsMax) this.#parsed.clear();
    this.#parsed.set(subject, parsed);
    return parsed;
  }
}

function onBehalfOfNobody(listener: MembershipListener): MembershipListener {
  return {
    onConnect: (node, incarnation) => outsideProcesses(() => listener.onConnect(node, incarnation)),
    onDown: (node, incarnation, reason) => outsideProcesses(() => listener.onDown(node, incarnation, reason)),
    onBeat: (node, incarnation) => outsideProcesses(() => listener.onBeat(node, incarnation)),
    onBreakAll: (gapMs) => outsideProcesses(() => listener.onBreakAll(gapMs)),
    onConflict: (rival, mustLeave) => outsideProcesses(() => listener.onConflict(rival, mustLeave)),
    onTrouble: (why) => outsideProcesses(() => listener.onTrouble(why)),
  };
}
