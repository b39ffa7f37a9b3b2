// Nodes as programs of their own: how they begin, are found, and end. Each test has a runtime folder of its own.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { natsServer } from "../nats/nats-server.ts";
import { builtMain } from "./fixtures.ts";

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface NodeProgram {
  readonly osPid: number;
  /** Its ready line. */
  readonly ready: { readonly name: string; readonly incarnation: number; readonly socket: string };
  readonly ended: Promise<Ended>;
  kill(signal: NodeJS.Signals): void;
}

let root: string;

beforeEach(() => {
  // A socket's path is short.
  root = mkdtempSync(join(tmpdir(), "aiex-n-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
});

/** A machine of its own, as far as its user's folders go. */
function environment(machine: string): NodeJS.ProcessEnv {
  const folder = join(root, machine);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const data = join(folder, "data");
  const folders = { XDG_RUNTIME_DIR: folder, XDG_CONFIG_HOME: folder, XDG_DATA_HOME: data, HOME: folder };
  return { PATH: process.env.PATH, LANG: "C.UTF-8", ...folders };
}

function begin(words: readonly string[], machine: string) {
  const child = spawn(process.execPath, [builtMain, ...words], { env: environment(machine) });
  let stdout = "";
  let stderr = "";
  let heard = (): void => {};
  child.stdout.on("data", (chunk) => {
    stdout += chunk;
    heard();
  });
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  const ended = new Promise<Ended>((resolve) => {
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await ended;
  });
  const line = new Promise<string>((resolve, reject) => {
    heard = () => {
      if (stdout.includes("\n")) resolve(stdout);
    };
    ended.then(({ code }) => reject(new Error(`It ended with ${code}: ${stderr}`))).catch(() => {});
  });
  line.catch(() => {});
  return { child, ended, line };
}

function aiex(line: string, machine = "here"): Promise<Ended> {
  return begin(line.split(" "), machine).ended;
}

async function startNode(options: string, machine = "here"): Promise<NodeProgram> {
  const { child, ended, line } = begin(["node", "start", "--format", "json", ...options.split(" ")], machine);
  const ready = JSON.parse(await line) as NodeProgram["ready"];
  return { osPid: child.pid ?? 0, ready, ended, kill: (signal) => child.kill(signal) };
}

const runtimeFolder = (machine = "here"): string => join(root, machine, "aiex");

async function namesListed(machine = "here"): Promise<readonly string[]> {
  const { stdout } = await aiex("node list --format json", machine);
  const { nodes } = JSON.parse(stdout) as { nodes: readonly { readonly name: string }[] };
  return nodes.map(({ name }) => name);
}

describe("M-CLI-2 M-DIST-1 A node as a program", { timeout: 60_000 }, () => {
  it("runs alone with nothing configured, is found, looked at, and stopped, and leaves nothing", async () => {
    const node = await startNode("--name alpha --labels zone=a");
    const folder = runtimeFolder();
    expect(readdirSync(folder).sort()).toEqual(["alpha.json", "alpha.sock"]);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(folder)) {
      expect([name, statSync(join(folder, name)).mode & 0o777]).toEqual([name, 0o600]);
    }
    expect(await namesListed()).toEqual(["alpha"]);
    const status = JSON.parse((await aiex("status --format json")).stdout);
    expect(status).toMatchObject({
      node: { name: "alpha", osPid: node.osPid, state: "up", labels: { zone: "a" } },
      applications: [{ name: "node" }, { name: "aiex" }],
    });
    expect(await aiex("node stop")).toMatchObject({ code: 0, stdout: "Node alpha has stopped.\n" });
    expect(await node.ended).toMatchObject({ code: 0, stderr: "Stopping node alpha, as it was asked to.\n" });
    expect(readdirSync(folder)).toEqual([]);
    expect(await aiex("status")).toMatchObject({ code: 76, stdout: "" });
  });

  it("drains on SIGTERM and ends with 0, and on SIGINT with 130", async () => {
    const [terminated, interrupted] = await Promise.all([startNode("--name a"), startNode("--name b")]);
    expect(await namesListed()).toEqual(["a", "b"]);
    const which = await aiex("status");
    expect(which).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("a, b. Say which one is meant."),
    });
    terminated.kill("SIGTERM");
    interrupted.kill("SIGINT");
    expect((await terminated.ended).code).toBe(0);
    expect((await interrupted.ended).code).toBe(130);
    expect(readdirSync(runtimeFolder())).toEqual([]);
  });

  it("keeps its name from a second one, which says who has it", async () => {
    const first = await startNode("--name alpha");
    const second = await aiex("node start --name alpha");
    expect(second).toMatchObject({ code: 76, stdout: "" });
    expect(second.stderr).toContain(`OS process ${first.osPid} on `);
    expect(await namesListed()).toEqual(["alpha"]);
  });

  it("takes over what a killed one has left: its socket, and the file beside it", async () => {
    const killed = await startNode("--name alpha");
    killed.kill("SIGKILL");
    await killed.ended;
    expect(readdirSync(runtimeFolder()).sort()).toEqual(["alpha.json", "alpha.sock"]);
    expect(await namesListed()).toEqual([]);
    expect((await aiex("node stop alpha")).code).toBe(76);
    const again = await startNode("--name alpha");
    expect(again.ready.incarnation).toBeGreaterThan(killed.ready.incarnation);
    expect(await namesListed()).toEqual(["alpha"]);
  });

  it("is not confused by a file that says what is not so", async () => {
    const node = await startNode("--name alpha");
    const record = { incarnation: 1, osPid: node.osPid, host: "x", cluster: "aiex", url: null, version: "0" };
    writeFileSync(join(runtimeFolder(), "ghost.json"), JSON.stringify({ name: "ghost", ...record }));
    writeFileSync(join(runtimeFolder(), "cut.json"), '{"name": "cu');
    expect(await namesListed()).toEqual(["alpha"]);
    expect((await aiex("status --format json")).code).toBe(0);
    expect(existsSync(node.ready.socket)).toBe(true);
  });

  it("refuses a broker that does not answer with 76, and a wrong name with 78", async () => {
    const unreachable = await aiex("node start --name alpha --nats nats://127.0.0.1:1");
    expect(unreachable).toMatchObject({ code: 76, stdout: "" });
    expect(unreachable.stderr).toContain("No broker answers at nats://127.0.0.1:1");
    const misnamed = await aiex("node start --name cli-x");
    expect(misnamed).toMatchObject({ code: 78, stdout: "" });
    expect(misnamed.stderr).toContain("option --name: cluster.node_name must not begin with cli-");
    expect(await namesListed()).toEqual([]);
  });
});

describe("M-CLI-5 Nodes of a cluster, on three machines", { timeout: 60_000 }, () => {
  it("hear of each other, are reached through one another, and join while they run", async () => {
    const { url } = await natsServer();
    const [, beta] = await Promise.all([
      startNode(`--name alpha --nats ${url}`, "one"),
      startNode(`--name beta --nats ${url}`, "two"),
    ]);
    const gamma = await startNode("--name gamma", "three");
    // Somebody else has the name on another machine.
    const rival = await aiex(`node start --name beta --nats ${url}`, "three");
    expect(rival).toMatchObject({
      code: 76,
      stderr: expect.stringContaining(`OS process ${beta.osPid} on `),
    });
    // The node without a broker becomes a member.
    expect(await aiex(`cluster join gamma --to ${url}`, "three")).toMatchObject({ code: 0 });
    // A command that knows the broker alone finds a node by its beats; one behind a socket is led on by its node.
    const found = JSON.parse((await aiex(`cluster nodes --nats ${url} --format json`, "four")).stdout);
    expect(found.nodes.map((node: { name: string }) => node.name)).toEqual(["alpha", "beta", "gamma"]);
    expect(await namesListed("one")).toEqual(["alpha", "beta", "gamma"]);
    const status = JSON.parse((await aiex("status beta --format json", "one")).stdout);
    expect(status.node).toMatchObject({ name: "beta", osPid: beta.osPid });
    // And so are orders.
    expect(await aiex("node stop gamma", "one")).toMatchObject({ code: 0 });
    expect((await gamma.ended).code).toBe(0);
    const nobody = await aiex("node stop delta", "one");
    expect(nobody).toMatchObject({ code: 76, stderr: expect.stringContaining('cannot reach "delta"') });
  });
});
