// A broker that a node has its machine run, and what becomes of the next node that asks for one.
import { spawn } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { listNodes } from "../../../supervisors/cluster/node-list.ts";
import { recentServer } from "../../runtime/broker/recent-server.ts";
import { becomes, Machines, membersOf } from "./stage.ts";

let machines: Machines;

beforeEach(() => {
  machines = new Machines();
});

/** Writes down in the folder of the broker that another program, which lives, manages it. */
function handOver(folder: string): void {
  const other = spawn(process.execPath, ["-e", "setInterval(() => {}, 1_000)"], { stdio: "ignore" });
  onTestFinished(() => void other.kill("SIGKILL"));
  const command = readFileSync(`/proc/${other.pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
  const path = join(folder, "broker.json");
  const record = JSON.parse(readFileSync(path, "utf8"));
  writeFileSync(path, JSON.stringify({ ...record, owner: { osPid: other.pid, command } }), { mode: 0o600 });
}

describe("A broker that a node manages", { timeout: 60_000 }, () => {
  it.skipIf(process.platform !== "linux")(
    "is used by the next node of its machine, whose program does not manage it",
    async () => {
      const options = { settings: { AIEX_NATS_SERVER: await recentServer() }, managesBroker: true };
      const alpha = await machines.start("one", "alpha", options);
      expect(alpha.url).toMatch(/^nats:\/\/127\.0\.0\.1:\d+$/);
      const { folders } = await machines.configuration("one");
      handOver(join(folders.data, "broker", "aiex"));
      const beta = await machines.start("one", "beta", options);
      expect(beta.url).toBe(alpha.url);
      const remote = await machines.open("one", { node: "beta" });
      await becomes(() => membersOf(remote, "beta"), ["beta", "alpha"]);
    },
  );

  it("is refused in words where its program is none, and leaves no node behind", async () => {
    const settings = { AIEX_NATS_SERVER: join(machines.home, "absent") };
    await expect(machines.start("one", "alpha", { settings, managesBroker: true })).rejects.toMatchObject({
      name: "BrokerFailed",
      code: "not_runnable",
      message: expect.stringContaining("nats-server"),
    });
    const configuration = await machines.configuration("one");
    expect(await listNodes(machines.world, configuration, "cli-test")).toEqual([]);
    expect(readdirSync(configuration.folders.runtime)).toEqual([]);
  });
});
