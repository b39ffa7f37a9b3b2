// The desk of runs: takes runs on, says where each is read, and has them told, ended and gone on with. One on every node.
import {
  noReply,
  ok,
  type Ref,
  replyWith,
  type Supervisor,
  self,
  sendAfter,
  server,
  spawn,
} from "../../runtime/index.ts";
import type { World } from "../../runtime/world.ts";
import type { Operations } from "../pipeline/plan.ts";
import { DeskHomes, type DeskHomesOptions } from "./desk-homes.ts";
import { deskLimits } from "./desk-limits.ts";
import { DeskPages } from "./desk-pages.ts";
import { DeskParts } from "./desk-parts.ts";
import { type DeskPayload, DeskRequests } from "./desk-requests.ts";
import { DeskSweeps } from "./desk-sweeps.ts";
import { DeskVerbs } from "./desk-verbs.ts";
import type { RetentionRules } from "./retention.ts";
import { type PartsLeft, runDeskName } from "./run-desk-protocol.ts";

export interface RunDeskOptions extends DeskHomesOptions {
  readonly world: World;
  readonly node: string;
  /** What plans may want. */
  readonly operations: Operations;
  readonly rules: RetentionRules;
  /** Who has the processes that read. */
  readonly readers: Supervisor;
}

interface DeskState {
  readonly isDraining: boolean;
}

/**
 * Calls: those of `RunDesk`. Messages: `drain`, from when on this program takes no runs on for
 * itself; `PartsLeft`.
 */
export function runDesk(options: RunDeskOptions) {
  const { world, node, rules, readers } = options;
  const homes = new DeskHomes(options);
  const pages = new DeskPages(readers);
  const parts = new DeskParts({ world, node, homes, pages });
  const sweeps = new DeskSweeps({ world, homes, rules, parts });
  const verbs = new DeskVerbs({ ...options, homes, pages, parts, owe: (id) => sweeps.owe(id) });
  const requests = new DeskRequests(node);
  const sweepLater = (): void => void sendAfter(self(), { type: "sweep" } as never, deskLimits.sweepEveryMs);
  return server(runDeskName, {
    init: () => {
      sweepLater();
      return ok<DeskState>({ isDraining: false });
    },
    calls: {
      submit: async (state: DeskState, request: DeskPayload<"submit">, from: Ref) => {
        const isOwn = request.brief === true || homes.placed === undefined;
        if (state.isDraining && isOwn) {
          const message = `Node "${node}" ends, and takes nothing new. Ask another one.`;
          return replyWith({ ok: false, code: "draining", message } as const, state);
        }
        await requests.begin<"submit">(from, (answer) => verbs.submit(request, (id) => answer({ id })));
        return noReply(state);
      },
      fork: async (state: DeskState, request: DeskPayload<"fork">, from: Ref) => {
        await requests.begin<"fork">(from, (answer) => verbs.fork(request, (id) => answer({ id })));
        return noReply(state);
      },
      read: requests.answering<"read">((request) => verbs.read(request)),
      list: requests.answering<"list">(() => verbs.list()),
      find: requests.answering<"find">((request) => verbs.find(request)),
      cancel: requests.answering<"cancel">((request) => verbs.cancel(request)),
      resume: requests.answering<"resume">((request) => verbs.resume(request)),
      answer: requests.answering<"answer">((request) => verbs.answer(request)),
      cut_short: requests.answering<"cut_short">((request) => verbs.cutShort(request)),
      remove: requests.answering<"remove">((request) => verbs.remove(request)),
      blob: requests.answering<"blob">((request) => verbs.blob(request)),
    },
    info: async (state, message) => {
      if (message.type === "drain") return noReply({ isDraining: true });
      if (message.type === "parts_left") await spawn(() => parts.left(message as unknown as PartsLeft));
      if (message.type !== "sweep") return noReply(state);
      sweepLater();
      await spawn(() => sweeps.sweep());
      return noReply(state);
    },
  });
}
