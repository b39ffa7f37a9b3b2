// A person, or a pipe, in a conversation: what is typed goes into its run, what the run says is shown, one thing at a time.
import { sayKey, type Turn, turnOf } from "../../actors/chat/conversation.ts";
import { messageText } from "../../actors/chat/order.ts";
import { CompletionFailed, noTries } from "../../actors/llm/failure.ts";
import { runLimits } from "../../actors/runs/limits.ts";
import type { RunEntry } from "../../actors/runs/run-entry.ts";
import { shortId } from "../../actors/runs/run-id.ts";
import { sanitizeText, toAscii } from "../../runtime/observe/sanitize.ts";
import type { RunEnd, RunQuestion, Runs, ServedWorkspace } from "../../supervisors/runs/runs.ts";
import { Screen } from "../attach/screen.ts";
import { type ExitCode, exitCodeOf, exitCodes } from "../exit-codes.ts";
import { showFailure, showNotice } from "../failure.ts";
import type { Host, Settings } from "../host.ts";
import type { Interruption } from "../interruption.ts";
import { eventJson } from "../render/run-event.ts";
import { showEnding } from "../run-end.ts";
import { paint, terminalOf } from "../terminal.ts";
import { ChatCommands } from "./commands.ts";
import { Composer } from "./composer.ts";
import { type ChatInput, LineQueue } from "./line-queue.ts";
import { Permissions } from "./permissions.ts";
import { slashesFrom, slashIn } from "./slash.ts";
import { transcriptJson } from "./transcript.ts";
import { ChatView } from "./view.ts";

export type ChatFormat = "text" | "json" | "ndjson";

export interface TalkOptions {
  readonly host: Host;
  readonly interruption: Interruption;
  readonly settings: Settings;
  readonly runs: Runs;
  readonly run: string;
  readonly input: ChatInput;
  readonly format: ChatFormat;
  /** What came before this entry was shown in its time. */
  readonly shownFrom: number;
  readonly serve: ServedWorkspace | undefined;
  /** Why the conversation cannot be gone on with later, where that is so. */
  readonly unkept: string | undefined;
}

/** Talks until the person leaves, the input ends or the run does. @throws what following throws, after the run was left */
export async function talk(options: TalkOptions): Promise<ExitCode> {
  const conversation = new Talk(options);
  return conversation.run();
}

class Talk {
  readonly #options: TalkOptions;
  readonly #lines: LineQueue;
  readonly #view: ChatView;
  readonly #composer = new Composer();
  readonly #permissions: Permissions;
  readonly #commands: ChatCommands;
  /** The person leaves, or nothing more comes. */
  readonly #over = new AbortController();
  readonly #screen: Screen | undefined;
  /** The conversation waits for a message. */
  #wanted: ((message: string) => void) | undefined;
  #isBusy = false;
  /** Who answers, as was said last. */
  #partner = "";
  #interrupts = 0;
  #code: ExitCode = exitCodes.ok;

  constructor(options: TalkOptions) {
    const { host, runs, run, format, input, shownFrom, settings } = options;
    const terminal = terminalOf(host.stdout, host.env, host.platform);
    this.#options = options;
    this.#lines = new LineQueue(input);
    const isTerminal = input.kind === "terminal";
    this.#view = new ChatView({
      ...{ run, terminal, shownFrom, isLive: host.stdout.isTTY === true && format === "text" },
      output: { answer: (text) => this.#answer(text), note: (text) => this.note(text) },
      value: (kept) => runs.value(run, kept),
    });
    const talk = {
      note: (text: string) => this.note(text),
      prompt: (text: string) => this.#screen?.prompt(text),
      show: (text: string) => this.#shown(text),
    };
    this.#permissions = new Permissions(host, isTerminal, talk);
    this.#commands = new ChatCommands({ host, settings, view: this.#view, note: talk.note });
    this.#screen = input.kind === "terminal" || input.kind === "lines" ? this.#opened(input) : undefined;
  }

  async run(): Promise<ExitCode> {
    const { runs, run, serve, interruption } = this.#options;
    const signal = AbortSignal.any([interruption.signal, this.#over.signal]);
    try {
      const end = await runs.follow(run, {
        ...{ signal, serve },
        onEntry: (entry) => this.#heard(entry),
        onQuestion: (question) => this.#asked(question),
        onLost: (why) => {
          if (why !== undefined) void this.note(`Looking for who has run ${shortId(run)}: ${why}`);
        },
      });
      await this.#close();
      return await this.#ended(end);
    } catch (error) {
      await this.#close();
      await this.#left();
      if (!this.#over.signal.aborted) throw error;
      await this.#showWhole();
      return this.#code;
    }
  }

  // What the person does.

  line(text: string): void {
    this.#interrupts = 0;
    if (this.#permissions.isAsking) this.#permissions.take(text);
    else {
      this.#lines.add(text);
      this.#advance();
    }
  }

  /** Ctrl-C: an answer ends, or a line is forgotten; the second in a row leaves. */
  interrupt(): void {
    this.#interrupts += 1;
    if (this.#interrupts > 1) {
      this.#leave(exitCodes.interrupted);
      return;
    }
    this.#permissions.refuse();
    if (this.#wanted === undefined) {
      const { runs, run } = this.#options;
      void this.note("(ending the answer; Ctrl-C again leaves)");
      void runs.cutShort(run).catch(() => false);
      return;
    }
    this.#screen?.forgetLine();
    this.#composer.forget();
    void this.note("(Ctrl-C again, /quit or Ctrl-D leaves; the conversation is kept)");
    this.#advance();
  }

  end(): void {
    this.#lines.end();
    if (this.#options.input.kind === "terminal") this.#leave(exitCodes.ok);
    else this.#advance();
  }

  /** A word that is no answer: standard error where there is no terminal. */
  async note(text: string): Promise<void> {
    const { host, input } = this.#options;
    if (input.kind !== "terminal") return showNotice(text, host);
    const terminal = terminalOf(host.stdout, host.env, host.platform);
    const safe = sanitizeText(text);
    this.#screen?.show(`${paint(terminal, "gray", terminal.unicode ? safe : toAscii(safe))}\n`);
  }

  async #shown(text: string): Promise<void> {
    if (this.#options.input.kind === "terminal") this.#screen?.show(text);
    else await this.#options.host.stderr.write(text);
  }

  #opened(input: Extract<ChatInput, { readonly stream: unknown }>): Screen {
    const isTerminal = input.kind === "terminal";
    return new Screen(
      {
        ...{ input: input.stream, output: this.#options.host.stdout, isTerminal },
        history: input.history.lines,
        historyLinesMax: input.history.linesMax,
        complete: async (text) => [slashesFrom(text), text],
      },
      this,
    );
  }

  async #heard(entry: RunEntry): Promise<void> {
    const { format, host, run } = this.#options;
    if (format === "ndjson") await host.stdout.write(eventJson(run, entry));
    const turn = await this.#view.entry(entry);
    if (turn !== undefined) this.#judge(turn);
  }

  /** The first turn that failed says how all of it ends, where nobody sits there who saw it. */
  #judge(turn: Turn): void {
    if (turn.kind !== "said" || turn.failure === undefined || this.#options.input.kind === "terminal") return;
    const failed = exitCodeOf(new CompletionFailed(turn.failure, noTries));
    this.#mark(turn.answer !== "" && failed !== exitCodes.deadline ? exitCodes.partial : failed);
  }

  #mark(code: ExitCode): void {
    if (this.#code === exitCodes.ok) this.#code = code;
  }

  async #asked(question: RunQuestion): Promise<string | undefined> {
    const { step } = question;
    if (turnOf(step) === undefined || question.question !== `${step}/${sayKey}`) {
      const { choice, code } = await this.#permissions.answer(question);
      if (code !== undefined) this.#mark(code);
      if (choice === undefined) this.#leave(exitCodes.denied);
      return choice;
    }
    this.#interrupts = 0;
    const partner = this.#commands.asked(question);
    if (partner !== this.#partner) {
      this.#partner = partner;
      await this.note(partner);
    }
    return new Promise((resolve) => {
      this.#wanted = resolve;
      this.#advance();
    });
  }

  /** Takes what was typed, as long as a message is wanted. */
  #advance(): void {
    if (this.#wanted === undefined || this.#isBusy) return;
    const text = this.#message();
    if (text !== undefined) {
      this.#isBusy = true;
      void this.#understood(text).then((message) => {
        this.#isBusy = false;
        const wanted = this.#wanted;
        if (message !== undefined) this.#wanted = undefined;
        if (message !== undefined) wanted?.(message);
        this.#advance();
      });
    } else if (this.#lines.hasEnded) this.#leave(exitCodes.ok);
    else this.#screen?.prompt(this.#composer.isOpen ? "... " : "> ");
  }

  #message(): string | undefined {
    for (;;) {
      const line = this.#lines.next();
      if (line === undefined) return this.#lines.hasEnded ? this.#composer.rest() : undefined;
      const text = line.isWhole ? line.text : this.#composer.take(line.text);
      if (text?.trim() !== "" && text !== undefined) return text;
      if (text !== undefined && this.#options.input.kind === "terminal") this.#screen?.prompt("> ");
    }
  }

  /** What goes to the run; undefined for what is done here. */
  async #understood(text: string): Promise<string | undefined> {
    const { input } = this.#options;
    const slash = input.kind === "message" || text.includes("\n") ? undefined : slashIn(text);
    if (typeof slash === "string") {
      this.#mark(exitCodes.usage);
      await this.note(slash);
      return undefined;
    }
    if (slash?.name === "quit") {
      this.#leave(exitCodes.ok);
      return undefined;
    }
    if (slash !== undefined) {
      try {
        return await this.#commands.carryOut(slash);
      } catch (error) {
        this.#mark(exitCodeOf(error));
        if (input.kind === "terminal" && error instanceof Error) await this.note(error.message);
        else await showFailure(error, this.#options.host);
        return undefined;
      }
    }
    if (text.length <= runLimits.answerCharactersMax) return messageText(text);
    const most = runLimits.answerCharactersMax;
    const advice = "Put it into a file, and name that with --context or /context.";
    this.#mark(exitCodes.usage);
    await this.note(`A message has at most ${most} characters, and this one has ${text.length}. ${advice}`);
    return undefined;
  }

  #answer(text: string): void | Promise<void> {
    if (this.#options.format !== "text") return;
    if (this.#options.input.kind === "terminal") this.#screen?.show(text);
    else return this.#options.host.stdout.write(text);
  }

  #leave(code: ExitCode): void {
    if (this.#over.signal.aborted) return;
    if (code !== exitCodes.ok) this.#code = code;
    this.#over.abort(new Error("The person left."));
  }

  async #close(): Promise<void> {
    await this.#screen?.close();
    await this.#lines.saved();
  }

  /** The run is over: it failed, was cancelled, or nobody had said anything for long. */
  async #ended(end: RunEnd): Promise<ExitCode> {
    await this.#showWhole();
    const code = await showEnding(this.#options.host, end);
    return code === exitCodes.ok ? this.#code : code;
  }

  async #left(): Promise<void> {
    const { runs, run, host, unkept } = this.#options;
    await runs.leave(run, "the person left the conversation").catch(() => undefined);
    const short = shortId(run);
    await showNotice(
      unkept ?? `Conversation ${short} is kept. Go on with it: aiex ai chat --resume ${short}`,
      host,
    );
  }

  async #showWhole(): Promise<void> {
    const { format, host } = this.#options;
    if (format === "json") await host.stdout.write(transcriptJson(await this.#view.transcript()));
  }
}
