// What `cluster init` plans and writes: configuration that a real server takes, keys for each, and nothing over what is there.
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { writeCluster } from "../../../runtime/broker/cluster-files.ts";
import { type ClusterRequest, credentialsPath, planCluster } from "../../../runtime/broker/cluster-plan.ts";
import { readCredentials } from "../../../runtime/broker/credentials.ts";
import { natsOptionsOf } from "../../../runtime/broker/nats-options.ts";
import { type Identity, roles } from "../../../runtime/broker/roles.ts";
import { connectNats } from "../../../runtime/carriers/nats.ts";
import { AiexError, realWorld, simulatedWorld } from "../../../runtime/index.ts";
import { natsServer } from "../../nats/nats-server.ts";
import { nodeM, nodeN, open, operator, request, runnable, settled, textOf } from "./cluster.ts";

const { files, random } = realWorld();

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "aiex-plan-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return join(path, "cluster");
}

function plan(given: Partial<ClusterRequest> = {}) {
  return planCluster({ ...request, ...given }, random);
}

function refusal(given: Partial<ClusterRequest>): { readonly code: string; readonly message: string } {
  try {
    plan(given);
  } catch (error) {
    if (error instanceof AiexError) return error;
    throw error;
  }
  throw new Error("It was not refused.");
}

describe("planCluster()", () => {
  test("plans a configuration, a file for each node and person, and a page for the operator", () => {
    expect(plan().files.map(({ path }) => path)).toEqual([
      "credentials/node-n1.json",
      "credentials/node-m1.json",
      "credentials/operator-olga.json",
      "credentials/observer-oscar.json",
      "credentials/evaluator-eva.json",
      "credentials/client-carl.json",
      "broker.conf",
      "README.md",
    ]);
  });

  test("makes other keys each time, and the same for one seed of the world", () => {
    const seeded = (seed: number) => planCluster(request, simulatedWorld({ seed }).random).files;
    expect(seeded(1)).toEqual(seeded(1));
    const keys = [...seeded(1), ...seeded(2)].flatMap(({ text }) => text.match(/SU[A-Z2-7]{56}/g) ?? []);
    expect(new Set(keys).size).toBe(12);
  });

  test("puts no secret into the configuration of a single broker, nor into the page", () => {
    const { files: planned } = plan();
    expect(textOf(planned, "broker.conf")).not.toMatch(/SU[A-Z2-7]{56}|password/);
    expect(textOf(planned, "README.md")).not.toMatch(/SU[A-Z2-7]{56}/);
  });

  test("plans a set of brokers that know each other by a password", () => {
    const brokers = ["a.example:4222", "b.example:4222", "c.example:4222"];
    const { files: planned, warnings } = plan({ brokers });
    const second = textOf(planned, "broker-2.conf");
    expect(second).toContain('server_name: "aiex-alpha-2"');
    expect(second).toContain('host: "0.0.0.0"');
    expect(second.match(/nats-route:\/\/broker:[0-9a-f]{64}@[abc]\.example:6222/g)).toHaveLength(2);
    expect(second).not.toContain("@b.example");
    expect(warnings).toEqual([expect.stringContaining("not encrypted")]);
    expect(textOf(planned, "README.md")).toContain("three replicas");
  });

  test("asks for TLS everywhere where certificates are given", () => {
    const tls = { certificate: "/tls/cert.pem", key: "/tls/key.pem", authority: "/tls/ca.pem" };
    const brokers = ["a.example:4222", "b.example:4222", "c.example:4222"];
    const { files: planned, warnings } = plan({ brokers, tls });
    expect(textOf(planned, "broker-1.conf").match(/"ca_file": "\/tls\/ca.pem"/g)).toHaveLength(2);
    const { servers, tls: given } = JSON.parse(textOf(planned, credentialsPath(nodeN)));
    expect(servers).toEqual(brokers.map((broker) => `tls://${broker}`));
    expect(given).toEqual({ ca: "/tls/ca.pem" });
    expect(warnings).toEqual([]);
  });

  test.each<readonly [string, Partial<ClusterRequest>, string]>([
    ["no broker", { brokers: [] }, "bad_brokers"],
    ["two brokers", { brokers: ["a:1", "b:1"] }, "bad_brokers"],
    ["four brokers", { brokers: ["a:1", "b:1", "c:1", "d:1"] }, "bad_brokers"],
    ["a broker twice", { brokers: ["a:1", "a:1", "b:1"] }, "bad_brokers"],
    ["a broker without a port", { brokers: ["a"] }, "bad_brokers"],
    ["a port without room above it", { brokers: ["a:64000"] }, "bad_brokers"],
    ["a port that is none", { brokers: ["a:0x10"] }, "bad_brokers"],
    ["a broker with a line in it", { brokers: ['a"\nport: 1\n:1'] }, "bad_brokers"],
    ["no node", { nodes: [] }, "bad_names"],
    ["a node twice", { nodes: ["n1", "n1"] }, "bad_names"],
    ["a node that is named as a command", { nodes: ["cli-olga"] }, "bad_names"],
    ["a node that may be any", { nodes: ["*"] }, "bad_names"],
    ["a node with a pattern in it", { nodes: ["n1.>"] }, "bad_names"],
    ["a person without a name", { people: [{ role: "client", name: "" }] }, "bad_names"],
    ["a person with too long a name", { people: [{ role: "client", name: "x".repeat(61) }] }, "bad_names"],
    ["a cluster without a name", { cluster: "" }, "bad_cluster"],
    ["a cluster with a dot", { cluster: "a.b" }, "bad_cluster"],
  ])("refuses %s in words", (_, given, code) => {
    const error = refusal(given);
    expect(error.code).toBe(code);
    expect(error.message).toMatch(/[.)]$/);
  });

  test("encodes the name of a person, whatever is in it", async () => {
    const people: readonly Identity[] = [{ role: "operator", name: "../olga *>\n" }];
    const { files: planned } = plan({ people });
    const paths = planned.map(({ path }) => path);
    expect(paths).toContain("credentials/operator-_2e_2e_2folga_20_2a_3e_0a.json");
    const server = await natsServer({ config: await runnable(textOf(planned, "broker.conf")) });
    expect(server.port).toBeGreaterThan(0);
  });

  test("plans a set that works: what is said to one broker is heard at another, and buckets have three replicas", async () => {
    const places = [await freePlace(), await freePlace(), await freePlace()];
    const { files: planned } = plan({ brokers: places });
    const servers = await Promise.all(
      [1, 2, 3].map(async (index) =>
        natsServer({ config: await runnable(textOf(planned, `broker-${index}.conf`)) }),
      ),
    );
    const credentials = async (identity: Identity) => {
      const path = join(servers[0]?.folder ?? "", `${identity.name}.json`);
      writeFileSync(path, textOf(planned, credentialsPath(identity)), { mode: 0o600 });
      return readCredentials(files, path);
    };
    const [one, two] = [servers[0]?.url ?? "", servers[1]?.url ?? ""];
    const [speaker, listener] = [
      await open(one, await credentials(nodeN)),
      await open(two, await credentials(nodeM)),
    ];
    const heard = new Promise<string>((resolve) => {
      listener.subscribe("aiex.alpha.beat.*", { callback: (_, { subject }) => resolve(subject) });
    });
    await settled(listener);
    const beating = setInterval(() => speaker.publish("aiex.alpha.beat.n1", "x"), 50);
    expect(await heard).toBe("aiex.alpha.beat.n1");
    clearInterval(beating);
    const { config } = await eventually(async () => {
      const bucket = await speaker
        .jetstream({ timeout: 1_000 })
        .views.kv("aiex-alpha-leases", { replicas: 3, timeout: 1_000 });
      return (await bucket.status()).streamInfo;
    });
    expect(config).toMatchObject({ name: "KV_aiex-alpha-leases", num_replicas: 3 });
  });
});

describe("writeCluster()", () => {
  test("writes each file for its owner alone, into a folder of the same kind", async () => {
    const path = folder();
    await writeCluster(files, path, plan().files);
    expect(statSync(path).mode & 0o777).toBe(0o700);
    expect(statSync(join(path, "credentials")).mode & 0o777).toBe(0o700);
    for (const name of ["broker.conf", "README.md", "credentials/node-n1.json"]) {
      expect(statSync(join(path, name)).mode & 0o777).toBe(0o600);
    }
  });

  test("writes nothing where any of it is there already, a link that leads nowhere included", async () => {
    const path = folder();
    await writeCluster(files, path, plan().files);
    const before = readFileSync(join(path, "broker.conf"), "utf8");
    await expect(writeCluster(files, path, plan().files)).rejects.toMatchObject({ code: "files_exist" });
    expect(readFileSync(join(path, "broker.conf"), "utf8")).toBe(before);
    const other = folder();
    await files.makeDirectory(other, { mode: 0o700 });
    symlinkSync("/nowhere/at/all", join(other, "README.md"));
    await expect(writeCluster(files, other, plan().files)).rejects.toMatchObject({ code: "files_exist" });
    expect(readdirSync(other)).toEqual(["README.md"]);
  });

  test("leaves nothing behind where it cannot write all of it", async () => {
    const path = folder();
    const broken = {
      ...files,
      writeFile: (target: string, ...rest: [Uint8Array, { mode: number }]) =>
        target.endsWith("broker.conf")
          ? Promise.reject(new Error("disk full"))
          : files.writeFile(target, ...rest),
    };
    await expect(writeCluster(broken, path, plan().files)).rejects.toThrow("disk full");
    expect(readdirSync(join(path, "credentials"))).toEqual([]);
    await writeCluster(files, path, plan().files);
  });

  test("refuses a folder that others can look into", async () => {
    const path = folder();
    await files.makeDirectory(path, { mode: 0o700 });
    chmodSync(path, 0o750);
    await expect(writeCluster(files, path, plan().files)).rejects.toMatchObject({ code: "folder_open" });
    expect(readdirSync(path)).toEqual([]);
  });
});

describe("readCredentials()", () => {
  test("reads what was written, and a carrier connects with it", async () => {
    const path = folder();
    const { files: planned } = plan();
    const server = await natsServer({ config: await runnable(textOf(planned, "broker.conf")) });
    const here = planned.map((file) => ({
      ...file,
      text: file.text.replace("nats://127.0.0.1:4222", server.url),
    }));
    await writeCluster(files, path, here);
    const { credentials, options } = await natsOptionsOf(
      files,
      join(path, credentialsPath(operator)),
      "cli-olga",
    );
    expect(credentials).toMatchObject({
      cluster: "alpha",
      role: "operator",
      name: "olga",
      inboxPrefix: "_INBOX.alpha.cli-olga",
    });
    expect(`${credentials.nkey}${JSON.stringify(credentials)}`).not.toMatch(/SU[A-Z2-7]{56}/);
    const carrier = await connectNats(options);
    const answer = await carrier.request("aiex.alpha.ctl.cli-olga.inspect.n1", new Uint8Array(), 5_000);
    expect(answer).toEqual({ kind: "no_responders" });
    await carrier.close();
  });

  test.each([0o644, 0o640, 0o604, 0o620, 0o700, 0o660])(
    "refuses a file of mode %o in words",
    async (mode) => {
      const path = await written();
      chmodSync(path, mode);
      await expect(readCredentials(files, path)).rejects.toMatchObject({
        code: "credentials_refused",
        message: expect.stringContaining(`the mode is 0${mode.toString(8)}. Run: chmod 600`),
      });
    },
  );

  test.each([0o600, 0o400])("takes a file of mode %o", async (mode) => {
    const path = await written();
    chmodSync(path, mode);
    expect(await readCredentials(files, path)).toMatchObject({ role: "node", name: "n1" });
  });

  test.each<readonly [string, (file: Record<string, unknown>) => unknown, string]>([
    ["no object", () => [], "no JSON object"],
    ["another schema", (file) => ({ ...file, schema: "x" }), '"schema"'],
    ["another role", (file) => ({ ...file, role: "admin" }), roles.join(", ")],
    ["no name", (file) => ({ ...file, name: "" }), '"name"'],
    ["no key", (file) => ({ ...file, nkey: undefined }), '"nkey" is missing'],
    [
      "a key with a slip",
      (file) => ({ ...file, nkey: `${file.nkey}`.replace(/.$/, "!") }),
      "no seed of a user",
    ],
    [
      "an account's key",
      (file) => ({ ...file, nkey: "SAAG4RBTCEIN2PKF5HIAOP2XJMOZZBWVOUKMZ4CLXZ4WI4E3ZVMN3QXJ3Q" }),
      "no seed of a user",
    ],
    ["no servers", (file) => ({ ...file, servers: [] }), '"servers"'],
    ["a server that is no text", (file) => ({ ...file, servers: [1] }), '"servers"'],
    ["a line in the inbox", (file) => ({ ...file, inboxPrefix: "x\r\nSUB > 1" }), '"inboxPrefix"'],
    ["TLS without a path", (file) => ({ ...file, tls: {} }), '"tls"'],
  ])("refuses a file with %s, and shows no key", async (_, change, words) => {
    const path = await written();
    const text = readFileSync(path, "utf8");
    writeFileSync(path, JSON.stringify(change(JSON.parse(text))));
    const refused = await readCredentials(files, path).catch((error: AiexError) => error);
    expect(refused).toMatchObject({ code: "credentials_refused", message: expect.stringContaining(words) });
    expect(String(refused)).not.toMatch(/S[UA][A-Z2-7]{20}/);
  });

  async function written(): Promise<string> {
    const path = folder();
    await writeCluster(files, path, plan().files);
    return join(path, credentialsPath(nodeN));
  }
});

/** A place whose port for other brokers is free. */
async function freePlace(): Promise<string> {
  for (;;) {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    await new Promise((resolve) => server.close(resolve));
    if (port > 3_100) return `127.0.0.1:${port - 2_000}`;
  }
}

/** A set elects who leads before it makes a stream. */
async function eventually<T>(attempt: () => Promise<T>): Promise<T> {
  for (let left = 60; ; left -= 1) {
    try {
      return await attempt();
    } catch (error) {
      if (left === 0) throw error;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}
