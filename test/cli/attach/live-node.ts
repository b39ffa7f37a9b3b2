// A node of this program behind a socket, where the built command finds it as one of this machine.
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { attachTree } from "../../../actors/attach/attach.ts";
import { socketServer } from "../../../runtime/carriers/socket.ts";
import { Applications, type Node, realWorld, startNode } from "../../../runtime/index.ts";
import { subjects } from "../../../runtime/wire/subject.ts";
import { LocalNodes } from "../../../supervisors/cluster/local-nodes.ts";
import { counter } from "../../actors/attach/stage.ts";
import { builtMain } from "../fixtures.ts";

export interface LiveNode {
  readonly node: Node;
  readonly home: string;
  /** The environment under which the command finds the node. */
  readonly env: Readonly<Record<string, string>>;
  history(): Promise<string>;
}

export async function liveNode(): Promise<LiveNode> {
  const world = realWorld();
  const home = await mkdtemp(join(tmpdir(), "live-"));
  const names = new LocalNodes(world.files, join(home, "aiex"));
  const carrier = await socketServer({ world, path: names.socketOf("alpha") });
  const node = startNode({ world, name: "alpha", onHalt: () => undefined });
  const tree = attachTree({
    node,
    subjects: subjects("aiex"),
    carriers: [carrier],
    auditPath: join(home, "audit.log"),
  });
  const applications = new Applications(node, [{ name: "attach", tree }]);
  await applications.startAll("attach");
  const pid = await node.spawn(counter, { name: "counter" });
  const { incarnation } = pid;
  const record = {
    name: "alpha",
    incarnation,
    osPid: process.pid,
    host: hostname(),
    cluster: "aiex",
    url: null,
    version: "0",
  };
  await names.write(record);
  onTestFinished(async () => {
    await applications.shutdown(5_000);
    await node.halt();
    await carrier.close();
    await rm(home, { recursive: true });
  });
  const env = {
    PATH: process.env.PATH ?? "",
    HOME: home,
    XDG_RUNTIME_DIR: home,
    LANG: "C.UTF-8",
    TERM: "xterm",
  };
  return {
    node,
    home,
    env,
    history: () => readFile(join(home, ".local", "state", "aiex", "attach-history"), "utf8"),
  };
}

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built command beside this program, which stays able to answer it. */
export function runAttach({ env }: LiveNode, words: readonly string[], stdin = ""): Promise<Ran> {
  return run([process.execPath, builtMain, "attach", ...words], env, stdin);
}

export interface Typing {
  readonly after: string;
  readonly keys: string;
}

/** Runs it in a real pseudo-terminal, types as soon as the screen holds what was waited for, and gives the screen. */
export async function typeIntoAttach(
  { env }: LiveNode,
  words: readonly string[],
  typing: readonly Typing[],
): Promise<{ readonly code: number; readonly screen: string }> {
  const argv = [process.execPath, builtMain, "attach", ...words];
  const { stdout, stderr, code } = await run(
    ["python3", "-c", program, JSON.stringify({ argv, env, typing })],
    env,
    "",
  );
  if (code !== 0) throw new Error(`The pseudo-terminal failed: ${stderr}`);
  const seen = JSON.parse(stdout) as { readonly code: number; readonly screen: string };
  return { code: seen.code, screen: seen.screen.replaceAll("\r\n", "\n") };
}

function run(argv: readonly string[], env: Readonly<Record<string, string>>, stdin: string): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const [program = "", ...rest] = argv;
    const child = spawn(program, rest, { env: { ...env }, timeout: 50_000 });
    const said = { stdout: "", stderr: "" };
    child.stdout.on("data", (chunk) => {
      said.stdout += String(chunk);
    });
    child.stderr.on("data", (chunk) => {
      said.stderr += String(chunk);
    });
    child.on("error", reject);
    child.on("close", (code) => resolve({ code: code ?? -1, ...said }));
    child.stdin.end(stdin);
  });
}

const program = `
import fcntl, json, os, pty, signal, struct, sys, termios
given = json.loads(sys.argv[1])
pid, terminal = pty.fork()
if pid == 0:
    os.execve(given["argv"][0], given["argv"], given["env"])
fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 100, 0, 0))
signal.signal(signal.SIGALRM, lambda *_: os.kill(pid, signal.SIGKILL))
signal.alarm(20)
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
        step = typing.pop(0)
        seen = screen.index(step["after"].encode(), seen) + len(step["after"].encode())
        os.write(terminal, step["keys"].encode())
_, status = os.waitpid(pid, 0)
print(json.dumps({"code": os.waitstatus_to_exitcode(status), "screen": screen.decode("utf8", "replace")}))
`;
