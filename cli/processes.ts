// Speaks to processes of a node that runs, on behalf of `aiex send` and `aiex call`.
import { AiexError } from "../runtime/errors.ts";
import type { Address, Pid } from "../runtime/index.ts";
import type { Host } from "./host.ts";
import { answerGraceMs } from "./limits.ts";
import { nearText } from "./near-names.ts";
import { inspected, type Reached, within } from "./remote.ts";
import { type TargetWord, targetText } from "./target.ts";

/** Nobody has that name, or that pid. */
class NoSuchProcess extends AiexError {
  readonly code = "no_such_process";
}

/** The process that was called failed, or the call can never work. `details.code` says which. */
class CallFailed extends AiexError {
  readonly code = "call_failed";
}

/** The pid of `target`, as text. @throws {NoSuchProcess} */
export async function findProcess(host: Host, reached: Reached, target: TargetWord): Promise<string> {
  try {
    return (await inspected(host, reached, "process", { target: processText(target) })).pid;
  } catch (error) {
    throw await explained(host, reached, target, error);
  }
}

/** Resolves when the node has the message. */
export async function sendTo(
  host: Host,
  reached: Reached,
  target: TargetWord,
  message: object,
): Promise<void> {
  const { remote, node, timeoutMs } = reached;
  const what = `Sending to ${targetText(target)}`;
  if (remote.gate !== undefined) {
    const asked = { what: "send", to: node, target: processText(target), message } as const;
    const sent = remote.relay(asked, timeoutMs);
    await within(host, sent, timeoutMs + answerGraceMs, what);
    return;
  }
  const own = await within(host, remote.node(), timeoutMs, what);
  own.send(addressOf(target, node), message as never);
  // What comes after it is answered, by whatever: so it has arrived.
  const asked = own.tryCall({ name: nobody, node } as Address, "arrived", undefined, { timeoutMs });
  const answer = await within(host, asked, timeoutMs + answerGraceMs, what);
  if (!answer.ok && codeOf(answer.error) !== "noproc") throw answer.error;
}

/** The reply. @throws {NoSuchProcess}; {CallFailed}; {CallTimeout}; {NodeDown}; {Overload}; {ControlRefused} */
export async function callTo(
  host: Host,
  reached: Reached,
  target: TargetWord,
  type: string,
  payload: unknown,
): Promise<unknown> {
  const { remote, node, timeoutMs } = reached;
  const what = `Calling ${targetText(target)}`;
  const called = async (): Promise<unknown> => {
    // Over a socket the node behind it calls: nothing of the runtime is loaded for that.
    if (remote.gate !== undefined) {
      const asked = {
        what: "call",
        to: node,
        target: processText(target),
        type,
        payload,
        timeoutMs,
      } as const;
      return remote.relay(asked, timeoutMs + answerGraceMs);
    }
    const own = await remote.node();
    return own.call(addressOf(target, node), type, payload, { timeoutMs });
  };
  try {
    return await within(host, called(), timeoutMs + 2 * answerGraceMs, what);
  } catch (error) {
    throw await explained(host, reached, target, error);
  }
}

/** The failure in words for who typed the target. */
async function explained(host: Host, reached: Reached, target: TargetWord, error: unknown): Promise<unknown> {
  const code = codeOf(error);
  if (code === "noproc") return noSuchProcess(host, reached, target);
  if (!(error instanceof AiexError) || !failuresOfCalls.includes(code)) return error;
  return new CallFailed(error.message, { cause: error, details: { code } });
}

async function noSuchProcess(host: Host, reached: Reached, target: TargetWord): Promise<NoSuchProcess> {
  const { node } = reached;
  if (target.kind === "pid") {
    const gone = `There is no process ${targetText(target)}: it has ended, or its node was started anew since.`;
    return new NoSuchProcess(`${gone} \`aiex top ${node}\` lists those that run.`);
  }
  const nobody = `Nobody on node "${node}" has the name "${target.name}".`;
  const names = await namesOn(host, reached);
  const known = nearText(target.name, names, "No process there has a name.");
  return new NoSuchProcess(`${nobody} ${known}`);
}

/** None where the node does not tell: who asked for a name that is wrong is told that at least. */
async function namesOn(host: Host, reached: Reached): Promise<readonly string[]> {
  try {
    return (await inspected(host, reached, "names", {})).names.map(({ name }) => name);
  } catch {
    return [];
  }
}

function addressOf(target: TargetWord, node: string): Address {
  if (target.kind === "name") return { name: target.name, node } as Address;
  const { incarnation, id } = target;
  return { node: target.node, incarnation, id } as Pid;
}

/** As requests to a node carry it: the node itself is said beside it. */
function processText(target: TargetWord): string {
  return target.kind === "name" ? target.name : targetText(target);
}

function codeOf(error: unknown): string {
  return error instanceof AiexError ? error.code : "";
}

const failuresOfCalls: readonly string[] = ["callee_exited", "misuse", "calling_self", "failed"];

/** Nobody can register it: names are not empty elsewhere, and this is none of them. */
const nobody = "cli-nobody";
