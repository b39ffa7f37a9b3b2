// Runs the built command in a real pseudo-terminal, by way of Python's pty module.
import { spawnSync } from "node:child_process";
import { builtMain } from "./fixtures.ts";

export interface TerminalRun {
  readonly code: number;
  /** Everything that arrived on the terminal, with the terminal's own CRLF as line feeds. */
  readonly screen: string;
}

export interface TerminalRunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly columns?: number;
  /** What is typed as soon as the screen holds a text, in this order. */
  readonly typing?: readonly { readonly after: string; readonly keys: string }[];
}

export const hasPseudoTerminal = spawnSync("python3", ["-c", "import pty"]).status === 0;

export function inTerminal(words: readonly string[], options: TerminalRunOptions = {}): TerminalRun {
  const { env = {}, columns = 80, typing = [] } = options;
  const given = {
    argv: [process.execPath, builtMain, ...words],
    env: { PATH: process.env.PATH, HOME: "/nonexistent", TERM: "xterm", LANG: "C.UTF-8", ...env },
    columns,
    typing,
  };
  const result = spawnSync("python3", ["-c", PROGRAM, JSON.stringify(given)], {
    encoding: "utf8",
    timeout: 50_000,
  });
  if (result.status !== 0) throw new Error(`The pseudo-terminal failed: ${result.stderr}`);
  const { code, screen } = JSON.parse(result.stdout) as TerminalRun;
  return { code, screen: screen.replaceAll("\r\n", "\n") };
}

const PROGRAM = `
import fcntl, json, os, pty, struct, sys, termios
given = json.loads(sys.argv[1])
pid, terminal = pty.fork()
if pid == 0:
    os.execve(given["argv"][0], given["argv"], given["env"])
fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, given["columns"], 0, 0))
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
