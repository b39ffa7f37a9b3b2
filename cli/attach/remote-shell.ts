// The terminal's end of an attached shell: asks for one, sends what is typed, and hands on what comes back.
import {
  type Channel,
  hasRoom,
  newChannel,
  nextBeat,
  nextHead,
  owesBeat,
  receiveHead,
} from "../../actors/attach/channel.ts";
import {
  type AttachMode,
  attachVersion,
  type ClientMessage,
  type ClosedWhy,
  encodeFrame,
  encodeJson,
  type NodeMessage,
  type OpenAnswer,
  openWord,
  readNodeFrame,
  readOpenAnswer,
} from "../../actors/attach/frames.ts";
import type { Carrier, CarrierSubscription } from "../../runtime/carrier.ts";
import type { Subjects } from "../../runtime/wire/subject.ts";
import type { TimerHandle, World } from "../../runtime/world.ts";
import { ShellBusy, ShellDenied, ShellRefused, ShellUnreachable } from "./failures.ts";
import { terminalLimits as limits } from "./limits.ts";

/** A way to a node: the carrier that leads there, and the names of both. */
export interface AttachPlace {
  readonly carrier: Carrier;
  readonly subjects: Subjects;
  /** The node. */
  readonly node: string;
  /** The command's own name, `cli-` and who runs it. */
  readonly from: string;
}

export interface ShellListener {
  /** Everything but beats and the end. */
  heard(message: NodeMessage): void;
  /** Once, when the shell is over, in words. */
  ended(why: ClosedWhy, text: string): void;
}

export interface OpenOptions {
  readonly world: Pick<World, "timers" | "random" | "clock">;
  readonly mode: AttachMode;
  readonly columns: number;
}

export class RemoteShell {
  readonly session: string;
  readonly node: string;
  readonly #place: AttachPlace;
  readonly #world: OpenOptions["world"];
  readonly #listener: ShellListener;
  readonly #subject: string;
  readonly #subscription: CarrierSubscription;
  readonly #stopWatching: () => void;
  readonly #waiting: ClientMessage[] = [];
  #channel: Channel = newChannel;
  #heardAtMs: number;
  #timer: TimerHandle;
  #isOver = false;
  #lastId = 0;

  private constructor(
    place: AttachPlace,
    { session, node }: OpenAnswer & { readonly ok: true },
    { world }: OpenOptions,
    listener: ShellListener,
  ) {
    const { carrier, subjects, from } = place;
    this.session = session;
    this.node = node;
    this.#place = place;
    this.#world = world;
    this.#listener = listener;
    this.#subject = subjects.evaluation(from, place.node, session);
    this.#heardAtMs = world.clock.now();
    const own = subjects.evaluation(place.node, from, session);
    this.#subscription = carrier.subscribe(own, ({ payload }) => this.#receive(payload));
    this.#stopWatching = carrier.onState((state, why) => {
      if (state !== "connected") this.#end("lost", `The connection to node ${node} was lost: ${why}.`);
    });
    this.#send({ op: "begin" });
    this.#beatLater();
  }

  /**
   * Asks a node for a shell.
   * @throws {ShellUnreachable}; {ShellDenied}; {ShellBusy}; {ShellRefused}
   */
  static async open(place: AttachPlace, options: OpenOptions, listener: ShellListener): Promise<RemoteShell> {
    const { carrier, subjects, node, from } = place;
    const { mode, columns, world } = options;
    const nonce = Buffer.from(world.random.bytes(16)).toString("hex");
    const request = encodeJson({ version: attachVersion, nonce, mode, columns });
    const answer = await carrier.request(
      subjects.evaluation(from, node, openWord),
      request,
      limits.openTimeoutMs,
    );
    if (answer.kind !== "answer") throw unreachable(node, carrier, answer.kind);
    const granted = readOpenAnswer(answer.payload);
    if (granted === undefined)
      throw new ShellRefused(
        `Node ${node} answered in a way that is not understood. Update aiex here or there.`,
      );
    if (!granted.ok) throw refusalOf(granted);
    return new RemoteShell(place, granted, options, listener);
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Milliseconds since the node was heard of. */
  get silentMs(): number {
    return this.#world.clock.now() - this.#heardAtMs;
  }

  /** The id under which the answers come. */
  evaluate(
    text: string,
    { json, timeoutMs }: { readonly json: boolean; readonly timeoutMs: number },
  ): number {
    this.#lastId += 1;
    this.#send({ op: "eval", id: this.#lastId, text, json, timeoutMs });
    return this.#lastId;
  }

  complete(text: string): number {
    this.#lastId += 1;
    this.#send({ op: "complete", id: this.#lastId, text });
    return this.#lastId;
  }

  interrupt(id: number): void {
    this.#send({ op: "interrupt", id });
  }

  /** Leaves the shell; the node goes on. Resolves when it knows, or could. */
  async leave(): Promise<void> {
    if (this.#isOver) return;
    this.#send({ op: "close" });
    await new Promise<void>((resolve) => {
      const timer = this.#world.timers.set(limits.closeTimeoutMs, () => this.#end("closed", "Detached."));
      this.#whenOver = () => {
        this.#world.timers.clear(timer);
        resolve();
      };
    });
  }
  #whenOver: () => void = () => undefined;

  #receive(payload: Uint8Array): void {
    if (this.#isOver) return;
    const frame = readNodeFrame(payload);
    if (frame === undefined) return;
    this.#heardAtMs = this.#world.clock.now();
    if (frame.message?.op === "closed") {
      this.#end(frame.message.why, frame.message.text);
      return;
    }
    const { channel, verdict } = receiveHead(this.#channel, frame.head);
    this.#channel = channel;
    if (verdict === "lost" || verdict === "wrong") {
      this.#publish(encodeFrame(nextHead(channel).head, { op: "close" }));
      this.#end("lost", `A message of node ${this.node} was lost on the way, so the shell was left.`);
      return;
    }
    this.#pump();
    if (verdict === "fresh" && owesBeat(channel)) this.#beat();
    if (verdict === "fresh" && frame.message !== undefined) this.#listener.heard(frame.message);
  }

  #send(message: ClientMessage): void {
    this.#waiting.push(message);
    this.#pump();
  }

  #pump(): void {
    while (!this.#isOver && hasRoom(this.#channel)) {
      const message = this.#waiting.shift();
      if (message === undefined) return;
      const { channel, head } = nextHead(this.#channel);
      this.#channel = channel;
      this.#publish(encodeFrame(head, message));
    }
  }

  #beat(): void {
    const { channel, head } = nextBeat(this.#channel);
    this.#channel = channel;
    this.#publish(encodeFrame(head));
  }

  #publish(bytes: Uint8Array): void {
    if (!this.#place.carrier.publish(this.#subject, bytes))
      this.#end("lost", `The connection to node ${this.node} was lost.`);
  }

  #beatLater(): void {
    this.#timer = this.#world.timers.set(limits.keepAliveMs, () => {
      if (this.#isOver) return;
      this.#beat();
      this.#beatLater();
    });
  }

  /** The node is given up. */
  abandon(text: string): void {
    this.#end("lost", text);
  }

  #end(why: ClosedWhy, text: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#world.timers.clear(this.#timer);
    this.#subscription.unsubscribe();
    this.#stopWatching();
    this.#listener.ended(why, text);
    this.#whenOver();
  }
}

function unreachable(node: string, { place }: Carrier, kind: string): ShellUnreachable {
  const because =
    kind === "no_responders"
      ? "nobody there gives shells: it does not run, or its owner gives none this way"
      : kind === "timeout"
        ? `it did not answer within ${limits.openTimeoutMs / 1000} s: it may be held up`
        : "the connection was lost";
  return new ShellUnreachable(
    `No shell of node ${node} (${place}): ${because}. \`aiex node list\` lists the nodes that run.`,
  );
}

function refusalOf({ code, text }: OpenAnswer & { readonly ok: false }): Error {
  if (code === "denied" || code === "replayed") return new ShellDenied(text);
  if (code === "busy") return new ShellBusy(text);
  return code === "failed" ? new ShellUnreachable(text) : new ShellRefused(text);
}
