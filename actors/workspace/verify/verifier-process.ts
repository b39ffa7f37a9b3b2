// The verifier of a node as a supervised process: what it runs ends with it.
import {
  call,
  named,
  noReply,
  ok,
  type ProtocolOf,
  type Ref,
  reply,
  server,
  spawn,
} from "../../../runtime/index.ts";
import { currentProcess } from "../../../runtime/process/current.ts";
import { workspaceAccessLimits } from "../limits.ts";
import type { VerifyAnswer, VerifyQuestion } from "./question.ts";
import { Verifier, type VerifierOptions } from "./verifier.ts";

export const verifierName = "workspace.verifier";

type VerifierProtocol = ProtocolOf<ReturnType<typeof workspaceVerifier>>;

const verifierAt = named<VerifierProtocol>(verifierName);

/** Defines it. Calls: `ask`. It stands under the name `workspace.verifier`. */
export function workspaceVerifier(options: VerifierOptions) {
  return server(verifierName, {
    init: () => {
      const verifier = new Verifier(options);
      const process = currentProcess();
      process.releases ??= new Set();
      process.releases.add(() => verifier.stop());
      return ok(verifier);
    },
    calls: {
      // A command takes its time, and others ask meanwhile.
      ask: (verifier: Verifier, question: VerifyQuestion, from: Ref) => {
        spawn(async () => reply(from, await verifier.answer(question)));
        return noReply(verifier);
      },
    },
    info: (verifier) => noReply(verifier),
  });
}

/** Asks that of this program. For processes. @throws what `call` throws */
export function askVerifier(question: VerifyQuestion): Promise<VerifyAnswer> {
  return call(verifierAt, "ask", question, { timeoutMs: workspaceAccessLimits.askMs });
}
