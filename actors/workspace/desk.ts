// The workspace desk of a node: answers for the node's own files, and for those of commands that serve theirs through it.
import {
  call,
  cancelTimer,
  GroupMessage,
  noReply,
  ok,
  type Ref,
  reply,
  replyWith,
  self,
  sendAfter,
  server,
  sleep,
  spawn,
} from "../../runtime/index.ts";
import type { World } from "../../runtime/world.ts";
import { askContext } from "../context/index/ask.ts";
import { retryDelayMs } from "../runs/limits.ts";
import { readerAt } from "./access/own.ts";
import {
  awayFrom,
  type ServeAnswer,
  type ServeRequest,
  type WorkspaceDesk,
  workspaceDeskName,
  workspaceOfNode,
} from "./desk-protocol.ts";
import { workspaceAccessLimits } from "./limits.ts";
import { type OwnerAnswer, type OwnerRequest, ownerRequestIn } from "./owner-request.ts";
import { ChannelBroken } from "./parcel-channel.ts";
import { Presence, type TellDue } from "./presence.ts";
import { serveRequestIn } from "./serve-request.ts";
import { type Answered, ServedSession } from "./served-session.ts";
import { askVerifier } from "./verify/verifier-process.ts";

export interface WorkspaceDeskOptions {
  readonly world: World;
  /** The name of this node. */
  readonly node: string;
}

interface Poll {
  readonly from: Ref;
  readonly timer: Ref;
}

type DeskMessage =
  | GroupMessage
  | TellDue
  /** A poll has waited long enough. */
  | { readonly type: "poll_over"; readonly session: string }
  /** Time to see whether a command is away. */
  | { readonly type: "look"; readonly session: string };

/** Defines the desk. It stands under the name `workspace.desk`, beside a group scope `workspaces` and a `workspace.reader`. */
export function workspaceDesk(options: WorkspaceDeskOptions) {
  return server(workspaceDeskName, {
    init: () => ok(new Desk(options)),
    calls: {
      ask: (desk: Desk, payload: WorkspaceDesk["calls"]["ask"]["payload"], from: Ref) => {
        desk.ask(payload, from);
        return noReply(desk);
      },
      serve: (desk: Desk, payload: unknown, from: Ref) => {
        const answer = desk.serve(payload, from);
        return answer === undefined ? noReply(desk) : replyWith<ServeAnswer, Desk>(answer, desk);
      },
    },
    info: (desk, message) => {
      desk.hear(message as unknown as DeskMessage);
      return noReply(desk);
    },
    formatState: (desk) => desk.shown,
  });
}

class Desk {
  readonly #world: World;
  readonly #own: string;
  readonly #presence = new Presence();
  /** The one that was begun last is asked. */
  readonly #sessions = new Map<string, ServedSession<Ref>>();
  readonly #polls = new Map<string, readonly Poll[]>();

  constructor({ world, node }: WorkspaceDeskOptions) {
    this.#world = world;
    this.#own = workspaceOfNode(node);
    this.#presence.begin(this.#own);
  }

  get shown(): unknown {
    const sessions = [...this.#sessions.values()];
    return { own: this.#own, served: sessions.map(({ workspace, waiting }) => ({ workspace, waiting })) };
  }

  ask({ workspace, request }: WorkspaceDesk["calls"]["ask"]["payload"], from: Ref): void {
    const asked = ownerRequestIn(request);
    const session = this.#servedBy(workspace).at(-1);
    if (asked === undefined)
      reply(from, { ok: false, code: "file_failed", message: "This is nothing that an owner can be asked." });
    else if (workspace === this.#own) spawn(() => answerFor(asked, workspace, from));
    else if (session === undefined || session.waiting >= workspaceAccessLimits.requestsMax)
      reply(from, awayFrom({ id: workspace, label: workspace }));
    else {
      session.ask(from, asked);
      this.#answerPolls(session);
    }
  }

  /** Undefined where the answer comes later. */
  serve(payload: unknown, from: Ref): ServeAnswer | undefined {
    const request = serveRequestIn(payload);
    if (typeof request === "string") return refused(request);
    const session = this.#sessionOf(request);
    if (typeof session === "string") return refused(session);
    const { pieces, seen, isLast } = request.answers;
    try {
      if (session.id === request.answers.session) this.#settle(session, session.take(pieces, seen));
    } catch (error) {
      if (!(error instanceof ChannelBroken)) throw error;
      this.#end(session);
      return refused(error.message);
    }
    if (isLast === true) this.#end(session);
    else if (request.waitMs > 0 && !session.hasPieces && session.id === request.answers.session) {
      this.#hold(session, from, request.waitMs);
      return undefined;
    }
    this.#isQuiet(session);
    return { ok: true, value: session.reply() };
  }

  hear(message: DeskMessage): void {
    if (message instanceof GroupMessage) {
      this.#presence.hear(message);
      return;
    }
    if (message.type === "tell") {
      this.#presence.tell(message);
      return;
    }
    const session = this.#sessions.get(message.session);
    if (session === undefined) return;
    if (message.type === "poll_over") this.#answerPolls(session);
    else if (message.type === "look" && this.#isAway(session)) this.#end(session);
  }

  #servedBy(workspace: string): readonly ServedSession<Ref>[] {
    return [...this.#sessions.values()].filter((session) => session.workspace === workspace);
  }

  #sessionOf({ workspace, answers }: ServeRequest): ServedSession<Ref> | string {
    const known = this.#sessions.get(answers.session ?? "");
    if (known?.workspace === workspace.id) return known;
    if (this.#sessions.size >= workspaceAccessLimits.sessionsMax)
      return `This node serves the files of ${this.#sessions.size} commands already. Ask another node.`;
    const id = Buffer.from(this.#world.random.bytes(12)).toString("base64url");
    const session = new ServedSession<Ref>(id, workspace.id, this.#world.clock.now());
    this.#sessions.set(id, session);
    this.#presence.begin(workspace.id);
    return session;
  }

  #hold(session: ServedSession<Ref>, from: Ref, waitMs: number): void {
    const timer = sendAfter(self(), { type: "poll_over", session: session.id } as never, waitMs);
    this.#polls.set(session.id, [...(this.#polls.get(session.id) ?? []), { from, timer }]);
    session.quietSinceMs = undefined;
  }

  #answerPolls(session: ServedSession<Ref>): void {
    const polls = this.#polls.get(session.id) ?? [];
    if (polls.length === 0) return;
    this.#polls.delete(session.id);
    for (const { from, timer } of polls) {
      cancelTimer(timer);
      reply(from, { ok: true, value: session.reply() } satisfies ServeAnswer);
    }
    this.#isQuiet(session);
  }

  /** Unless one of its polls waits, the command is to be heard of again soon. */
  #isQuiet(session: ServedSession<Ref>): void {
    if ((this.#polls.get(session.id) ?? []).length > 0) return;
    session.quietSinceMs = this.#world.clock.now();
    sendAfter(self(), { type: "look", session: session.id } as never, workspaceAccessLimits.silenceMs);
  }

  #isAway({ quietSinceMs }: ServedSession<Ref>): boolean {
    const { silenceMs } = workspaceAccessLimits;
    return quietSinceMs !== undefined && this.#world.clock.now() - quietSinceMs >= silenceMs;
  }

  #settle({ workspace }: ServedSession<Ref>, answered: readonly Answered<Ref>[]): void {
    const away = awayFrom({ id: workspace, label: workspace });
    for (const { asker, answer } of answered) reply(asker, answer ?? away);
  }

  #end(session: ServedSession<Ref>): void {
    this.#sessions.delete(session.id);
    this.#settle(session, session.end());
    this.#answerPolls(session);
    if (this.#servedBy(session.workspace).length === 0) this.#presence.end(session.workspace);
  }
}

function refused(message: string): ServeAnswer {
  return { ok: false, code: "bad_run", message };
}

/** Times that the reader may be lost under one request: it is started again in milliseconds. */
const readerLossesMax = 10;

async function answerFor(request: OwnerRequest, workspace: string, from: Ref): Promise<void> {
  for (let losses = 1; losses <= readerLossesMax; losses += 1) {
    try {
      reply(from, await answered(request));
      return;
    } catch {
      await sleep(retryDelayMs(losses));
    }
  }
  reply(from, awayFrom({ id: workspace, label: workspace }));
}

function answered(request: OwnerRequest): Promise<OwnerAnswer> {
  if (request.what === "context") return askContext(request.question, true);
  if (request.what === "verify") return askVerifier(request.question);
  return call(readerAt, "ask", request, { timeoutMs: workspaceAccessLimits.askMs });
}
