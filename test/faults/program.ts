// Runs a program on the built package: what only a real process can show of a fault.
import { execFile } from "node:child_process";

export interface Ended {
  readonly code: number;
  /** What the program said, line by line. */
  readonly lines: readonly unknown[];
  readonly errors: string;
}

const prelude = `
  import { Applications, call, cast, child, exit, named, noReply, ok, realWorld, receive, replyWith, self, send, sendAfter, server, sleep, spawn, startNode, supervisor } from "aiex/runtime";
  const say = (value) => process.stdout.write(JSON.stringify(value) + "\\n");
  const world = realWorld();
  const idle = async () => { await receive(() => false); };
  const sayEvents = (node, ...names) => node.subscribe(({ name, data }) => { if (names.includes(name)) say({ [name]: data }); });
`;

/** Runs `body`; `options` are Node's own. */
export async function runProgram(body: string, options: readonly string[] = []): Promise<Ended> {
  const { code, output, errors } = await runFile([
    ...options,
    "--input-type=module",
    "--eval",
    `${prelude}\n${body}`,
  ]);
  const lines = output.split("\n").filter((line) => line !== "");
  return { code, lines: lines.map((line): unknown => JSON.parse(line)), errors };
}

/** Runs Node with these words, in a home of its own where one is given; a program that does not end by itself is an error. */
export function runFile(
  words: readonly string[],
  home?: string,
): Promise<{ readonly code: number; readonly output: string; readonly errors: string }> {
  return new Promise((resolve, reject) => {
    const folders = ["HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"] as const;
    const own = home === undefined ? {} : Object.fromEntries(folders.map((name) => [name, home]));
    const env = { ...process.env, ...own };
    const at = { cwd: new URL("../..", import.meta.url), timeout: 50_000, env };
    execFile(process.execPath, words, at, (error, output, errors) => {
      if (error !== null && typeof error.code !== "number") reject(error);
      else resolve({ code: Number(error?.code ?? 0), output, errors });
    });
  });
}
