// One request of a command to a node, over whatever carrier leads there.
import { encodeRequest, openAnswer, relayedValue } from "../../actors/control/envelope.ts";
import type { ControlRequests, ControlVerb } from "../../actors/control/protocol.ts";
import type { Answer, Carrier } from "../../runtime/carrier.ts";
import { subjects } from "../../runtime/wire/subject.ts";
import { NodeUnreachable } from "./failures.ts";

export interface RequestWay {
  readonly carrier: Carrier;
  readonly cluster: string;
  /** In whose name it is asked. */
  readonly self: string;
}

/** One request over a carrier. @throws {ControlRefused}; {NodeUnreachable} */
export async function ask<V extends ControlVerb>(
  way: RequestWay,
  node: string,
  verb: V,
  request: ControlRequests[V]["asks"],
  timeoutMs: number,
): Promise<ControlRequests[V]["answers"]> {
  // The shapes of answers take longer to load than most nodes take to answer.
  const [answer, { readAnswer }] = await Promise.all([
    answered(way, node, verb, request, timeoutMs),
    import("../../actors/control/protocol.ts"),
  ]);
  return readAnswer(node, verb, answer);
}

/** Has the node of a socket do what a command cannot do itself, and gives what came of it. @throws as `ask` */
export async function relayed(
  way: RequestWay,
  gate: string,
  request: ControlRequests["relay"]["asks"],
  timeoutMs: number,
): Promise<unknown> {
  return relayedValue(gate, await answered(way, gate, "relay", request, timeoutMs));
}

async function answered(
  { carrier, cluster, self }: RequestWay,
  node: string,
  verb: ControlVerb,
  request: Readonly<Record<string, unknown>>,
  timeoutMs: number,
): Promise<unknown> {
  const subject = subjects(cluster).ctl(self, verb, node);
  const answer = await carrier.request(subject, encodeRequest(request), timeoutMs);
  if (answer.kind === "answer") return openAnswer(node, answer.payload);
  throw new NodeUnreachable(unanswered(answer.kind, node, carrier.place, timeoutMs));
}

function unanswered(
  kind: Exclude<Answer["kind"], "answer">,
  node: string,
  place: string,
  timeoutMs: number,
): string {
  switch (kind) {
    case "no_responders":
      return `There is no node "${node}" at ${place}. \`aiex cluster nodes\` and \`aiex node list\` name those that run.`;
    case "timeout":
      return `Node "${node}" did not answer within ${timeoutMs} ms. It may be busy or stuck: \`aiex cluster health\` says how others see it.`;
    case "disconnected":
      return `The line to ${place} was lost before node "${node}" answered. Try again.`;
  }
}
