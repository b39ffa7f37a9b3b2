// Runs a program that keeps things in a folder, on the built package: what only a real process shows of a disk.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { createInterface } from "node:readline";

const built = new URL("../../../dist/runtime/", import.meta.url);

const prelude = `
  import { execFileSync } from "node:child_process";
  import { rmSync, writeFileSync, writeSync } from "node:fs";
  import { claimLog } from "${new URL("journal/claim.js", built).href}";
  import { localStore } from "${new URL("store/local-store.js", built).href}";
  import { realWorld } from "${new URL("worlds/real.js", built).href}";
  const folder = process.env.STORE_FOLDER;
  // At once: what is said is not lost with the program.
  const say = (value) => writeSync(1, JSON.stringify(value) + "\\n");
  const open = () => localStore({ world: realWorld(), path: folder + "/store" });
  const payloadOf = (number) => new TextEncoder().encode(String(number).repeat(300));
  const failed = (error) => ({ failed: error.name, errno: error.details?.errno, why: error.message });
  const append = async (store, expected, number) => {
    try {
      const id = "record " + number;
      const made = await store.journal.append("log", { kind: "event", epoch: 1, id, payload: payloadOf(number), expected });
      return made.position;
    } catch (error) { return failed(error); }
  };
  const count = async (store) => {
    let after = 0;
    for (let found = 0; ; ) {
      const page = await store.journal.read("log", after);
      if (page.damage !== undefined) return page.damage;
      found += page.records.length;
      after = page.records.at(-1)?.position ?? after;
      if (page.isEnd) return found;
    }
  };
`;

/** Starts the program; `around` are words before it, as those of \`strace\`. */
export function startProgram(body: string, folder: string, around: readonly string[] = []): ChildProcess {
  const words = [...around, process.execPath, "--input-type=module", "--eval", `${prelude}\n${body}`];
  return spawn(words[0] ?? "", words.slice(1), {
    env: { ...process.env, STORE_FOLDER: folder, UV_THREADPOOL_SIZE: "1" },
    // LMDB itself says on stderr what failed.
    stdio: ["ignore", "pipe", "ignore"],
  });
}

/** What a program said, and how it ended. */
export async function ended(
  child: ChildProcess,
  heard: (line: unknown, child: ChildProcess) => void = () => {},
): Promise<{ readonly lines: unknown[]; readonly code: number | null; readonly signal: string | null }> {
  const lines: unknown[] = [];
  const { stdout } = child;
  if (stdout === null) throw new Error("The program has no output.");
  createInterface({ input: stdout }).on("line", (line) => {
    const value: unknown = JSON.parse(line);
    lines.push(value);
    heard(value, child);
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ lines, code, signal }));
  });
}

/** Whether these words do what they should on this machine. */
export function works(words: readonly string[]): boolean {
  return spawnSync(words[0] ?? "", words.slice(1), { stdio: "ignore", timeout: 20_000 }).status === 0;
}
