// What the rules of Erlang ask of a file: its tokens, its forms, and the arguments of calls.
import { argumentCount, type Clause, type Forms } from "./erlang-forms.ts";
import type { Token } from "./erlang-tokens.ts";

export class View {
  readonly tokens: readonly Token[];
  readonly forms: Forms;
  /** True where the file is a program of its own, which may end the node and print. */
  readonly isProgram: boolean;
  /** `name/arity` of the functions of the file. */
  readonly functions: ReadonlySet<string>;
  readonly isServer: boolean;
  readonly #clauseAt: (Clause | null)[];

  constructor(tokens: readonly Token[], forms: Forms, text: string) {
    this.tokens = tokens;
    this.forms = forms;
    this.functions = new Set(forms.clauses.map(({ name, arity }) => `${name}/${arity}`));
    this.isProgram = text.startsWith("#!") || this.functions.has("main/1");
    this.isServer = forms.attributes.some(
      ({ name, first, end }) =>
        /^behaviou?r$/.test(name) && this.holds(first, end, /^(gen_server|gen_statem|gen_event)$/),
    );
    this.#clauseAt = tokens.map(() => null);
    for (const clause of forms.clauses) this.#clauseAt.fill(clause, clause.first, clause.end);
  }

  text(index: number): string {
    return this.tokens[index]?.text ?? "";
  }

  /** The clause of a function around a token. */
  clause(index: number): Clause | null {
    return this.#clauseAt[index] ?? null;
  }

  /** True where one of the texts stands among the tokens from `first` to before `end`. */
  holds(first: number, end: number, texts: RegExp): boolean {
    for (let index = first; index < end; index++) if (texts.test(this.text(index))) return true;
    return false;
  }

  /** Number of arguments of the call whose opening bracket is at `open`; -1 where that does not close. */
  arity(open: number): number {
    const closed = this.forms.partner[open] ?? -1;
    return closed < 0 ? -1 : argumentCount(this.tokens, open, closed, this.forms.around);
  }

  /** The first and the last but one index of the nth argument, from 1. */
  argument(open: number, nth: number): readonly [first: number, end: number] {
    const closed = this.forms.partner[open] ?? open;
    let first = open + 1;
    let seen = 1;
    for (let index = first; index < closed; index++) {
      if (this.forms.around[index] !== open || this.text(index) !== ",") continue;
      if (seen === nth) return [first, index];
      seen += 1;
      first = index + 1;
    }
    return seen === nth ? [first, closed] : [closed, closed];
  }

  /** The end of the expression that a token stands in. */
  expressionEnd(index: number): number {
    const level = this.forms.around[index];
    let at = index;
    while (at < this.tokens.length && at < index + expressionTokensMax) {
      const partner = this.forms.partner[at] ?? -1;
      if (partner > at) at = partner;
      else if (
        partner >= 0 ||
        (this.forms.around[at] === level && /^(,|;|\.|->|end|of)$/.test(this.text(at)))
      )
        return at;
      at += 1;
    }
    return at;
  }

  /** True for a call in the body of a function: no head, no type, no remote call of another module. */
  isLocalCall(index: number): boolean {
    const clause = this.clause(index);
    const before = this.text(index - 1);
    return (
      clause !== null &&
      index > clause.first &&
      this.text(index + 1) === "(" &&
      !/^(:|fun|\?|#)$/.test(before)
    );
  }
}

/** No rule looks further; an expression of more is data. */
const expressionTokensMax = 200;
