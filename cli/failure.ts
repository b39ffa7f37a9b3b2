// Shows any error to a person: what happened and what to do, and never a stack unless AIEX_DEBUG=1 asks for it.
import { AiexError } from "../runtime/errors.ts";
import { sanitizeText, toAscii } from "../runtime/observe/sanitize.ts";
import { type ExitCode, exitCodeOf, exitCodes } from "./exit-codes.ts";
import type { TextOutput } from "./host.ts";
import { type Environment, paint, type Terminal, terminalOf } from "./terminal.ts";
import { UsageError } from "./usage.ts";
import { version } from "./version.ts";

export interface Shown {
  readonly stderr: TextOutput;
  readonly env: Environment;
  readonly platform: string;
}

/** Prints `error` on stderr and gives the exit code that belongs to it. */
export async function showFailure(error: unknown, { stderr, env, platform }: Shown): Promise<ExitCode> {
  const terminal = terminalOf(stderr, env, platform);
  await stderr.write(failureText(error, terminal, env.AIEX_DEBUG === "1"));
  return exitCodeOf(error);
}

/** A line for stderr that is no error: a warning, or how a gate ended. */
export async function showNotice(text: string, { stderr, env, platform }: Shown): Promise<void> {
  const terminal = terminalOf(stderr, env, platform);
  await stderr.write(`${fitted(text, terminal)}\n`);
}

function failureText(error: unknown, terminal: Terminal, isDebugging: boolean): string {
  const lines = [`${paint(terminal, "red", "Error:")} ${fitted(messageOf(error), terminal)}`];
  const hint = hintFor(error, isDebugging);
  if (hint !== undefined) lines.push(hint);
  if (isDebugging && error instanceof Error) lines.push(fitted(stackOf(error), terminal));
  return `${lines.join("\n")}\n`;
}

function messageOf(error: unknown): string {
  if (error instanceof AiexError) return error.message;
  if (error instanceof Error)
    return error.name === "Error" ? error.message : `${error.name}: ${error.message}`;
  return `Something that is no error was thrown: ${String(error)}`;
}

function hintFor(error: unknown, isDebugging: boolean): string | undefined {
  if (error instanceof UsageError) {
    return `Run \`${["aiex help", error.helpTopic].join(" ").trim()}\` to see how it is used.`;
  }
  if (exitCodeOf(error) !== exitCodes.internal) return undefined;
  const again = isDebugging ? "this output" : "the output of the same command with AIEX_DEBUG=1";
  return `This is a fault in aiex ${version}, not in what you gave it. Please report it with ${again}.`;
}

/** The stack of the error and of what caused it. */
function stackOf(error: Error): string {
  const stacks: string[] = [];
  let current: unknown = error;
  while (current instanceof Error && stacks.length < causesShownMax) {
    stacks.push(current.stack ?? `${current.name}: ${current.message}`);
    current = current.cause;
  }
  return stacks.join("\nCaused by ");
}

function fitted(text: string, terminal: Terminal): string {
  const safe = sanitizeText(text);
  return terminal.unicode ? safe : toAscii(safe);
}

// A chain of causes may lead in a circle.
const causesShownMax = 10;
