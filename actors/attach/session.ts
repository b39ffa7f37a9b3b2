// One attached shell as a process: it takes frames, has an evaluator run what was typed, and ends when nobody is there any more.
import {
  cancelTimer,
  type ExitReason,
  exit,
  type Pid,
  type Ref,
  samePid,
  self,
  sendAfter,
  setGroupLeader,
  spawn,
  tellEvent,
  trapExit,
} from "../../runtime/index.ts";
import { sanitizeText } from "../../runtime/observe/sanitize.ts";
import { LocalValue } from "../../runtime/process/data.ts";
import { formatReason } from "../../runtime/process/exit-reason.ts";
import type { Audit } from "./audit.ts";
import { lookingCommands } from "./commands.ts";
import { createEvaluator } from "./evaluator.ts";
import { attachEvents } from "./events.ts";
import type { AttachMode, ClientMessage, ClosedWhy, FailureKind } from "./frames.ts";
import { attachLimits as limits } from "./limits.ts";
import type { AttachOptions } from "./options.ts";
import { type Line, Outbox } from "./outbox.ts";
import { ShellOutput } from "./output.ts";
import type { ProgramGuard } from "./program-guard.ts";
import { attachEvaluator, type Result, type Runner, Shell } from "./shell.ts";
import { helpers } from "./vocabulary.ts";

export interface SessionInput {
  readonly session: string;
  readonly from: string;
  readonly mode: AttachMode;
  readonly columns: number;
  readonly line: Line;
  readonly options: AttachOptions;
  readonly audit: Audit;
  readonly guard: ProgramGuard;
}

/** Why a shell ends, in a word and in a sentence for its terminal. */
export interface Ending {
  readonly why: ClosedWhy;
  readonly text: string;
}

/** The evaluation that runs. */
interface Running {
  readonly id: number;
  readonly timeoutMs: number;
  readonly deadline: Ref;
}

export class Session {
  readonly #input: SessionInput;
  readonly #output: ShellOutput;
  readonly #outbox: Outbox;
  readonly #shell: Shell;
  #evaluator: Pid | undefined;
  #running: Running | undefined;
  #hasBegun = false;
  #silentBeats = 0;
  #usedAtMs: number;

  constructor(input: SessionInput) {
    const { node } = input.options;
    const me = self();
    this.#input = input;
    this.#output = new ShellOutput(() => node.cast(me, "printed" as never));
    this.#outbox = new Outbox(input.line, this.#output);
    this.#shell = new Shell(input.columns, (result) =>
      node.cast(me, "result" as never, new LocalValue(result) as never),
    );
    this.#usedAtMs = node.world.clock.now();
  }

  get input(): SessionInput {
    return this.#input;
  }

  async start(): Promise<void> {
    trapExit(true);
    setGroupLeader(self(), self());
    this.#shell.use(await this.#runner());
    this.#input.guard.add(self().id, this.#output);
    await this.#startEvaluator();
    this.#beatLater();
    const { session, from, mode, line } = this.#input;
    tellEvent(attachEvents.shell_opened, { session, from, mode, carrier: line.carrier.kind });
  }

  /** A frame came. Gives why the shell ends, where it does. */
  async receive(
    head: Parameters<Outbox["receive"]>[0],
    message: ClientMessage | undefined,
  ): Promise<Ending | undefined> {
    this.#silentBeats = 0;
    const verdict = this.#outbox.receive(head);
    if (verdict === "known") return undefined;
    if (verdict !== "fresh") return lost("a message from the terminal was lost on the way");
    if (message === undefined) return undefined;
    if (message.op === "close") return { why: "closed", text: "The shell is closed. The node goes on." };
    if (message.op === "begin") this.#begin();
    if (this.#hasBegun) await this.#take(message);
    return this.#brokenEnding();
  }

  printed(): Ending | undefined {
    this.#outbox.pump();
    return this.#brokenEnding();
  }

  result(result: Result): Ending | undefined {
    if (result.is === "completions") {
      const { id, list, on } = result;
      this.#outbox.say({ op: "completions", id, list, on });
      return this.#brokenEnding();
    }
    // It came after it was given up.
    if (this.#running?.id !== result.id) return undefined;
    if (result.is === "value") this.#outbox.sayValue(result.id, result.text);
    if (result.is === "error") this.#fail(result.id, result.kind, result.text);
    if (result.is === "more") this.#outbox.say({ op: "more", id: result.id });
    this.#done("heldUpMs" in result ? result.heldUpMs : 0);
    return this.#brokenEnding();
  }

  /** The deadline of an evaluation has passed. */
  expire(id: number): void {
    if (this.#running?.id !== id) return;
    const { timeoutMs } = this.#running;
    this.#shell.abandon(id);
    this.#fail(
      id,
      "deadline",
      `Not done within ${timeoutMs / 1000} s, and no longer waited for. What it has started may go on. (A synchronous loop cannot be interrupted at all: it holds the whole node up until it ends.)`,
    );
    this.#done(0);
  }

  /** The own clock beats: tells the terminal that the node lives, and looks whether that is still there. */
  beat(): Ending | undefined {
    this.#silentBeats += 1;
    const { world } = this.#input.options.node;
    const idleMs = this.#input.options.idleTimeoutMs ?? limits.idleTimeoutMsDefault;
    if (!this.#hasBegun && this.#silentBeats * limits.keepAliveMs >= limits.beginTimeoutMs)
      return lost("the terminal never began");
    if (this.#silentBeats >= limits.silentBeatsMax) return lost("the terminal has not been heard of");
    if (this.#running === undefined && world.clock.now() - this.#usedAtMs >= idleMs) {
      const text = `Nobody used the shell for ${Math.round(idleMs / 60_000)} minutes, so it was closed. The node goes on.`;
      return { why: "idle", text };
    }
    this.#outbox.beat();
    this.#beatLater();
    return this.#brokenEnding();
  }

  /** The evaluator has ended: another one takes its place, with the same bindings. */
  async evaluatorEnded(pid: Pid, reason: ExitReason): Promise<void> {
    if (this.#evaluator === undefined || !samePid(pid, this.#evaluator)) return;
    const { session, from } = this.#input;
    tellEvent(attachEvents.evaluator_crashed, { session, from, reason });
    const id = this.#running?.id ?? 0;
    if (this.#running !== undefined) this.#shell.abandon(id);
    const why = sanitizeText(formatReason(reason));
    this.#fail(
      id,
      "crashed",
      `${why}\nThe evaluator ended with this and has been started again; the bindings are kept.`,
    );
    if (this.#running !== undefined) this.#done(0);
    await this.#startEvaluator();
  }

  async end({ why, text }: Ending): Promise<void> {
    const { guard } = this.#input;
    this.#outbox.sayLast({ op: "closed", why, text });
    guard.close(self().id);
    this.#shell.close();
    if (this.#evaluator !== undefined) exit(this.#evaluator, "kill");
    const { session, from } = this.#input;
    tellEvent(attachEvents.shell_closed, { session, from, why });
    await this.#note("close", why).catch(() => undefined);
  }

  async #take(message: ClientMessage): Promise<void> {
    switch (message.op) {
      case "eval":
        return this.#evaluate(message);
      case "complete":
        this.#shell.give({ is: "complete", id: message.id, text: message.text });
        return;
      case "interrupt":
        if (!this.#shell.abandon(message.id)) return;
        this.#fail(message.id, "interrupted", "Interrupted. What it has started may go on.");
        this.#done(0);
    }
  }

  #begin(): void {
    if (this.#hasBegun) return;
    this.#hasBegun = true;
    const { node } = this.#input.options;
    const { incarnation } = self();
    const what =
      this.#input.mode === "look" ? "It only looks: help lists its verbs." : "help() lists the helpers.";
    this.#outbox.say({
      op: "banner",
      text: `Attached to node ${node.name} (incarnation ${incarnation}). Every line is audited. ${what}`,
    });
  }

  async #evaluate({ id, text, json, timeoutMs }: ClientMessage & { readonly op: "eval" }): Promise<void> {
    this.#usedAtMs = this.#input.options.node.world.clock.now();
    if (this.#running !== undefined) {
      this.#refuse(id, "The evaluation before it still runs. Interrupt that, or wait for it.");
      return;
    }
    try {
      await this.#note("line", text);
    } catch (error) {
      const because = error instanceof Error ? error.message : String(error);
      this.#refuse(id, `It was not run, because it could not be audited. ${because}`);
      return;
    }
    const { session, from } = this.#input;
    tellEvent(attachEvents.line_entered, { session, from, text });
    const deadlineMs = Math.max(1, Math.min(timeoutMs, limits.evaluationTimeoutMsMax));
    const deadline = sendAfter(self(), { type: "deadline", id } as never, deadlineMs);
    this.#running = { id, timeoutMs: deadlineMs, deadline };
    this.#shell.give({ is: "evaluate", id, text, json });
  }

  #refuse(id: number, text: string): void {
    this.#fail(id, "refused", text);
    this.#outbox.say({ op: "done", id, heldUpMs: 0 });
  }

  #fail(id: number, kind: FailureKind, text: string): void {
    this.#outbox.say({ op: "error", id, kind, text: text.slice(0, limits.chunkCharactersMax) });
  }

  #done(heldUpMs: number): void {
    const running = this.#running;
    if (running === undefined) return;
    this.#running = undefined;
    cancelTimer(running.deadline);
    const isLong = heldUpMs >= limits.heldUpMsMin;
    const { session, from } = this.#input;
    if (isLong) tellEvent(attachEvents.held_up, { session, from, heldUpMs });
    this.#outbox.say({ op: "done", id: running.id, heldUpMs: isLong ? Math.round(heldUpMs) : 0 });
    this.#usedAtMs = this.#input.options.node.world.clock.now();
  }

  #brokenEnding(): Ending | undefined {
    return this.#outbox.isBroken ? lost("the terminal cannot be reached, or takes nothing") : undefined;
  }

  #beatLater(): void {
    sendAfter(self(), { type: "beat" } as never, limits.keepAliveMs);
  }

  async #startEvaluator(): Promise<void> {
    this.#evaluator = await spawn(attachEvaluator, {
      input: new LocalValue(this.#shell),
      link: true,
      mailbox: { max: limits.mailboxMessagesMax, onFull: "dropOldest" },
    });
  }

  async #runner(): Promise<Runner> {
    const { mode, options } = this.#input;
    const { node, drain } = options;
    const looking = {
      node,
      show: (line: string) => this.#output.write(line),
      signal: () => this.#shell.signal,
    };
    if (mode === "look") return { ...lookingCommands(looking), close: () => undefined };
    const evaluator = await createEvaluator(this.#output, node.world.clock);
    const offered = helpers({ ...looking, drain }, evaluator.realm);
    for (const [name, value] of Object.entries(offered)) evaluator.define(name, value);
    return { run: evaluator.evaluate, complete: evaluator.complete, close: evaluator.close };
  }

  #note(what: "line" | "close", text: string): Promise<void> {
    const { audit, session, from, mode, line, options } = this.#input;
    return audit.note({
      what,
      node: options.node.name,
      session,
      from,
      carrier: line.carrier.kind,
      mode,
      text,
    });
  }
}

function lost(because: string): Ending {
  return { why: "lost", text: `The shell is closed, because ${because}. The node goes on.` };
}
