// Attached shells as a tree: the shells under a supervisor of their own, and the server that listens for those who want one.
import type { Carrier, CarrierSubscription, Incoming } from "../../runtime/carrier.ts";
import {
  child,
  dynamicSupervisor,
  named,
  noReply,
  ok,
  type SupervisorLogic,
  self,
  server,
  startChild,
  supervisor,
  tellEvent,
} from "../../runtime/index.ts";
import { LocalValue } from "../../runtime/process/data.ts";
import { auditFile } from "./audit.ts";
import { attachEvents } from "./events.ts";
import {
  encodeFrame,
  encodeJson,
  type OpenAnswer,
  type OpenRequest,
  openWord,
  readClientFrame,
  readOpenRequest,
} from "./frames.ts";
import { Gate } from "./gate.ts";
import { attachLimits as limits } from "./limits.ts";
import type { AttachOptions } from "./options.ts";
import { ProgramGuard } from "./program-guard.ts";
import { attachSession, sessionName } from "./session-process.ts";

export type { AttachOptions } from "./options.ts";

/** The names that the processes of attached shells hold. */
export const attachNames = { sessions: "attach.sessions", server: "attach" } as const;

interface Asked {
  readonly carrier: Carrier;
  readonly from: string;
  /** Undefined where the request could not be read. */
  readonly request: OpenRequest | undefined;
  readonly respond: (payload: Uint8Array) => void;
}

/** The protocol of the server, for `named<AttachServer>("attach")`. */
export interface AttachServer {
  readonly calls: Record<never, never>;
  readonly casts: {
    /** Has shells come over this carrier too. */
    readonly add_carrier: LocalValue<Carrier>;
    readonly asked: LocalValue<Asked>;
  };
  readonly messages: { readonly type: string };
}

/** Shells outlive the server that opened them, and none is started again: one_for_one. */
export function attachTree(options: AttachOptions): SupervisorLogic {
  const sessions = dynamicSupervisor(attachNames.sessions, { maxChildren: limits.sessionsMax });
  return supervisor(attachNames.server, {
    strategy: "one_for_one",
    children: [
      child(sessions, { name: attachNames.sessions }),
      child(attachServer(options), { name: attachNames.server, trapExit: true }),
    ],
  });
}

function attachServer(options: AttachOptions) {
  const { node, auditPath } = options;
  const { files, clock } = node.world;
  const audit = auditFile(files, clock, auditPath);
  const guard = new ProgramGuard(options.program);
  const gate = new Gate(options);
  // Both outlive the server: where one was killed, nothing must come twice to the next, and nothing be missing.
  const carriers = new Set(options.carriers);
  const subscriptions = new Map<Carrier, CarrierSubscription>();
  const listen = (carrier: Carrier): void => {
    subscriptions.get(carrier)?.unsubscribe();
    const pattern = options.subjects.evaluationTo(node.name);
    subscriptions.set(
      carrier,
      carrier.subscribe(pattern, (incoming) => route(options, carrier, incoming)),
    );
  };
  const open = async ({ carrier, from, request, respond }: Asked): Promise<void> => {
    const session = hex(node.world.random.bytes(16));
    const answer = await grant(session, { carrier, from, request, respond });
    const { kind } = carrier;
    const mode = request?.mode ?? "evaluate";
    if (!answer.ok) tellEvent(attachEvents.shell_refused, { from, carrier: kind, code: answer.code });
    const [what, text] = answer.ok ? (["open", ""] as const) : (["refused", answer.code] as const);
    await audit
      .note({ what, node: node.name, session, from, carrier: kind, mode, text })
      .catch(() => undefined);
    respond(encodeJson(answer));
  };
  const grant = async (session: string, { carrier, from, request }: Asked): Promise<OpenAnswer> => {
    const refusal = gate.refusal(from, carrier.kind, request);
    if (refusal !== undefined || request === undefined) return refusal ?? Gate.malformed;
    const line = { carrier, subject: options.subjects.evaluation(node.name, from, session) };
    const { terminalColumnsMin: least, terminalColumnsMax: most } = limits;
    const columns = Math.max(least, Math.min(request.columns, most));
    const input = new LocalValue({ session, from, mode: request.mode, columns, line, options, audit, guard });
    const spec = child(attachSession, {
      id: session,
      name: sessionName(session),
      input,
      restart: "temporary",
    });
    const started = await startChild(named(attachNames.sessions), spec);
    if (started.ok) return { ok: true, session, node: node.name, incarnation: self().incarnation };
    if (started.error === "max_children") return Gate.full;
    return {
      ok: false,
      code: "failed",
      text: `The shell did not start: ${started.error}. See the log of the node.`,
    };
  };
  return server("attach", {
    init: () => {
      for (const carrier of carriers) listen(carrier);
      return ok({});
    },
    casts: {
      // Other nodes and tools may send to any process: only what cannot travel was said on this node.
      add_carrier: (state, carrier: LocalValue<Carrier>) => {
        if (!(carrier instanceof LocalValue)) return noReply(state);
        carriers.add(carrier.value);
        listen(carrier.value);
        return noReply(state);
      },
      asked: async (state, asked: LocalValue<Asked>) => {
        if (asked instanceof LocalValue) await open(asked.value);
        return noReply(state);
      },
    },
    terminate: () => {
      for (const subscription of subscriptions.values()) subscription.unsubscribe();
      subscriptions.clear();
    },
  });
}

/** Hands what came to its shell, or to the server where somebody asks for one. Runs on behalf of nobody. */
function route(
  { node, subjects }: AttachOptions,
  carrier: Carrier,
  { subject, payload, respond }: Incoming,
): void {
  const parsed = subjects.parse(subject);
  if (parsed?.kind !== "eval") return;
  const { from, sid } = parsed;
  if (sid === openWord) {
    const server = named<AttachServer>(attachNames.server);
    const request = readOpenRequest(payload);
    if (respond !== undefined)
      node.cast(server, "asked", new LocalValue({ carrier, from, request, respond }));
    return;
  }
  const frame = readClientFrame(payload);
  if (frame === undefined) return;
  const name = sessionName(sid);
  if (node.whereis(name) !== undefined) {
    node.cast(named(name), "frame" as never, new LocalValue({ carrier, from, ...frame }) as never);
    return;
  }
  const text = "There is no such shell here: it has ended, or the node has been started again.";
  const head = { seq: frame.head.ack + 1, ack: frame.head.seq, isBeat: false };
  if (frame.message?.op !== "close")
    carrier.publish(
      subjects.evaluation(node.name, from, sid),
      encodeFrame(head, { op: "closed", why: "unknown", text }),
    );
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
