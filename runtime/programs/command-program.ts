// Runs one command and stands guard over it, as a program of its own that leads the process group of the command: whatever
// happens to who wanted it, nothing of the group outlives this program. One frame in, one frame out; see ../command.ts.
import { type ChildProcess, spawn } from "node:child_process";
import { type CommandAnswer, type CommandOrder, orderIn } from "../command-order.ts";
import { encodeFrame, frameDecoder } from "../framing.ts";
import { BoundedOutput } from "./bounded-output.ts";

/** What holds the output open after the command has ended has left its group, or ends with it in a moment. */
const outputGraceMs = 1_000;

const decoder = frameDecoder();
let child: ChildProcess | undefined;

// The whole group is asked to end, this program among it, which has yet to tell what became of the command.
for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, () => {});
// Nobody waits for it any more.
process.stdout.on("error", endGroup);
process.stdin.on("end", endGroup);
process.stdin.on("error", endGroup);
process.stdin.on("data", (chunk: Uint8Array) => {
  for (const event of decoder.push(chunk)) {
    const order = event.kind === "frame" ? orderIn(event.value) : undefined;
    if (order === undefined || child !== undefined) endGroup();
    else run(order);
  }
});

function run(order: CommandOrder): void {
  const output = new BoundedOutput(order.outputBytesMax);
  let isLate = false;
  let isOver = false;
  const answer = (end: CommandAnswer["end"]): void => {
    if (isOver) return;
    isOver = true;
    const frame = encodeFrame({ end, ...output.text } satisfies CommandAnswer);
    process.stdout.write(frame ?? new Uint8Array(), endGroup);
  };
  child = started(order, (message) => answer({ kind: "unstartable", message }));
  if (child === undefined) return;
  const { stdout, stderr } = child;
  for (const stream of [stdout, stderr]) stream?.on("data", (bytes: Buffer) => output.take(bytes));
  const ended = (code: number | null, signal: string | null): void => {
    if (isLate) answer({ kind: "timed_out" });
    else if (code === null) answer({ kind: "signalled", signal: signal ?? "unknown" });
    else answer({ kind: "exited", code });
  };
  child.on("close", ended);
  child.on("exit", (code, signal) => setTimeout(() => ended(code, signal), outputGraceMs));
  setTimeout(() => {
    isLate = true;
    signalGroup("SIGTERM");
    setTimeout(() => answer({ kind: "timed_out" }), order.graceMs);
  }, order.deadlineMs);
}

/** In the group of this program. Undefined where it is told at once that it does not start. */
function started(
  { command, args }: CommandOrder,
  onUnstartable: (message: string) => void,
): ChildProcess | undefined {
  try {
    const program = spawn(command, [...args], { stdio: ["ignore", "pipe", "pipe"], windowsHide: true });
    program.on("error", (error) => {
      if (program.pid === undefined) onUnstartable(error.message);
    });
    return program;
  } catch (error) {
    onUnstartable(error instanceof Error ? error.message : String(error));
    return undefined;
  }
}

function endGroup(): void {
  signalGroup("SIGKILL");
  process.exit(1);
}

function signalGroup(signal: NodeJS.Signals): void {
  try {
    if (process.platform === "win32") child?.kill(signal);
    else process.kill(-process.pid, signal);
  } catch {
    // It leads no group where it was not started by `Programs`.
    child?.kill(signal);
  }
}
