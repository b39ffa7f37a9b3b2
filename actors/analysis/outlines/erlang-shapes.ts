// The shapes of Erlang code that the rules ask for beyond a row of tokens.
import type { View } from "./erlang-view.ts";

const placeholder =
  /example|sample|placeholder|change_?me|your|dummy|fake|mock|test|redacted|todo|xxx|\*\*\*|:\/\/|^"[./]|[${}<>[\]()~]|password|secret/i;
const callbacks = /^(handle_call|handle_cast|handle_info|handle_event|handle_continue)$/;

export function isOf(view: View, at: number, module: string): boolean {
  return view.text(at - 1) === ":" && view.text(at - 2) === module && view.clause(at) !== null;
}

/** `os:cmd(` or `open_port({spawn, ` in a body. */
export function isShellCall(view: View, at: number): boolean {
  if (view.text(at) === "cmd") return isOf(view, at, "os");
  const isCall = view.isLocalCall(at) || isOf(view, at, "erlang");
  return isCall && view.text(at + 2) === "{" && view.text(at + 3) === "spawn" && view.text(at + 4) === ",";
}

/** The command of a shell call is put together in it, or in the variable of the same clause that it names. */
export function isCommandPutTogether(view: View, at: number): boolean {
  const [first, end] = view.text(at) === "cmd" ? view.argument(at + 1, 1) : view.argument(at + 2, 2);
  if (end !== first + 1) return isPutTogether(view, first, end);
  const from = Math.max(view.clause(at)?.body ?? at, at - bindingTokensMax);
  for (let index = at - 1; index >= from; index--) {
    if (view.text(index) !== view.text(first) || view.text(index + 1) !== "=") continue;
    return isPutTogether(view, index + 2, view.expressionEnd(index + 2));
  }
  return false;
}

/** Tokens between a variable and its use that are looked at: a page of code. */
const bindingTokensMax = 1_000;

/** `"rm " ++ Name` or `io_lib:format("rm ~s", [Name])`. */
function isPutTogether(view: View, first: number, end: number): boolean {
  const isFormatted =
    view.text(first) === "io_lib" || (view.text(first) === "lists" && view.text(first + 2) !== "reverse");
  const isJoined = view.holds(first, end, /^\+\+$/);
  return (isFormatted || isJoined) && view.holds(first, end, /^[\p{Lu}]/u);
}

/** A list that is written out and has no `safe`. */
export function isPlainList(view: View, first: number, end: number): boolean {
  return view.text(first) === "[" && !view.holds(first, end, /^(safe|[\p{Lu}_].*)$/u);
}

export function isInBody(view: View, at: number): boolean {
  const clause = view.clause(at);
  return clause === null || at >= clause.body;
}

export function isSecretText(view: View, at: number): boolean {
  const token = view.tokens[at];
  if (token?.kind !== "string" || !/^"[!-~]{8,}"$/.test(token.text)) return false;
  return /[0-9]/.test(token.text) && /[A-Za-z]/.test(token.text) && !placeholder.test(token.text);
}

export function holdsRandom(view: View, first: number): boolean {
  const end = view.expressionEnd(first);
  for (let index = first; index < end; index++) {
    if (/^(rand|random)$/.test(view.text(index)) && view.text(index + 1) === ":") return true;
  }
  return false;
}

/** `catch` in front of an expression, and not the part of a `try`. */
export function isOldCatch(view: View, at: number): boolean {
  const around = view.text(view.forms.around[at] ?? -1);
  const clause = view.clause(at);
  return (
    clause !== null &&
    at >= clause.body - 1 &&
    around !== "try" &&
    /^(->|,|=|\(|of|case|begin|;)$/.test(view.text(at - 1))
  );
}

/** A literal without a word of what happened, as the only thing of a clause of `catch`. */
export function isBlandResult(view: View, at: number): boolean {
  if (/^(ok|undefined|true|false|ignore|none|nil|0|"")$/.test(view.text(at))) {
    return /^(end|;|after)$/.test(view.text(at + 1));
  }
  const open = view.text(at) === "#" ? at + 1 : at;
  const isEmpty = /^([[{]|<<)$/.test(view.text(open)) && view.forms.partner[open] === open + 1;
  return isEmpty && /^(end|;|after)$/.test(view.text(open + 2));
}

export function isDebugOutput(view: View, at: number): boolean {
  const called = `${view.text(at)}:${view.text(at + 2)}`;
  if (view.clause(at) === null || view.isProgram) return false;
  if (called === "erlang:display") return true;
  return called === "io:format" && /^"\W*(debug|xxx|here|got)\b/i.test(view.text(at + 4));
}

/** The left side of `++` in an argument of a call of the function itself, and one of its parameters. */
export function isAccumulator(view: View, at: number): boolean {
  const clause = view.clause(at);
  const open = view.forms.around[at] ?? -1;
  if (clause === null || at < clause.body || view.text(open) !== "(") return false;
  const isArgument =
    /^[(,]$/.test(view.text(at - 1)) && view.text(open - 1) === clause.name && view.text(open - 2) !== ":";
  return (
    isArgument &&
    view.holds(
      clause.first,
      Math.min(clause.body, clause.first + headTokensMax),
      new RegExp(`^${view.text(at)}$`),
    )
  );
}

/** Enough for any head that is written by hand. */
const headTokensMax = 200;

export function isDictionaryCall(view: View, at: number): boolean {
  if (view.arity(at + 1) !== 2) return false;
  if (isOf(view, at, "erlang")) return true;
  return view.isLocalCall(at) && !view.functions.has("put/2");
}

export function isInCallback(view: View, at: number): boolean {
  const name = view.clause(at)?.name ?? "";
  if (!callbacks.test(name) || view.text(view.forms.around[at] ?? -1) === "fun") return false;
  return view.isServer;
}

export function hasAfter(view: View, at: number): boolean {
  const end = view.forms.partner[at] ?? at;
  for (let index = at + 1; index < end; index++) {
    if (view.text(index) === "after" && view.forms.around[index] === at) return true;
  }
  return false;
}

/** A call whose result nothing takes, and that is not the last one of its clause. */
export function isDropped(view: View, at: number): boolean {
  const closed = view.forms.partner[at + 1] ?? -1;
  const isStatement = /^(->|,)$/.test(view.text(at - 1)) && view.text(closed + 1) === ",";
  const around = view.text(view.forms.around[at] ?? -1);
  return closed > 0 && view.isLocalCall(at) && isStatement && !/^(\(|\[|\{|<<)$/.test(around);
}
