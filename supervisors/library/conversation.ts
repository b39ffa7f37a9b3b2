// A conversation from a program: messages go into its run one after the other, and each is answered by its turn.
import { type SaidTurn, sayKey, type Turn, turnOf } from "../../actors/chat/conversation.ts";
import { messageText } from "../../actors/chat/order.ts";
import { type ChangeAbout, changeChoices } from "../../actors/operations/chat-change.ts";
import { type SendingAbout, sendKey } from "../../actors/operations/chat-named.ts";
import { type PermissionAbout, permissionChoices } from "../../actors/operations/chat-tools.ts";
import { chatNews, type ToolNews } from "../../actors/operations/chat-turn.ts";
import { disclosureChoices } from "../../actors/operations/consent.ts";
import type { Disclosure } from "../../actors/review/disclosure.ts";
import { newsOf } from "../../actors/runs/answer-news.ts";
import type { RunEntry } from "../../actors/runs/run-entry.ts";
import type { RunQuestion, Runs } from "../runs/runs.ts";
import { CallFailed, failureOf } from "./call.ts";
import { EventQueue } from "./event-queue.ts";

/** What happens while an answer is on its way. */
export type AnswerEvent =
  /** A piece of it. */
  | { readonly type: "text"; readonly text: string }
  /** What came of it so far, since the last use of tools, does not count. */
  | { readonly type: "restarted" }
  /** The model has looked at something, or was not allowed to. */
  | ({ readonly type: "tool" } & ToolNews);

export interface ChatAnswer {
  /** All that the model said. */
  readonly text: string;
  /** Why that is a part only, or nothing. */
  readonly failure: SaidTurn["failure"];
  /** The entry of llm.providers that answered, and its model; null where none did. */
  readonly provider: string;
  readonly model: string | null;
  /** US dollars; null where that is not known. */
  readonly costUsd: number | null;
  readonly tools: readonly {
    readonly name: string;
    readonly arguments: Readonly<Record<string, unknown>>;
    readonly ok: boolean;
  }[];
}

/** Awaited for the whole answer, iterated for what happens meanwhile. */
export interface Saying extends PromiseLike<ChatAnswer>, AsyncIterable<AnswerEvent> {}

export interface Conversation extends AsyncDisposable {
  /** The id of its run: `aiex ai chat --resume` goes on with it. */
  readonly run: string;
  /** Says something. What is said before an answer is there waits for it. */
  say(message: string): Saying;
  /** Ends the answer that is on its way: what there is of it is the answer. */
  cutShort(): Promise<void>;
  /** Leaves it. It is kept, and can be gone on with. */
  close(): Promise<void>;
}

export interface ConversationConsent {
  /** Whether a change may be made that the model proposes. Without it none is, unless `allow` says so. */
  readonly onChange?: ((change: ChangeAbout) => boolean | Promise<boolean>) | undefined;
  /** Is told what is sent of what was named, before it is; where it rejects, that is left out. */
  readonly onDisclosure?: ((disclosure: Disclosure) => void | Promise<void>) | undefined;
  /** Whether the model may see what it wants to look at. Without it it may not, unless `allow` says so. */
  readonly onPermission?:
    | ((wanted: PermissionAbout) => boolean | "always" | Promise<boolean | "always">)
    | undefined;
}

interface Said {
  readonly message: string;
  readonly events: EventQueue<AnswerEvent>;
  readonly settle: {
    readonly resolve: (answer: ChatAnswer) => void;
    readonly reject: (error: unknown) => void;
  };
}

/** For a run that was submitted just now. */
export function conversationOf(runs: Runs, run: string, consent: ConversationConsent): Conversation {
  return new RunConversation(runs, run, consent);
}

class RunConversation implements Conversation {
  readonly run: string;
  readonly #runs: Runs;
  readonly #consent: ConversationConsent;
  readonly #left = new AbortController();
  readonly #waiting: Said[] = [];
  #current: Said | undefined;
  /** The run waits for a message. */
  #wanted: ((message: string) => void) | undefined;
  #over: unknown;
  readonly #ended: Promise<void>;

  constructor(runs: Runs, run: string, consent: ConversationConsent) {
    this.run = run;
    this.#runs = runs;
    this.#consent = consent;
    const following = runs.follow(run, {
      signal: this.#left.signal,
      onEntry: (entry) => this.#heard(entry),
      onQuestion: (question) => this.#asked(question),
    });
    this.#ended = following.then(
      (end) => this.#end(failureOf(end)),
      (error: unknown) => this.#end(error),
    );
  }

  say(message: string): Saying {
    const events = new EventQueue<AnswerEvent>();
    const answer = new Promise<ChatAnswer>((resolve, reject) => {
      this.#waiting.push({ message, events, settle: { resolve, reject } });
    });
    answer.catch(() => undefined);
    if (this.#over === undefined) this.#next();
    else this.#end(this.#over);
    return {
      // biome-ignore lint/suspicious/noThenProperty: it is awaited as a promise is.
      then: (onAnswer, onFailure) => answer.then(onAnswer, onFailure),
      [Symbol.asyncIterator]: () => events[Symbol.asyncIterator](),
    };
  }

  async cutShort(): Promise<void> {
    await this.#runs.cutShort(this.run);
  }

  async close(): Promise<void> {
    this.#left.abort(new CallFailed("left", `The conversation ${this.run} was left.`));
    await this.#ended;
    await this.#runs.leave(this.run, "its program left it").catch(() => undefined);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #next(): void {
    const wanted = this.#wanted;
    const [said] = this.#waiting;
    if (wanted === undefined || said === undefined) return;
    this.#waiting.shift();
    this.#wanted = undefined;
    this.#current = said;
    // Only an order of a person's may begin as one, and a program may pass on what anybody said.
    wanted(messageText(said.message));
  }

  #end(error: unknown): void {
    this.#over = error;
    const open = [...(this.#current === undefined ? [] : [this.#current]), ...this.#waiting.splice(0)];
    this.#current = undefined;
    for (const { events, settle } of open) {
      settle.reject(error);
      events.fail(error);
    }
  }

  async #heard(entry: RunEntry): Promise<void> {
    const events = this.#current?.events;
    if (entry.type === "text") events?.add({ type: "text", text: entry.text });
    else if (entry.type === "told" && newsOf(entry)?.name === "restarted") events?.add({ type: "restarted" });
    else if (entry.type === "told" && entry.name === chatNews.tool)
      events?.add({ type: "tool", ...(entry.about as ToolNews) });
    else if (entry.type === "step_finished" && turnOf(entry.step) !== undefined) {
      const turn = (await this.#runs.value(this.run, entry.output)) as Turn;
      const said = this.#current;
      this.#current = undefined;
      if (turn.kind === "said") said?.settle.resolve(answerOf(turn));
      else said?.settle.reject(new CallFailed("not_said", "It was no message, and nobody was asked."));
      said?.events.end();
    }
  }

  async #asked({ question, step, about }: RunQuestion): Promise<string | undefined> {
    if (question === `${step}/${sayKey}`)
      return new Promise((resolve) => {
        this.#wanted = resolve;
        this.#next();
      });
    if (question === `${step}/${sendKey}`) return this.#maySend(about as SendingAbout);
    const { onPermission, onChange } = this.#consent;
    const wanted = about as PermissionAbout | ChangeAbout | undefined;
    if (wanted?.permission === "change")
      return (await onChange?.(wanted)) === true ? changeChoices.yes : changeChoices.no;
    if (wanted?.permission !== "read") return undefined;
    const allowed = (await onPermission?.(wanted)) ?? false;
    if (allowed === "always") return permissionChoices.always;
    return allowed ? permissionChoices.once : permissionChoices.never;
  }

  async #maySend({ disclosure, isAgreed }: SendingAbout): Promise<string> {
    const { onDisclosure } = this.#consent;
    // Where nobody chose who answers, somebody has to have been told.
    if (!isAgreed && onDisclosure === undefined) return disclosureChoices.leaveOut;
    try {
      await onDisclosure?.(disclosure);
      return disclosureChoices.send;
    } catch {
      return disclosureChoices.leaveOut;
    }
  }
}

function answerOf({ rounds, answer, failure, entry, model, costUsd }: SaidTurn): ChatAnswer {
  const text = [...rounds.map((round) => round.text), answer].filter((part) => part !== "").join("\n\n");
  const tools = rounds.flatMap(({ results }) =>
    results.map(({ call, ok }) => ({ name: call.name, arguments: call.arguments, ok })),
  );
  return { text, failure, provider: entry, model, costUsd, tools };
}
