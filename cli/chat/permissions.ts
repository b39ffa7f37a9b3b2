// What a conversation asks before it sends something: told and answered where the person has agreed already, else asked, else refused.
import { type ChangeAbout, changeChoices } from "../../actors/operations/chat-change.ts";
import { type SendingAbout, sendKey } from "../../actors/operations/chat-named.ts";
import { type PermissionAbout, permissionChoices } from "../../actors/operations/chat-tools.ts";
import { disclosureChoices } from "../../actors/operations/consent.ts";
import { diffText } from "../../actors/rendering/changed-text.ts";
import type { Disclosure } from "../../actors/review/disclosure.ts";
import { isRecord } from "../../runtime/wire/shape.ts";
import type { RunQuestion } from "../../supervisors/runs/runs.ts";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import type { Host } from "../host.ts";
import { disclosureText } from "../render/disclosure-text.ts";
import { terminalOf } from "../terminal.ts";

export interface Answered {
  /** Undefined for what only a person can answer where none is there. */
  readonly choice: string | undefined;
  /** How the command ends since nobody was there to be asked. */
  readonly code?: ExitCode;
}

/** What is on the terminal, if anything is. */
export interface Asking {
  note(text: string): Promise<void>;
  /** Text that is fit for a terminal, with its line feeds. */
  show(text: string): Promise<void>;
  prompt(text: string): void;
}

export class Permissions {
  readonly #host: Host;
  readonly #isTerminal: boolean;
  readonly #asking: Asking;
  #open: { readonly choices: readonly string[]; readonly answer: (choice: string) => void } | undefined;

  constructor(host: Host, isTerminal: boolean, asking: Asking) {
    this.#host = host;
    this.#isTerminal = isTerminal;
    this.#asking = asking;
  }

  /** The next line is an answer. */
  get isAsking(): boolean {
    return this.#open !== undefined;
  }

  async answer({ question, step, text, choices, about }: RunQuestion): Promise<Answered> {
    if (question === `${step}/${sendKey}` && isSending(about)) return this.#sending(about, text);
    if (isChange(about)) return this.#change(about, text);
    if (isPermission(about)) return this.#permission(about, text);
    return { choice: this.#isTerminal ? await this.#ask(text, choices) : undefined };
  }

  /** A line was typed. What is none of the choices is asked for again. */
  take(line: string): void {
    const open = this.#open;
    if (open === undefined) return;
    const typed = line.trim().toLowerCase();
    const meant = open.choices.filter((choice) => typed !== "" && choice.startsWith(typed));
    const exact = open.choices.find((choice) => choice === typed);
    const [only] = meant.length === 1 ? meant : [];
    // What lets everything pass is not to be typed by accident.
    const choice = exact ?? (only === permissionChoices.always ? undefined : only);
    if (choice === undefined) this.#asking.prompt(promptOf(open.choices));
    else this.#settle(choice);
  }

  /** Ctrl-C is a no. */
  refuse(): void {
    const open = this.#open;
    if (open === undefined) return;
    const no = [permissionChoices.never, changeChoices.no, disclosureChoices.leaveOut].find((each) =>
      open.choices.includes(each),
    );
    if (no !== undefined) this.#settle(no);
  }

  async #sending({ disclosure, isAgreed }: SendingAbout, text: string): Promise<Answered> {
    await this.#tell(disclosure);
    if (isAgreed) return { choice: disclosureChoices.send };
    const { send, leaveOut } = disclosureChoices;
    if (this.#isTerminal) return { choice: await this.#ask(text, [send, leaveOut]) };
    await this.#asking.note(
      "It is left out, since nobody is there to be asked: a key in the environment is consent for no folder. Name the provider with --provider.",
    );
    return { choice: leaveOut, code: exitCodes.denied };
  }

  async #permission({ tool, path, provider }: PermissionAbout, text: string): Promise<Answered> {
    if (this.#isTerminal) return { choice: await this.#ask(text, Object.values(permissionChoices)) };
    await this.#asking.note(
      `${tool} of ${path} for ${provider} was not allowed, since nobody is there to be asked. --allow read allows it.`,
    );
    return { choice: permissionChoices.never, code: exitCodes.denied };
  }

  async #change({ path, diff }: ChangeAbout, text: string): Promise<Answered> {
    await this.#asking.show(shownDiff(diff, this.#host));
    if (this.#isTerminal) return { choice: await this.#ask(text, Object.values(changeChoices)) };
    await this.#asking.note(
      `${path} was not changed, since nobody is there to be asked. --allow change allows it.`,
    );
    return { choice: changeChoices.no, code: exitCodes.denied };
  }

  async #ask(text: string, choices: readonly string[]): Promise<string> {
    await this.#asking.note(text);
    return new Promise((answer) => {
      this.#open = { choices, answer };
      this.#asking.prompt(promptOf(choices));
    });
  }

  #settle(choice: string): void {
    const open = this.#open;
    this.#open = undefined;
    open?.answer(choice);
  }

  async #tell(disclosure: Disclosure): Promise<void> {
    const { stderr, env, platform } = this.#host;
    await stderr.write(disclosureText(disclosure, terminalOf(stderr, env, platform), wordsOf(disclosure)));
  }
}

function promptOf(choices: readonly string[]): string {
  return `${choices.join(", ")}? `;
}

function wordsOf({ place }: Disclosure) {
  return {
    title: titles[place],
    unknownCost: "price unknown, so --max-cost limits nothing; llm.providers can give it",
  };
}

const titles: Readonly<Record<Disclosure["place"], string>> = {
  machine: "This goes to a model on this machine; nothing leaves the machine:",
  gateway: "This goes along, to a program on this machine, which may pass it on:",
  network: "This goes along, and leaves your machine:",
};

function shownDiff(diff: string, { stdout, env, platform }: Host): string {
  const lines = diffText(diff, terminalOf(stdout, env, platform)).split("\n");
  const left = lines.length - diffLinesShown;
  return `${[...lines.slice(0, diffLinesShown), ...(left > 0 ? [`(${left} more lines)`] : [])].join("\n")}\n`;
}

/** Nobody reads more before an answer; /history and `aiex runs show` have all of it. */
const diffLinesShown = 400;

function isChange(about: unknown): about is ChangeAbout {
  return isRecord(about) && about.permission === "change" && typeof about.diff === "string";
}

function isSending(about: unknown): about is SendingAbout {
  return isRecord(about) && isRecord(about.disclosure) && Array.isArray(about.disclosure.files);
}

function isPermission(about: unknown): about is PermissionAbout {
  return isRecord(about) && about.permission === "read" && typeof about.path === "string";
}
