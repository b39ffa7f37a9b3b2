// One request on its way: what the connection tells of its answer, as a promise of the answer. undici's own `request` makes a stream and
// more for each, which takes longer than all that is needed here.
import type { IncomingHttpHeaders } from "node:http";
import type { Dispatcher } from "undici";
import { ReceivedBody } from "./received-body.ts";
import type { Answer } from "./response.ts";

/** Sends a request, and gives its answer as soon as its headers are here. @throws what the signal was aborted with; what went wrong */
export function requested(
  dispatcher: Dispatcher,
  options: Dispatcher.DispatchOptions,
  signal: AbortSignal | undefined,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    dispatcher.dispatch(options, new Receiver(resolve, reject, signal));
  });
}

class Receiver implements Dispatcher.DispatchHandler {
  readonly #resolve: (answer: Answer) => void;
  readonly #reject: (reason: unknown) => void;
  readonly #signal: AbortSignal | undefined;
  readonly #giveUp = (): void => {
    const reason = this.#signal?.reason;
    // There may be no connection yet, of which nobody waits to hear.
    this.#reject(reason);
    this.#body?.fail(reason);
    this.#controller?.abort(reason);
  };
  #controller: Dispatcher.DispatchController | undefined;
  #body: ReceivedBody | undefined;

  constructor(
    resolve: (answer: Answer) => void,
    reject: (reason: unknown) => void,
    signal: AbortSignal | undefined,
  ) {
    this.#resolve = resolve;
    this.#reject = reject;
    this.#signal = signal;
    signal?.addEventListener("abort", this.#giveUp);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#signal?.aborted === true) controller.abort(this.#signal.reason);
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    statusCode: number,
    headers: IncomingHttpHeaders,
    statusText = "",
  ): void {
    // What is told before the answer, such as that it is being worked on.
    if (statusCode < 200) return;
    this.#body = new ReceivedBody(controller);
    this.#resolve({ statusCode, statusText, headers, body: this.#body });
  }

  onResponseData(_: Dispatcher.DispatchController, part: Buffer): void {
    this.#body?.push(part);
  }

  onResponseEnd(): void {
    this.#end();
    this.#body?.end();
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    this.#end();
    this.#reject(error);
    this.#body?.fail(error);
  }

  #end(): void {
    this.#signal?.removeEventListener("abort", this.#giveUp);
  }
}
