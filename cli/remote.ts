// A way to a node for as long as one command needs it, with a deadline on everything that is asked.
import type { InspectAnswer } from "../actors/control/protocol.ts";
import type { Questions, ReportName, Reports } from "../actors/control/reports.ts";
import { AiexError } from "../runtime/errors.ts";
import type { RemoteConnection, RemoteTarget } from "../supervisors/remote/connection.ts";
import type { Asking } from "./asking.ts";
import { showNotice } from "./failure.ts";
import type { Host, Remotes } from "./host.ts";
import { answerGraceMs, openDeadlineMs, stopDeadlineMs } from "./limits.ts";
import { numberValue, optionValue } from "./parse.ts";
import { timeText } from "./time-span.ts";

/** A connection, with the node that is meant and the deadline of one request. */
export interface Reached {
  readonly remote: RemoteConnection;
  /** The node that is asked: the one that was named, else the one that was found. */
  readonly node: string;
  readonly timeoutMs: number;
}

/** Nothing came back in time from whoever was asked. */
export class NoAnswerInTime extends AiexError {
  readonly code = "timeout";
  constructor(what: string, timeoutMs: number) {
    super(
      `${what} took longer than ${timeText(timeoutMs)}. Give it more time with --timeout, or see with \`aiex cluster health\` what keeps it.`,
      { details: { what, timeoutMs }, retryable: true },
    );
  }
}

/** Reads the configuration and shows what it warns of. */
export async function readRemotes({ host, interruption }: Asking): Promise<Remotes> {
  const remotes = await interruption.orInterrupted(host.remotes());
  for (const warning of remotes.warnings) await showNotice(`Warning: ${warning}`, host);
  return remotes;
}

/**
 * Connects for `use` to `node`, or to what the options and the configuration say; where the cluster is meant, to `anyMember` of
 * it. Whatever happens, it lets go before this settles.
 */
export async function withRemote<Result>(
  asking: Asking,
  node: string | undefined,
  use: (reached: Reached) => Promise<Result>,
  { anyMember }: Pick<RemoteTarget, "anyMember"> = {},
): Promise<Result> {
  const { parsed } = asking;
  const url = optionValue(parsed, "nats");
  const credentials = optionValue(parsed, "credentials");
  return connected(
    asking,
    await readRemotes(asking),
    {
      ...(node === undefined ? {} : { node }),
      ...(url === undefined ? {} : { url }),
      ...(credentials === undefined ? {} : { credentials }),
      ...(anyMember === undefined ? {} : { anyMember }),
    },
    use,
  );
}

/** As `withRemote`, to exactly what `to` says. */
export async function connected<Result>(
  { parsed, host, interruption }: Asking,
  remotes: Remotes,
  to: RemoteTarget,
  use: (reached: Reached) => Promise<Result>,
): Promise<Result> {
  const timeoutMs = numberValue(parsed, "timeout") ?? openDeadlineMs;
  const remote = await opened({ host, interruption }, remotes.open(to), timeoutMs);
  try {
    return await interruption.orInterrupted(use({ remote, node: remote.entry, timeoutMs }));
  } finally {
    await closed(host, remote);
  }
}

interface Closable {
  close(): Promise<void>;
}

/** What is being opened, within a deadline of at least `openDeadlineMs`. @throws {NoAnswerInTime}; what `opening` rejects with */
export function opened<Opened extends Closable>(
  { host, interruption }: Pick<Asking, "host" | "interruption">,
  opening: Promise<Opened>,
  timeoutMs: number,
): Promise<Opened> {
  const deadlineMs = Math.max(timeoutMs, openDeadlineMs);
  return interruption.orInterrupted(
    within(host, opening, deadlineMs, "Connecting").catch((error: unknown) => {
      // Whatever it still becomes, nobody waits for it.
      opening.then((late) => late.close()).catch(() => undefined);
      throw error;
    }),
  );
}

/** A result is not lost to a bad ending. */
export async function closed(host: Host, open: Closable): Promise<void> {
  await within(host, open.close(), stopDeadlineMs, "Letting go").catch(() => undefined);
}

/** Asks the node that is meant, or `node`, one thing about itself. */
export async function inspected<W extends ReportName>(
  host: Host,
  { remote, node, timeoutMs }: Reached,
  what: W,
  question: Questions[W],
): Promise<Reports[W]> {
  const asked = remote.control(node, "inspect", { what, ...question } as never, timeoutMs);
  const answer: InspectAnswer = await within(host, asked, timeoutMs + answerGraceMs, `Asking ${node}`);
  return answer.report as Reports[W];
}

/** `work`, or a rejection with `NoAnswerInTime`. */
export function within<T>(host: Host, work: Promise<T>, timeoutMs: number, what: string): Promise<T> {
  const { timers } = host.world;
  return new Promise((resolve, reject) => {
    const timer = timers.set(timeoutMs, () => reject(new NoAnswerInTime(what, timeoutMs)));
    work.then(resolve, reject).finally(() => timers.clear(timer));
  });
}
