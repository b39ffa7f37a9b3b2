// A managed broker with a real server: it starts, it is found again where it was, and it goes with its process.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "nats";
import { describe, expect, onTestFinished, test } from "vitest";
import { readCredentials } from "../../../runtime/broker/credentials.ts";
import {
  type BrokerProtocol,
  type BrokerStatus,
  brokerName,
  type ManagedBrokerOptions,
  managedBroker,
  managedBrokerChild,
} from "../../../runtime/broker/managed-broker.ts";
import { type Node, named, realWorld, startNode, supervisor } from "../../../runtime/index.ts";
import { open } from "./cluster.ts";
import { recentServer } from "./recent-server.ts";

const world = realWorld();
const broker = named<BrokerProtocol>(brokerName);

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "aiex-managed-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return join(path, "broker");
}

async function optionsFor(path: string): Promise<ManagedBrokerOptions> {
  const program = await recentServer();
  return { world, folder: path, cluster: "alpha", person: "olga", searchPath: "", program };
}

function testNode(): Node {
  const node = startNode({ world, name: "managed" });
  onTestFinished(() => node.halt());
  return node;
}

/** A broker under a supervisor, and what it says of itself. */
async function start(path: string): Promise<{ readonly node: Node; readonly status: BrokerStatus }> {
  const node = testNode();
  const children = [managedBrokerChild(await optionsFor(path))];
  await node.spawn(supervisor("top", { children, maxRestarts: 20 }), { name: "top" });
  return { node, status: await node.call(broker, "status") };
}

async function connectAs(status: BrokerStatus, role: keyof BrokerStatus["credentials"], node?: string) {
  const credentials = await readCredentials(world.files, status.credentials[role], node);
  return open(credentials.servers[0] ?? "", credentials);
}

function modeOf(path: string): string {
  return (statSync(path).mode & 0o777).toString(8);
}

function isAlive(osPid: number): boolean {
  try {
    process.kill(osPid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${osPid}/status`, "utf8"));
  } catch {
    return false;
  }
}

/** The next status, of another server than `before`. */
async function statusAfter(node: Node, before: BrokerStatus): Promise<BrokerStatus> {
  for (;;) {
    const now = await node.tryCall(broker, "status");
    if (now.ok && now.value.osPid !== before.osPid) return now.value;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe("managedBroker()", () => {
  test("starts a server on the loopback that lets in whoever has the credentials, and nobody else", async () => {
    const { status } = await start(folder());
    expect(status).toMatchObject({
      acknowledges: "fsync",
      url: expect.stringMatching(/^nats:\/\/127\.0\.0\.1:\d+$/),
    });
    const node = await connectAs(status, "node", "n1");
    const operator = await connectAs(status, "operator");
    node.subscribe("aiex.alpha.ctl.*.*.n1", { callback: (_, message) => void message.respond("here") });
    await node.flush();
    const answer = await operator.request("aiex.alpha.ctl.cli-olga.inspect.n1", "", { timeout: 5_000 });
    expect(answer.string()).toBe("here");
    await expect(connect({ servers: status.url, reconnect: false })).rejects.toMatchObject({
      code: "AUTHORIZATION_VIOLATION",
    });
  });

  test("keeps what it is told on the disk before it acknowledges", async () => {
    const { status } = await start(folder());
    const node = await connectAs(status, "node", "n1");
    const bucket = await node.jetstream().views.kv("aiex-alpha-leases");
    const revision = await bucket.create("n1", "held");
    await expect(bucket.create("n1", "stolen")).rejects.toMatchObject({ api_error: { err_code: 10071 } });
    expect(revision).toBe(1);
    const configuration = readFileSync(join(status.credentials.node, "../../broker.conf"), "utf8");
    expect(configuration).toContain('"sync_interval": "always"');
  });

  test("keeps keys out of the command line and out of the reach of others", async () => {
    const path = folder();
    const { status } = await start(path);
    const command = readFileSync(`/proc/${status.osPid}/cmdline`, "utf8").split("\0");
    expect(command.slice(1, -1)).toEqual(["-c", join(path, "broker.conf")]);
    expect(readFileSync(`/proc/${status.osPid}/environ`, "utf8")).toBe("");
    for (const name of [".", "store", "credentials", "ports"]) expect(modeOf(join(path, name))).toBe("700");
    for (const name of ["broker.conf", "broker.json"]) expect(modeOf(join(path, name))).toBe("600");
    const files = readdirSync(join(path, "credentials"));
    expect(files).toHaveLength(5);
    for (const name of files) {
      expect(modeOf(join(path, "credentials", name))).toBe("600");
      const { nkey } = JSON.parse(readFileSync(join(path, "credentials", name), "utf8"));
      expect(readFileSync(join(path, "broker.conf"), "utf8")).not.toContain(nkey);
    }
  });

  test("is started again by its supervisor when the server crashes: same port, same keys, same data", async () => {
    const { node, status } = await start(folder());
    const first = await connectAs(status, "node", "n1");
    const bucket = await first.jetstream().views.kv("aiex-alpha-leases");
    await bucket.put("n1", "kept");
    process.kill(status.osPid, "SIGKILL");
    const after = await statusAfter(node, status);
    expect(after.url).toBe(status.url);
    const second = await connectAs(after, "node", "n1");
    const again = await second.jetstream().views.kv("aiex-alpha-leases");
    expect((await again.get("n1"))?.string()).toBe("kept");
  });

  test("takes the server with it when its process is killed, which runs no line of it any more", async () => {
    const { node, status } = await start(folder());
    const pid = node.whereis(brokerName);
    if (pid === undefined) throw new Error("Nobody is named broker.");
    node.exit(pid, "kill");
    const after = await statusAfter(node, status);
    expect(isAlive(status.osPid)).toBe(false);
    expect(after.url).toBe(status.url);
  });

  test("ends the server in good order, which has written its word of farewell", async () => {
    const path = folder();
    const { node, status } = await start(path);
    await node.stop(named("top"), "shutdown");
    expect(isAlive(status.osPid)).toBe(false);
    // A server that was killed leaves it there.
    expect(readdirSync(join(path, "ports"))).toEqual([]);
  });

  test("keeps its port and its keys from one program to the next", async () => {
    const path = folder();
    const first = await start(path);
    const before = readFileSync(first.status.credentials.node, "utf8");
    await first.node.stop(named("top"), "shutdown");
    const second = await start(path);
    expect(second.status.url).toBe(first.status.url);
    expect(readFileSync(second.status.credentials.node, "utf8")).toBe(before);
  });

  test("ends a server that outlived the program that managed it, and starts its own (row 49)", async () => {
    const path = folder();
    const first = await start(path);
    await first.node.stop(named("top"), "shutdown");
    const program = await recentServer();
    const orphan = spawn(program, ["-c", join(path, "broker.conf")], { stdio: "ignore", detached: true });
    onTestFinished(() => void orphan.kill("SIGKILL"));
    const ended = once(orphan, "exit");
    const record = JSON.parse(readFileSync(join(path, "broker.json"), "utf8"));
    const gone = { osPid: goneProcess(), command: "node main.js" };
    writeRecord(path, { ...record, owner: gone });
    writeFileSync(join(path, "broker.pid"), String(orphan.pid));
    const { status } = await start(path);
    await ended;
    expect(status.url).toBe(first.status.url);
    expect(status.osPid).not.toBe(orphan.pid);
  });

  test("does not touch a process that has got the number of a dead server (row 49)", async () => {
    const path = folder();
    const first = await start(path);
    await first.node.stop(named("top"), "shutdown");
    const innocent = spawn("/bin/sleep", ["60"], { stdio: "ignore" });
    onTestFinished(() => void innocent.kill("SIGKILL"));
    const record = JSON.parse(readFileSync(join(path, "broker.json"), "utf8"));
    const others = { osPid: process.ppid, command: "another program of that number" };
    writeRecord(path, { ...record, owner: others });
    writeFileSync(join(path, "broker.pid"), String(innocent.pid));
    writeFileSync(
      join(path, "ports", `nats-server_${innocent.pid}.ports`),
      '{"nats":["nats://127.0.0.1:1"]}',
    );
    const { status } = await start(path);
    expect(status.url).toBe(first.status.url);
    expect(isAlive(innocent.pid ?? 0)).toBe(true);
    expect(readdirSync(join(path, "ports"))).toEqual([`nats-server_${status.osPid}.ports`]);
  });

  test("refuses while another program manages it, and says where it is (row 49)", async () => {
    const path = folder();
    const { node, status } = await start(path);
    await node.stop(named("top"), "shutdown");
    const owner = spawn("/bin/sleep", ["60"], { stdio: "ignore" });
    onTestFinished(() => void owner.kill("SIGKILL"));
    await once(owner, "spawn");
    const record = JSON.parse(readFileSync(join(path, "broker.json"), "utf8"));
    writeRecord(path, { ...record, owner: { osPid: owner.pid, command: "/bin/sleep 60" } });
    const starting = testNode().spawn(managedBroker(await optionsFor(path)));
    await expect(starting).rejects.toMatchObject({
      reason: { error: { code: "broker_held", message: expect.stringContaining(status.url) } },
    });
  });

  test("starts anew where what was written down of the last time is torn", async () => {
    const path = folder();
    const { node } = await start(path);
    await node.stop(named("top"), "shutdown");
    for (const torn of ["", "{", "null", "[]", '{"port":-1}', '{"port":"x","owner":{"osPid":1}}']) {
      writeFileSync(join(path, "broker.json"), torn);
      const again = await start(path);
      expect(again.status.url).toMatch(/:\d+$/);
      await again.node.stop(named("top"), "shutdown");
    }
  });

  test("says that its port is taken, and what the server wrote last", async () => {
    const path = folder();
    const { node, status } = await start(path);
    await node.stop(named("top"), "shutdown");
    const thief = createServer().listen(Number(status.url.split(":").at(-1)), "127.0.0.1");
    onTestFinished(() => void thief.close());
    await once(thief, "listening");
    const starting = testNode().spawn(managedBroker(await optionsFor(path)));
    const error = {
      code: "broker_not_started",
      message: expect.stringMatching(/broker\.json" to have a new port.*\n.*address already in use/s),
    };
    await expect(starting).rejects.toMatchObject({ reason: { error } });
  });

  test("refuses a folder that others can look into, and keys that others can read", async () => {
    const path = folder();
    const { node, status } = await start(path);
    await node.stop(named("top"), "shutdown");
    chmodSync(status.credentials.node, 0o644);
    const options = await optionsFor(path);
    await expect(testNode().spawn(managedBroker(options))).rejects.toMatchObject({
      reason: { error: { code: "credentials_refused", message: expect.stringContaining("chmod 600") } },
    });
    chmodSync(status.credentials.node, 0o600);
    chmodSync(path, 0o755);
    await expect(testNode().spawn(managedBroker(options))).rejects.toMatchObject({
      reason: { error: { code: "folder_open", message: expect.stringContaining("chmod 700") } },
    });
  });
});

function writeRecord(path: string, record: object): void {
  writeFileSync(join(path, "broker.json"), JSON.stringify(record));
}

/** The number of a process that has ended. */
function goneProcess(): number {
  return Number(execFileSync("/bin/sh", ["-c", "echo $$"], { encoding: "utf8" }));
}
