// `aiex attach --eval`: one evaluation for a script, its result on standard output, and an exit code.
import type { NodeMessage } from "../../actors/attach/frames.ts";
import { plainText } from "../../actors/rendering/printable.ts";
import { AiexError } from "../../runtime/errors.ts";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import { showNotice } from "../failure.ts";
import type { Host } from "../host.ts";
import { renderJson } from "../render/json.ts";
import { coloredValue } from "../render/value-colors.ts";
import { terminalOf } from "../terminal.ts";
import { timeText } from "../time-span.ts";
import { ShellUnreachable } from "./failures.ts";
import { terminalLimits as limits } from "./limits.ts";
import { type AttachPlace, type OpenOptions, RemoteShell } from "./remote-shell.ts";

export interface OneShotOptions extends OpenOptions {
  readonly host: Host;
  readonly text: string;
  readonly format: "text" | "json";
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** The evaluation did not come back in time, and neither did the node's word that it gave it up. */
class EvaluationLate extends AiexError {
  readonly code = "timeout";
  constructor(node: string, timeoutMs: number) {
    super(
      `Node ${node} said nothing for ${timeText(timeoutMs)}. A synchronous loop holds a node up and cannot be interrupted; it is told of when it ends. \`aiex cluster health\` says how others see the node.`,
      { details: { node, timeoutMs }, retryable: true },
    );
  }
}

interface Evaluated {
  readonly value: string;
  readonly failure: (NodeMessage & { readonly op: "error" }) | undefined;
  readonly isIncomplete: boolean;
  readonly heldUpMs: number;
}

/** @throws what `RemoteShell.open` throws; {EvaluationLate}; {ShellUnreachable} the shell was lost before there was a result */
export async function evaluateOnce(place: AttachPlace, options: OneShotOptions): Promise<ExitCode> {
  const { host, format } = options;
  const evaluated = await evaluate(place, options);
  const { heldUpMs } = evaluated;
  if (heldUpMs > 0)
    await showNotice(
      `The code held node ${place.node} up for ${timeText(heldUpMs)}: nothing else ran meanwhile.`,
      host,
    );
  if (format === "json") await host.stdout.write(jsonOf(place.node, evaluated));
  else await showText(evaluated, host);
  return exitCodeOf(evaluated);
}

async function evaluate(place: AttachPlace, options: OneShotOptions): Promise<Evaluated> {
  const { host, text, format, timeoutMs, signal, world } = options;
  const out = format === "json" ? host.stderr : host.stdout;
  const terminal = terminalOf(out, host.env, host.platform);
  let told: (evaluated: Evaluated) => void = () => undefined;
  let failed: (error: unknown) => void = () => undefined;
  const done = new Promise<Evaluated>((resolve, reject) => {
    told = resolve;
    failed = reject;
  });
  let value = "";
  let failure: Evaluated["failure"];
  let isIncomplete = false;
  const shell = await RemoteShell.open(place, options, {
    heard: (message) => {
      if (message.op === "output") void out.write(plainText(message.text, terminal));
      if (message.op === "value" && value.length < limits.resultCharactersMax) value += message.text;
      if (message.op === "error") failure = message;
      if (message.op === "more") isIncomplete = true;
      if (message.op === "done") told({ value, failure, isIncomplete, heldUpMs: message.heldUpMs });
    },
    ended: (_why, said) => failed(new ShellUnreachable(said)),
  });
  const give = (): void => shell.abandon("Given up.");
  signal.addEventListener("abort", give, { once: true });
  const late = (): void => failed(new EvaluationLate(place.node, timeoutMs + limits.deadlineGraceMs));
  const timer = world.timers.set(timeoutMs + limits.deadlineGraceMs, late);
  shell.evaluate(text, { json: format === "json", timeoutMs });
  try {
    return await done;
  } finally {
    world.timers.clear(timer);
    signal.removeEventListener("abort", give);
    await shell.leave();
  }
}

async function showText({ value, failure, isIncomplete }: Evaluated, host: Host): Promise<void> {
  if (failure !== undefined || isIncomplete) {
    const text = failure?.text ?? incomplete;
    await host.stderr.write(`${plainText(text, terminalOf(host.stderr, host.env, host.platform))}\n`);
    return;
  }
  const terminal = terminalOf(host.stdout, host.env, host.platform);
  // As of a statement, which has no result.
  if (value !== "undefined" && value !== "") await host.stdout.write(`${coloredValue(value, terminal)}\n`);
}

function jsonOf(node: string, { value, failure, isIncomplete }: Evaluated): string {
  const head = { schema: "aiex.attach/1", node };
  if (failure !== undefined)
    return renderJson({ ...head, ok: false, error: { kind: failure.kind, text: failure.text } });
  if (isIncomplete)
    return renderJson({ ...head, ok: false, error: { kind: "incomplete", text: incomplete } });
  return renderJson({ ...head, ok: true, value: JSON.parse(value) as unknown });
}

function exitCodeOf({ failure, isIncomplete }: Evaluated): ExitCode {
  if (failure === undefined) return isIncomplete ? exitCodes.failed : exitCodes.ok;
  return failure.kind === "deadline" ? exitCodes.deadline : exitCodes.failed;
}

const incomplete = "The code is not complete: a bracket or a quote is open at its end.";
