// A person at a shell of a node, or a file of lines: what is typed goes there, what comes back is shown, one thing at a time.
import type { AttachMode, ClosedWhy, NodeMessage } from "../../actors/attach/frames.ts";
import { plainText } from "../../actors/rendering/printable.ts";
import { sanitizeLine } from "../../runtime/observe/sanitize.ts";
import type { TimerHandle } from "../../runtime/world.ts";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import { showNotice } from "../failure.ts";
import type { Host } from "../host.ts";
import { coloredValue } from "../render/value-colors.ts";
import { type Color, paint, type Terminal, terminalOf } from "../terminal.ts";
import { timeText } from "../time-span.ts";
import { History, historyPath } from "./history.ts";
import { terminalLimits as limits } from "./limits.ts";
import { type AttachPlace, RemoteShell } from "./remote-shell.ts";
import { type LineInput, Screen } from "./screen.ts";

export interface ConversationOptions {
  readonly host: Host;
  readonly input: LineInput;
  readonly mode: AttachMode;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Talks until one side ends it. @throws what `RemoteShell.open` throws; what `signal` was aborted with */
export async function converse(place: AttachPlace, options: ConversationOptions): Promise<ExitCode> {
  const { host, input, mode } = options;
  const { env, world, stdout } = host;
  const history = new History(world.files, historyPath(env, "attach-history"));
  const isTerminal = input.isTTY === true && stdout.isTTY === true && env.TERM !== "dumb";
  const lines = isTerminal ? await history.load() : [];
  const talk = new Conversation(options, isTerminal ? history : undefined);
  const { columns } = terminalOf(stdout, env, host.platform);
  const shell = await RemoteShell.open(place, { world, mode, columns }, talk);
  const screen = new Screen(
    {
      input,
      output: stdout,
      isTerminal,
      history: lines,
      historyLinesMax: limits.historyLinesMax,
      complete: (text) => talk.complete(text),
    },
    talk,
  );
  try {
    return await talk.run(shell, screen);
  } finally {
    await screen.close();
    await history.saved();
  }
}

class Conversation {
  readonly #options: ConversationOptions;
  readonly #history: History | undefined;
  readonly #terminal: Terminal;
  /** Lines that were typed ahead, or stand in a file. */
  readonly #typed: string[] = [];
  readonly #completing = new Map<number, (found: readonly [readonly string[], string]) => void>();
  #shell: RemoteShell | undefined;
  #screen: Screen | undefined;
  /** Lines of an input that is not complete. */
  #input = "";
  #running: number | undefined;
  #isInterrupted = false;
  #value = "";
  #hasFailed = false;
  #inputHasEnded = false;
  #silenceTold = false;
  #timer: TimerHandle;
  #finish: (code: ExitCode) => void = () => undefined;
  #before: (() => void)[] = [];

  constructor(options: ConversationOptions, history: History | undefined) {
    this.#options = options;
    this.#history = history;
    const { stdout, env, platform } = options.host;
    this.#terminal = terminalOf(stdout, env, platform);
  }

  async run(shell: RemoteShell, screen: Screen): Promise<ExitCode> {
    this.#shell = shell;
    this.#screen = screen;
    const { signal } = this.#options;
    const over = new Promise<ExitCode>((resolve, reject) => {
      this.#finish = resolve;
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
      if (signal.aborted) reject(signal.reason);
    });
    this.#watchSilence();
    for (const missed of this.#before.splice(0)) missed();
    try {
      return await over;
    } finally {
      this.#options.host.world.timers.clear(this.#timer);
      for (const done of this.#completing.values()) done([[], ""]);
      if (!signal.aborted) await shell.leave();
    }
  }

  // What the node says.

  heard(message: NodeMessage): void {
    // The first word may come before there is a screen.
    if (this.#screen === undefined) {
      this.#before.push(() => this.heard(message));
      return;
    }
    switch (message.op) {
      case "banner":
        this.#notice(message.text, "yellow");
        this.#notice(
          `Shell ${this.#shell?.session.slice(0, 8)}. .exit or Ctrl-D leaves it; the node goes on.`,
          "yellow",
        );
        this.#next();
        return;
      case "output":
        this.#screen.show(plainText(message.text, this.#terminal));
        return;
      case "completions":
        this.#completing.get(message.id)?.([message.list.filter(isHarmless), message.on]);
        this.#completing.delete(message.id);
        return;
      case "error":
        this.#showFailure(message.text);
        return;
      case "closed":
        return;
      default:
        if (message.id === this.#running) this.#heardOfEvaluation(message);
    }
  }

  ended(why: ClosedWhy, text: string): void {
    if (this.#screen === undefined) {
      this.#before.push(() => this.ended(why, text));
      return;
    }
    const isWanted = why === "closed";
    if (!isWanted) this.#notice(text, "yellow");
    const failed = this.#hasFailed && this.#history === undefined;
    const wanted = failed ? exitCodes.failed : exitCodes.ok;
    this.#finish(isWanted || why === "idle" ? wanted : exitCodes.unreachable);
  }

  // What the person does.

  line(text: string): void {
    this.#typed.push(text);
    if (this.#running === undefined) this.#next();
  }

  interrupt(): void {
    const screen = this.#screen;
    if (this.#running !== undefined) {
      if (this.#isInterrupted) this.#shell?.abandon("The node does not answer, so the shell was left.");
      else this.#shell?.interrupt(this.#running);
      this.#isInterrupted = true;
      return;
    }
    const isEmpty = this.#input === "" && screen?.line === "";
    screen?.forgetLine();
    this.#input = "";
    if (isEmpty) this.#notice("(.exit or Ctrl-D leaves the shell; the node goes on)", "gray");
    this.#next();
  }

  end(): void {
    this.#inputHasEnded = true;
    // What a file said before is still done; at a terminal Ctrl-D means now.
    if (this.#history !== undefined) void this.#shell?.leave();
    else if (this.#running === undefined) this.#next();
  }

  async complete(text: string): Promise<readonly [readonly string[], string]> {
    const shell = this.#shell;
    if (shell === undefined || shell.isOver || this.#running !== undefined) return [[], text];
    const id = shell.complete(this.#input + text);
    return new Promise((resolve) => this.#completing.set(id, resolve));
  }

  #heardOfEvaluation(message: NodeMessage & { readonly id: number }): void {
    switch (message.op) {
      case "value":
        if (this.#value.length < limits.resultCharactersMax) this.#value += message.text;
        if (!message.isLast) return;
        if (this.#value !== "undefined" || this.#options.mode === "evaluate")
          this.#screen?.show(`${coloredValue(this.#value, this.#terminal)}\n`);
        this.#value = "";
        return;
      case "more":
        this.#input += "\n";
        return;
      case "done":
        this.#done(message.heldUpMs);
    }
  }

  #done(heldUpMs: number): void {
    this.#running = undefined;
    this.#value = "";
    if (!this.#input.endsWith("\n")) this.#input = "";
    if (heldUpMs > 0)
      this.#notice(`The node was held up for ${timeText(heldUpMs)}: nothing else ran meanwhile.`, "yellow");
    this.#next();
  }

  /** Takes the next line, or asks for one. */
  #next(): void {
    const shell = this.#shell;
    if (shell === undefined || shell.isOver || this.#running !== undefined) return;
    const line = this.#typed.shift();
    if (line !== undefined) this.#take(line);
    else if (this.#inputHasEnded) void shell.leave();
    else this.#screen?.prompt(this.#prompt());
  }

  #take(line: string): void {
    this.#history?.add(line);
    const command = this.#input === "" ? /^\s*\.([a-z]+)\s*$/.exec(line)?.[1] : undefined;
    if (command !== undefined) {
      this.#command(command);
      return;
    }
    this.#input += line;
    if (this.#input.trim() === "") {
      this.#input = "";
      this.#next();
      return;
    }
    this.#isInterrupted = false;
    this.#silenceTold = false;
    const { timeoutMs } = this.#options;
    this.#running = this.#shell?.evaluate(this.#input, { json: false, timeoutMs });
  }

  #command(name: string): void {
    if (name === "exit" || name === "quit") {
      this.#inputHasEnded = true;
      this.#typed.length = 0;
    } else if (name === "help") this.#notice(dotHelp, "gray");
    else if (name !== "break") this.#notice(`There is no .${name}. ${dotHelp}`, "red");
    this.#next();
  }

  #prompt(): string {
    const name = sanitizeLine(this.#shell?.node ?? "");
    if (this.#input !== "") return `${" ".repeat(Math.max(0, name.length - 3))}... `;
    return `${paint(this.#terminal, "yellow", name)}${this.#options.mode === "look" ? "?" : ">"} `;
  }

  #showFailure(text: string): void {
    this.#hasFailed = true;
    // An incomplete input has come to an end, one way or the other.
    this.#input = "";
    const shown = plainText(text, this.#terminal);
    if (this.#history !== undefined) this.#screen?.show(`${paint(this.#terminal, "red", shown)}\n`);
    else void this.#options.host.stderr.write(`${shown}\n`);
  }

  /** A word that is no result: standard error where there is no terminal. */
  #notice(text: string, color: Color): void {
    if (this.#history === undefined) void showNotice(text, this.#options.host);
    else this.#screen?.show(`${paint(this.#terminal, color, plainText(text, this.#terminal))}\n`);
  }

  #watchSilence(): void {
    const { timers } = this.#options.host.world;
    this.#timer = timers.set(limits.keepAliveMs, () => {
      this.#lookAtSilence();
      this.#watchSilence();
    });
  }

  #lookAtSilence(): void {
    const shell = this.#shell;
    if (shell === undefined || shell.isOver) return;
    const { silentMs } = shell;
    if (this.#running === undefined) {
      if (silentMs >= limits.silentMsMax)
        shell.abandon(
          `Nothing was heard of node ${shell.node} for ${timeText(limits.silentMsMax)}, so the shell was left.`,
        );
    } else if (silentMs >= limits.silentTellMs && !this.#silenceTold) {
      this.#silenceTold = true;
      const text = `Nothing has been heard of the node for ${timeText(limits.silentTellMs)}. A synchronous loop holds it up and cannot be interrupted; Ctrl-C twice leaves the shell.`;
      this.#notice(text, "yellow");
    }
  }
}

/** One that would do something to the terminal is no word that anybody completes. */
function isHarmless(text: string): boolean {
  return sanitizeLine(text) === text;
}

const dotHelp =
  ".exit leaves the shell, .break forgets lines that are not complete, help() is about the node.";
