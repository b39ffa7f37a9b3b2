// Runs the built command in a real pseudo-terminal, by way of Python's pty module.
import { spawn, spawnSync } from "node:child_process";
import { builtMain } from "./fixtures.ts";

export interface TerminalRun {
  readonly code: number;
  /** Everything that arrived on the terminal, with the terminal's own CRLF as line feeds. */
  readonly screen: string;
}

export interface TerminalRunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly columns?: number;
  readonly cwd?: string;
  /** What is typed as soon as the screen holds a text, in this order. */
  readonly typing?: readonly { readonly after: string; readonly keys: string }[];
}

export const hasPseudoTerminal = spawnSync("python3", ["-c", "import pty"]).status === 0;

/** Beside this program, which may be asked by what runs there. */
export async function inTerminal(
  words: readonly string[],
  options: TerminalRunOptions = {},
): Promise<TerminalRun> {
  const { env = {}, columns = 80, typing = [], cwd } = options;
  const given = {
    argv: [process.execPath, builtMain, ...words],
    env: { PATH: process.env.PATH, HOME: "/nonexistent", TERM: "xterm", LANG: "C.UTF-8", ...env },
    columns,
    typing,
  };
  const child = spawn("python3", ["-c", PROGRAM, JSON.stringify(given)], { cwd });
  const said = { stdout: "", stderr: "" };
  child.stdout.on("data", (chunk) => {
    said.stdout += chunk;
  });
  child.stderr.on("data", (chunk) => {
    said.stderr += chunk;
  });
  const status = await new Promise<number | null>((resolve) => child.on("close", resolve));
  if (status !== 0) throw new Error(`The pseudo-terminal failed: ${said.stderr}`);
  const { code, screen } = JSON.parse(said.stdout) as TerminalRun;
  return { code, screen: screen.replaceAll("\r\n", "\n") };
}

const PROGRAM = `
import fcntl, json, os, pty, signal, struct, sys, termios
given = json.loads(sys.argv[1])
pid, terminal = pty.fork()
if pid == 0:
    os.execve(given["argv"][0], given["argv"], given["env"])
fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, given["columns"], 0, 0))
# What was waited for and does not come must not keep the test for ever: the screen says what came instead.
signal.signal(signal.SIGALRM, lambda *_: os.kill(pid, signal.SIGKILL))
signal.alarm(50)
screen, typing, seen = b"", given["typing"], 0
while True:
    try:
        chunk = os.read(terminal, 65536)
    except OSError:
        break
    if not chunk:
        break
    screen += chunk
    while typing and typing[0]["after"].encode() in screen[seen:]:
        seen = len(screen)
        os.write(terminal, typing.pop(0)["keys"].encode())
_, status = os.waitpid(pid, 0)
print(json.dumps({"code": os.waitstatus_to_exitcode(status), "screen": screen.decode("utf8", "replace")}))
`;
