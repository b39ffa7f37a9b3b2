// Commands of somebody else's, for real: nothing of them outlives what they were started for, whatever they do.
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startCommand } from "../../runtime/command.ts";
import { realWorld } from "../../runtime/index.ts";
import { limits } from "../../runtime/limits.ts";
import { expectGone } from "./programs/obedient.ts";

const node = process.execPath;
let folder = "";

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "aiex-command-"));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

interface Given {
  readonly args: readonly string[];
  readonly command?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly deadlineMs?: number;
  readonly cwd?: string;
}

function started({ args, command = node, env = {}, deadlineMs = 60_000, cwd = folder }: Given) {
  return startCommand(realWorld(), { command, args, env, deadlineMs, cwd, node });
}

/** Resolves with the number that a program has written there. */
async function pidIn(name: string): Promise<number> {
  for (;;) {
    const text = await readFile(join(folder, name), "utf8").catch(() => "");
    if (text.endsWith("\n")) return Number(text);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** A program that neither obeys nor ends, and has a child that does not either. Each writes its number down. */
const stubborn = `
const { spawn } = require("node:child_process");
const { writeFileSync } = require("node:fs");
process.on("SIGTERM", () => {});
const stay = "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); require('node:fs').writeFileSync('grandchild', process.pid + '\\\\n');";
spawn(process.execPath, ["-e", stay], { stdio: "inherit" });
writeFileSync("child", process.pid + "\\n");
setInterval(() => {}, 1000);
`;

describe("startCommand()", () => {
  it("tells what a command printed on both streams, and its code", async () => {
    const script = 'console.log("out"); console.error("err"); process.exitCode = 3;';
    const { end, head, tail, cutBytes } = await started({ args: ["-e", script] }).ended;
    expect(end).toEqual({ kind: "exited", code: 3 });
    expect(head.split("\n").sort()).toEqual(["", "err", "out"]);
    expect([tail, cutBytes]).toEqual(["", 0]);
  });

  it("gives it its arguments as they are, its directory, nothing to read and no variable but those that it is given", async () => {
    const script =
      'const read = require("node:fs").readFileSync(0, "utf8"); console.log(JSON.stringify([process.argv.slice(1), process.cwd(), read, Object.keys(process.env).filter((name) => !name.startsWith("__"))]))';
    const args = ["-e", script, "--", "$HOME; rm -rf *", "a b"];
    const { head } = await started({ args, env: { ONE: "1" } }).ended;
    const cwd = await realWorld().files.realPath(folder);
    expect(JSON.parse(head)).toEqual([["$HOME; rm -rf *", "a b"], cwd, "", ["ONE"]]);
  });

  it("keeps the beginning and the end of a flood, and counts the rest", async () => {
    const bytes = 20 * 1024 * 1024;
    const script = `process.stdout.write("first" + "x".repeat(${bytes}) + "last")`;
    const { end, head, tail, cutBytes } = await started({ args: ["-e", script] }).ended;
    expect(end).toEqual({ kind: "exited", code: 0 });
    expect([head.startsWith("firstx"), tail.endsWith("xlast")]).toEqual([true, true]);
    expect(head.length + tail.length).toBe(limits.commandOutputBytesMax);
    expect(head.length + tail.length + cutBytes).toBe(bytes + 9);
  });

  it("says that a program is not there", async () => {
    const { end } = await started({ command: "no-such-program-of-anybody", args: [] }).ended;
    expect(end).toMatchObject({ kind: "unstartable", message: expect.stringContaining("ENOENT") });
  });

  it("says that a directory is not there", async () => {
    const { end } = await started({ args: ["-v"], cwd: join(folder, "none") }).ended;
    expect(end.kind).toBe("unstartable");
  });

  it("says by which signal one has ended", async () => {
    const { end } = await started({ args: ["-e", 'process.kill(process.pid, "SIGSEGV")'] }).ended;
    expect(end).toEqual({ kind: "signalled", signal: "SIGSEGV" });
  });

  it("lets one that is late put its things away", async () => {
    const script =
      'process.on("SIGTERM", () => { console.log("put away"); process.exit(0); }); setInterval(() => {}, 1000); console.log("ready")';
    const { end, head } = await started({ args: ["-e", script], deadlineMs: 2_000 }).ended;
    expect([end, head]).toEqual([{ kind: "timed_out" }, "ready\nput away\n"]);
  });

  it("ends one that is late and does not obey, with what it started", async () => {
    const running = started({ args: ["-e", stubborn], deadlineMs: 2_000 });
    const pids = [await pidIn("child"), await pidIn("grandchild")];
    expect((await running.ended).end).toEqual({ kind: "timed_out" });
    for (const pid of pids) await expectGone(pid);
  });

  it("ends one that is not wanted any more, with what it started", async () => {
    const running = started({ args: ["-e", stubborn] });
    const pids = [await pidIn("child"), await pidIn("grandchild")];
    running.kill();
    expect((await running.ended).end).toEqual({ kind: "killed" });
    for (const pid of pids) await expectGone(pid);
  });

  it("ends what a command has left behind", async () => {
    const script = `require("node:child_process").spawn(process.execPath, ["-e", "require('node:fs').writeFileSync('left', process.pid + '\\\\n'); setInterval(() => {}, 1000)"], { stdio: "ignore" }).unref(); const wait = setInterval(() => { if (require("node:fs").existsSync("left")) process.exit(0); }, 5);`;
    const { end } = await started({ args: ["-e", script] }).ended;
    expect(end).toEqual({ kind: "exited", code: 0 });
    await expectGone(await pidIn("left"));
  });

  it("ends with the program that wanted it, also where that is killed", async () => {
    const built = (name: string): string =>
      pathToFileURL(fileURLToPath(new URL(`../../dist/runtime/${name}.js`, import.meta.url))).href;
    const wanting = join(folder, "wanting.mjs");
    await writeFile(
      wanting,
      `import { startCommand } from ${JSON.stringify(built("command"))};
import { realWorld } from ${JSON.stringify(built("index"))};
startCommand(realWorld(), { command: process.execPath, args: ["-e", ${JSON.stringify(stubborn)}], cwd: ${JSON.stringify(folder)}, env: {}, deadlineMs: 60_000, node: process.execPath });
`,
    );
    const child = spawn(node, [wanting], { stdio: "ignore" });
    const pids = [await pidIn("child"), await pidIn("grandchild")];
    child.kill("SIGKILL");
    for (const pid of pids) await expectGone(pid);
  });
});
