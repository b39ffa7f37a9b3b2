// One request of a command to a node, over whatever carrier leads there.
import {
  type ControlRequests,
  type ControlVerb,
  decodeAnswer,
  encodeRequest,
} from "../../actors/control/protocol.ts";
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
  { carrier, cluster, self }: RequestWay,
  node: string,
  verb: V,
  request: ControlRequests[V]["asks"],
  timeoutMs: number,
): Promise<ControlRequests[V]["answers"]> {
  const answer = await carrier.request(
    subjects(cluster).ctl(self, verb, node),
    encodeRequest(request),
    timeoutMs,
  );
  if (answer.kind === "answer") return decodeAnswer(node, verb, answer.payload);
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
