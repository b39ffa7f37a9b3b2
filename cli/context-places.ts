// Where a command asks about sessions: those of this machine's user, or those of a node.
import type {
  ContextOrder,
  ContextOrdered,
  ContextSessionReport,
  ContextSessionsReport,
  ContextStatusReport,
} from "../actors/control/context-shapes.ts";
import type { SessionChoice } from "../supervisors/sessions.ts";
import type { Asking } from "./asking.ts";
import { answerGraceMs } from "./limits.ts";
import { type Placement, placementBy, placementOf } from "./placement.ts";
import { inspected, type Reached, within, withRemote } from "./remote.ts";
import { readSettings } from "./settings.ts";

export interface ContextPlace {
  /** The node that is asked; null for this machine's user. */
  readonly node: string | null;
  status(): Promise<ContextStatusReport>;
  sessions(): Promise<ContextSessionsReport>;
  /** Which session is meant: that of a project is that of this machine's directory, wherever it is kept. */
  idOf(choice: SessionChoice): Promise<string>;
  /** What is in a session, so many entries at most; null where there is nothing. */
  show(id: string, limit: number): Promise<ContextSessionReport | null>;
  clear(id: string): Promise<boolean>;
}

/** @throws what connecting throws; what `use` throws */
export async function withContext<Result>(
  asking: Asking,
  use: (place: ContextPlace) => Promise<Result>,
): Promise<Result> {
  const { parsed, host, interruption } = asking;
  const settings = await readSettings(host, interruption);
  const own = await settings.sessions();
  const said = placementOf(parsed, host);
  const there = await meant();
  if (there !== undefined) {
    return withRemote(
      asking,
      there.node,
      (reached) => use({ ...remotePlace(asking, reached), idOf: (choice) => own.idOf(choice) }),
      there.node === undefined ? { anyMember: true } : {},
    );
  }
  return interruption.orInterrupted(
    use({
      node: null,
      status: () => own.status(),
      sessions: () => own.list(),
      idOf: (choice) => own.idOf(choice),
      show: (id, limit) => own.show(id, limit),
      clear: (id) => own.clear(id),
    }),
  );

  async function meant(): Promise<Pick<Placement, "node"> | undefined> {
    if (said === "here") return undefined;
    if (said !== undefined) return said;
    return parsed.options.has("nats") ? { node: undefined } : placementBy(await settings.connection());
  }
}

function remotePlace({ host }: Asking, reached: Reached): Omit<ContextPlace, "idOf"> {
  const { remote, node, timeoutMs } = reached;
  const ordered = (order: ContextOrder): Promise<ContextOrdered> =>
    within(
      host,
      remote.control(node, "context", order, timeoutMs),
      timeoutMs + answerGraceMs,
      `Asking ${node}`,
    );
  return {
    node,
    status: () => inspected(host, reached, "context_status", {}),
    sessions: () => inspected(host, reached, "context_sessions", {}),
    show: async (session, limit) => (await ordered({ what: "show", session, limit })).shown ?? null,
    clear: async (session) => (await ordered({ what: "clear", session })).known,
  };
}
