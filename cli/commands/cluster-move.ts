// `aiex cluster move`: has another node own a placed child, and waits until it runs there.
import type { PlacedRow, Reports } from "../../actors/control/reports.ts";
import { printable } from "../../actors/rendering/printable.ts";
import { AiexError } from "../../runtime/errors.ts";
import { isCalled } from "../../supervisors/remote/choice.ts";
import type { Asking } from "../asking.ts";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import { answerGraceMs } from "../limits.ts";
import { nearText } from "../near-names.ts";
import { optionValue } from "../parse.ts";
import { inspected, type Reached, within, withRemote } from "../remote.ts";
import { millisecondsText } from "../render/amounts.ts";
import { renderJson } from "../render/json.ts";
import { nodeNamed } from "../target.ts";
import { terminalOf } from "../terminal.ts";
import { UsageError } from "../usage.ts";

type Owned = Reports["ownership"];

class NoSuchChild extends AiexError {
  readonly code = "unknown_child";
}

class NoSuchNode extends AiexError {
  readonly code = "unknown_node";
}

export async function clusterMove(asking: Asking): Promise<ExitCode> {
  const [child = "", word = ""] = asking.parsed.arguments;
  if (!/^[^/]+\/./.test(child)) {
    throw new UsageError(
      `${JSON.stringify(child.slice(0, nameCharactersShown))} is no placed child. Give it as SUPERVISOR/ID, as \`aiex cluster status\` names it.`,
      topic,
    );
  }
  const called = nodeNamed(word, topic);
  const use = (reached: Reached): Promise<ExitCode> => moved(asking, reached, child, called);
  return withRemote(asking, undefined, use, { anyMember: true });
}

async function moved(asking: Asking, reached: Reached, child: string, called: string): Promise<ExitCode> {
  const { host } = asking;
  const { remote, node: entry, timeoutMs } = reached;
  const before = await inspected(host, reached, "ownership", {});
  const from = childIn(before, child);
  if (from === undefined && before.cut.children === 0) throw noSuchChild(before, child);
  const to = nodeIn(before, called);
  const isThere = from !== undefined && from.node === to && from.phase === "running";
  if (!isThere) {
    const slash = child.indexOf("/");
    const { supervisor, id } = from ?? { supervisor: child.slice(0, slash), id: child.slice(slash + 1) };
    const asked = remote.control(entry, "move", { supervisor, id, node: to }, timeoutMs);
    await within(host, asked, timeoutMs + answerGraceMs, `Moving ${child} to ${to}`);
  }
  const now = isThere ? from : childIn(await inspected(host, reached, "ownership", {}), child);
  await tell(asking, { child, from: from?.node ?? null, to, now, isMoved: !isThere });
  return exitCodes.ok;
}

function childIn({ children }: Owned, child: string): PlacedRow | undefined {
  return children.find(({ supervisor, id }) => `${supervisor}/${id}` === child);
}

function noSuchChild({ children }: Owned, child: string): NoSuchChild {
  const names = children.map(({ supervisor, id }) => `${supervisor}/${id}`).sort();
  const known = nearText(child, names, "No child is placed in this cluster.");
  return new NoSuchChild(`There is no placed child "${child}". ${known}`);
}

/** The name of the node that is called so, maybe with its host. @throws {NoSuchNode} */
function nodeIn({ leases, cut }: Owned, called: string): string {
  const held = leases.filter(({ state }) => state === "held");
  const names = held.map(({ node }) => node).sort();
  if (cut.leases > 0 || names.includes(called)) return called;
  const found = held.filter(({ node, host }) => isCalled({ name: node, host }, called));
  const [first, second] = found.map(({ node }) => node);
  if (first !== undefined && second === undefined) return first;
  if (first !== undefined)
    throw new UsageError(`Several nodes are called "${called}", such as ${first} and ${second}.`, topic);
  const known = nearText(called, names, "No node of this cluster owns anything.");
  throw new NoSuchNode(`There is no node "${called}" that could own a child. ${known}`);
}

interface Outcome {
  readonly child: string;
  readonly from: string | null;
  readonly to: string;
  readonly now: PlacedRow | undefined;
  /** False where it ran there before. */
  readonly isMoved: boolean;
}

async function tell({ parsed, host }: Asking, { child, from, to, now, isMoved }: Outcome): Promise<void> {
  const epoch = now?.epoch ?? null;
  const tookMs = isMoved ? (now?.lastMove?.tookMs ?? null) : null;
  if (optionValue(parsed, "format") === "json") {
    const outcome = { child, from, to, epoch, tookMs, moved: isMoved };
    await host.stdout.write(renderJson({ schema: "aiex.cluster-moved/1", ...outcome }));
    return;
  }
  const came = from === null ? "" : ` from ${from}`;
  const facts = [
    ...(epoch === null ? [] : [`epoch ${epoch}`]),
    ...(tookMs === null ? [] : [millisecondsText(tookMs)]),
  ];
  const behind = facts.length === 0 ? "" : ` (${facts.join(", ")})`;
  const text = isMoved
    ? `${child} moved${came} to ${to}${behind}.`
    : `${child} runs on ${to} already${behind}.`;
  await host.stdout.write(`${printable(text, terminalOf(host.stdout, host.env, host.platform))}\n`);
}

const topic = "cluster move";

// Enough to recognize what was given.
const nameCharactersShown = 200;
