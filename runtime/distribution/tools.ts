// What nodes take from tools, such as commands of a person: messages and calls. The rest is refused, and said so where somebody waits.
import { type Signal, signalKinds } from "../wire/frame.ts";

/** Names that begin so belong to commands. */
const toolPrefix = "cli-";

/** Whoever speaks under such a name is a tool, whatever it says: it is all that a person's credentials allow. */
export function isToolName(name: string): boolean {
  return name.startsWith(toolPrefix);
}

const toolKinds: ReadonlySet<number> = new Set([
  signalKinds.send,
  signalKinds.cast,
  signalKinds.call,
  signalKinds.reply,
  signalKinds.callFailed,
  signalKinds.abandon,
  signalKinds.fragment,
]);

/** True for a signal that is taken from a node that is hidden. */
export function isForTools(signal: Signal): boolean {
  return toolKinds.has(signal[0]);
}

/** The answer to a signal that is not taken; undefined where nobody waits for one. `node` is the one that refuses. */
export function refusalFor(signal: Signal, node: string): Signal | undefined {
  const message = `Node "${node}" takes messages and calls from tools, and nothing else. Ask a process there to do it, by a call.`;
  switch (signal[0]) {
    case signalKinds.spawn:
      return [
        signalKinds.spawnFailed,
        0,
        signal[2],
        { code: "misuse", message, reason: { denied: message } },
      ];
    case signalKinds.stop:
      return [signalKinds.callFailed, 0, signal[3], { kind: "exited", reason: { denied: message } }];
    case signalKinds.monitor:
      return [signalKinds.down, 0, signal[1], signal[3], { denied: message }];
    case signalKinds.link:
      return [signalKinds.linkExit, signal[2], signal[1], { denied: message }];
    default:
      return undefined;
  }
}
