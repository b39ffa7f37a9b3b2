// Does for a command of this machine what it cannot do itself: it reached this node by its socket, and wants another one.
import { subjects } from "../../runtime/wire/subject.ts";
import type { ControlledNode } from "./controlled-node.ts";
import { ControlRefused, encodeRequest, openAnswer } from "./envelope.ts";
import { controlLimits } from "./limits.ts";
import type { ControlRequests } from "./protocol.ts";
import { shownValue } from "./shown-value.ts";
import { addressOf } from "./target.ts";

type Relay = ControlRequests["relay"]["asks"];

/** Gives what came of it, as JSON can hold it. @throws what a call or a send throws; {ControlRefused} the other node refused, or is not there */
export async function relay(controlled: ControlledNode, asked: Relay): Promise<unknown> {
  const { node } = controlled;
  if (asked.what === "control") return relayControl(controlled, asked);
  const address = addressOf(asked.target, asked.to, node.name);
  if (asked.what === "send") {
    node.send(address, asked.message as never);
    return null;
  }
  const timeoutMs = asked.timeoutMs ?? controlLimits.requestTimeoutMs;
  return shownValue(await node.call(address, asked.type as never, asked.payload as never, { timeoutMs }));
}

async function relayControl(
  controlled: ControlledNode,
  {
    to,
    verb,
    request,
    timeoutMs = controlLimits.requestTimeoutMs,
  }: Extract<Relay, { readonly what: "control" }>,
): Promise<unknown> {
  const { node, cluster } = controlled;
  const subject = subjects(cluster).ctl(node.name, verb, to);
  const payload = encodeRequest(request);
  // What leads to this node's own commands leads to no other node.
  const ways = controlled.carriers().filter(({ kind, state }) => kind !== "socket" && state === "connected");
  for (const way of ways) {
    const answer = await way.request(subject, payload, timeoutMs);
    if (answer.kind === "answer") return openAnswer(to, answer.payload);
  }
  const why =
    ways.length === 0
      ? `it is in no cluster: start it with --nats URL, or use \`aiex cluster join ${node.name}\`.`
      : "that one does not answer: `aiex cluster nodes` lists who is there.";
  throw new ControlRefused(node.name, "node_unreachable", `Node "${node.name}" cannot reach "${to}"; ${why}`);
}
