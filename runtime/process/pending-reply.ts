// A request that was sent and whose reply is asked for later: OTP's request ids.
import { abandonCall, type PendingCall } from "./calls.ts";
import { CallTimeout, Misuse } from "./failures.ts";
import { OwnedTimer } from "./owned-timer.ts";
import type { Process } from "./process.ts";

type Settled<R> = { readonly ok: true; readonly value: R } | { readonly ok: false; readonly error: Error };

export class PendingReply<R> {
  readonly #owner: Process;
  readonly #target: string;
  readonly #request: string;
  #call: PendingCall | undefined;
  #settled: Settled<R> | undefined;
  #waiters: ((settled: Settled<R>) => void)[] = [];

  private constructor(owner: Process, target: string, request: string) {
    this.#owner = owner;
    this.#target = target;
    this.#request = request;
  }

  static begin<R>(
    owner: Process,
    target: string,
    request: string,
    send: (resolve: (value: unknown) => void, reject: (error: Error) => void) => PendingCall | undefined,
  ): PendingReply<R> {
    const pending = new PendingReply<R>(owner, target, request);
    pending.#call = send(
      (value) => pending.#settle({ ok: true, value: value as R }),
      (error) => pending.#settle({ ok: false, error }),
    );
    return pending;
  }

  /** The outcome if there is one already (OTP: `check_response`). */
  check(): Settled<R> | undefined {
    return this.#settled;
  }

  /**
   * Waits for the reply; after `timeoutMs` the request goes on and can be waited for again (OTP: `wait_response`).
   * @throws {CallTimeout} it has not come yet; or as `call` does
   */
  wait(timeoutMs: number): Promise<R> {
    return this.#outcome(timeoutMs, false);
  }

  /** As `wait`, but a reply that comes after `timeoutMs` is dropped (OTP: `receive_response`). */
  receive(timeoutMs: number): Promise<R> {
    return this.#outcome(timeoutMs, true);
  }

  /** Gives the request up; its reply will be dropped, and whoever waits for it is told. */
  abandon(): void {
    this.#giveUp(
      new Misuse(
        `The request "${this.#request}" to ${this.#target} was given up, and its reply is dropped. Send it again to wait for an answer.`,
      ),
    );
  }

  #giveUp(error: Error): void {
    if (this.#settled !== undefined) return;
    if (this.#call !== undefined) abandonCall(this.#call);
    this.#settle({ ok: false, error });
  }

  #outcome(timeoutMs: number, abandons: boolean): Promise<R> {
    return new Promise((resolve, reject) => {
      const take = (settled: Settled<R>): void =>
        settled.ok ? resolve(settled.value) : reject(settled.error);
      if (this.#settled !== undefined) {
        take(this.#settled);
        return;
      }
      const waiter = (settled: Settled<R>): void => {
        deadline?.stop();
        take(settled);
      };
      this.#waiters.push(waiter);
      const late = (): void => {
        this.#waiters = this.#waiters.filter((other) => other !== waiter);
        const error = new CallTimeout(this.#target, this.#request, timeoutMs);
        reject(error);
        if (abandons) this.#giveUp(error);
      };
      const deadline =
        timeoutMs === Number.POSITIVE_INFINITY
          ? undefined
          : new OwnedTimer(this.#owner.kernel, this.#owner, timeoutMs, late);
    });
  }

  #settle(settled: Settled<R>): void {
    this.#settled = settled;
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const waiter of waiters) waiter(settled);
  }
}
