// One change of a table that waits for its transaction: it runs in it, and is told once that has ended.
import { AiexError } from "../../errors.ts";
import type { OrderedTable } from "./ordered-table.ts";

type Outcome<Result> =
  | { readonly kind: "done"; readonly result: Result }
  | { readonly kind: "refused"; readonly why: AiexError };

export class PendingChange<Result> {
  /** About how much it writes. */
  readonly bytes: number;
  readonly answer: Promise<Result>;
  readonly #work: (table: OrderedTable) => Result;
  #resolve: (result: Result) => void = () => {};
  #reject: (why: unknown) => void = () => {};
  #outcome: Outcome<Result> | undefined;

  constructor(bytes: number, work: (table: OrderedTable) => Result) {
    this.bytes = bytes;
    this.#work = work;
    this.answer = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** What is thrown ends the transaction, but for an `AiexError`: that is this change's own answer. */
  run(table: OrderedTable): void {
    try {
      this.#outcome = { kind: "done", result: this.#work(table) };
    } catch (error) {
      if (!(error instanceof AiexError)) throw error;
      this.#outcome = { kind: "refused", why: error };
    }
  }

  /** The transaction lasts. */
  settle(): void {
    if (this.#outcome?.kind === "done") this.#resolve(this.#outcome.result);
    else this.#reject(this.#outcome?.why);
  }

  /** There was none. */
  fail(failure: AiexError): void {
    this.#reject(this.#outcome?.kind === "refused" ? this.#outcome.why : failure);
  }
}
