// The commands that hold a cluster, against nodes that are data: what they ask, print and save, and how they end.
import { describe, expect, it } from "vitest";
import { ControlRefused } from "../../actors/control/envelope.ts";
import { NodeUnreachable } from "../../supervisors/remote/failures.ts";
import type { SavedConnection } from "../../supervisors/remote/saved-connection.ts";
import { type AskedOfNode, member, nodeReport, ranRemotely, statusReport } from "./remote-stage.ts";

const broker = {
  kind: "nats",
  place: "nats://broker:4222",
  state: "connected",
  connection: { info: { version: "2.10.4", jetstream: true, server_name: "aiex-aiex-1" } },
};

const members = {
  members: [
    member({ name: "beta", host: "rack", load: null, lagMs: null }),
    member({ name: "alpha", isSelf: true }),
    member({ name: "gamma", state: "down" }),
  ],
  cut: 0,
};

function statusOf({ node }: AskedOfNode): unknown {
  if (node === "beta") throw new ControlRefused("beta", "busy", 'Node "beta" could not answer now.', true);
  return statusReport({ node: nodeReport({ name: node }), sessions: 1 });
}

const answers = { members, status: statusOf };

describe("aiex cluster nodes", () => {
  it("lists every node in order, with what each says of itself", async () => {
    const { code, out, asked } = await ranRemotely("cluster nodes", { answers });
    expect(code).toBe(0);
    expect(out.split("\n")).toEqual([
      "NODE   STATE          LOAD   LAG  PROCESSES  SESSIONS         UP    INCARNATION  HOST",
      "alpha  up             25 %  3 ms         42         1  2 h 5 min  1790000000000  desk",
      "beta   up, no answer     -     -          -         -          -  1790000000000  rack",
      "gamma  down           25 %  3 ms          -         -          -  1790000000000  desk",
      "",
    ]);
    // One that is down is not waited for.
    expect(asked.map(({ node, request }) => [node, request.what])).toEqual([
      ["alpha", "members"],
      ["beta", "status"],
      ["alpha", "status"],
    ]);
  });

  it("gives programs each with why it did not answer", async () => {
    const { out } = await ranRemotely("cluster nodes --format json", { answers });
    const { schema, nodes, cluster } = JSON.parse(out);
    expect({ schema, cluster }).toEqual({ schema: "aiex.cluster-nodes/1", cluster: "aiex" });
    expect(nodes).toMatchObject([
      { name: "alpha", answers: true, sessions: 1, processes: 42, reason: null },
      { name: "beta", answers: false, sessions: null, reason: 'Node "beta" could not answer now.' },
      { name: "gamma", state: "down", answers: false },
    ]);
  });

  it("asks the node that is named for the others", async () => {
    const { opened } = await ranRemotely("cluster nodes beta", { answers });
    expect(opened).toEqual([{ node: "beta", anyMember: true }]);
  });

  it("asks many nodes, all of them", async () => {
    const many = Array.from({ length: 57 }, (_, index) => member({ name: `n${index}` }));
    const status = statusReport();
    const { out, asked } = await ranRemotely("cluster nodes", {
      answers: { members: { members: many, cut: 5 }, status },
    });
    expect(asked).toHaveLength(58);
    expect(out).toContain("5 more nodes not shown");
  });
});

describe("aiex cluster health", () => {
  it("ends with 0 where nothing is wrong", async () => {
    const healthy = { members: { members: [member({ isSelf: true })], cut: 0 }, status: statusReport() };
    const { code, out } = await ranRemotely("cluster health", { answers: healthy });
    expect({ code, out }).toEqual({ code: 0, out: "Cluster aiex: 1 node, 1 up\n\nNothing is wrong.\n" });
  });

  it("ends with 1 where a node does not answer, and says what to do", async () => {
    const { code, out } = await ranRemotely("cluster health", { answers });
    expect(code).toBe(1);
    expect(out).toContain('critical: beta: It does not answer: Node "beta" could not answer now.');
    expect(out).toContain("→ See with `aiex node list` on rack whether it runs");
    expect(out).toContain("critical: gamma: It is down.");
  });

  it.each([
    ["warning", 0],
    ["critical", 1],
  ] as const)("ends for a %s with %i", async (severity, code) => {
    const problems = [{ severity, what: "Something.", advice: "Do something." }];
    const only = {
      members: { members: [member({ isSelf: true })], cut: 0 },
      status: statusReport({ problems }),
    };
    const ran = await ranRemotely("cluster health --format json", { answers: only });
    expect(ran.code).toBe(code);
    expect(JSON.parse(ran.out)).toMatchObject({
      schema: "aiex.cluster-health/1",
      healthy: code === 0,
      problems: [{ severity, node: "alpha" }],
    });
  });

  it("ends with 76 where nothing answers", async () => {
    const silent = {
      members: () => {
        throw new NodeUnreachable("Nobody answers.");
      },
    };
    expect((await ranRemotely("cluster health", { answers: silent })).code).toBe(76);
  });
});

describe("aiex cluster status", () => {
  it("names the broker and what it means when that acknowledges", async () => {
    const { code, out } = await ranRemotely("cluster status", { answers, gate: undefined, carrier: broker });
    expect(code).toBe(0);
    expect(out).toContain("Broker:        nats://broker:4222, connected, version 2.10.4");
    expect(out).toContain("Durable:       not known: brokers do not tell");
    expect(out).toContain("Nodes:         3 (2 up, 1 down)");
    expect(out).toContain("This command:  cli-ann, through alpha, by the broker");
  });

  it.each([
    [{ jetstream: true, server_name: "aiex-1" }, "unknown"],
    [{ jetstream: false, server_name: "aiex-1" }, "none"],
    [{ server_name: "theirs" }, "none"],
  ])("reads from what the broker says of itself, %j, that its word is %s", async (info, acknowledges) => {
    const carrier = { ...broker, connection: { info: { version: "2.9.10", ...info } } };
    const { out } = await ranRemotely("cluster status --format json", { answers, gate: undefined, carrier });
    expect(JSON.parse(out).broker).toEqual({
      place: "nats://broker:4222",
      state: "connected",
      version: "2.9.10",
      acknowledges,
    });
  });

  it.each([
    ["nats://broker:4222", "fsync"],
    ["nats://other:4222", "unknown"],
  ])("knows of the broker that a node manages at %s: %s", async (place, acknowledges) => {
    const ways = [{ kind: "nats", place, state: "connected" }];
    const status = statusReport({
      node: nodeReport({ carriers: ways }),
      applications: [{ name: "broker", state: "running" }],
    });
    const { out } = await ranRemotely("cluster status --format json", {
      answers: { members: { members: [member({ isSelf: true })], cut: 0 }, status },
      gate: undefined,
      carrier: broker,
    });
    expect(JSON.parse(out).broker.acknowledges).toBe(acknowledges);
  });

  it("says of a node by itself that it has no broker", async () => {
    const alone = { members: { members: [member({ isSelf: true })], cut: 0 }, status: statusReport() };
    const { out } = await ranRemotely("cluster status", { answers: alone });
    expect(out).toContain("none: the node runs alone");
    expect(out).not.toContain("Durable");
  });

  it("says by a socket where the node's broker is", async () => {
    const way = { kind: "nats", place: "nats://b:4222", state: "disconnected" };
    const status = statusReport({ node: nodeReport({ carriers: [way] }) });
    const { out } = await ranRemotely("cluster status", {
      answers: { members: { members: [member({ isSelf: true })], cut: 0 }, status },
    });
    expect(out).toContain("Broker:        nats://b:4222, disconnected");
  });
});

describe("aiex cluster connect", () => {
  const inCluster = {
    node: nodeReport({ carriers: [{ kind: "nats", place: "nats://b:4222", state: "connected" }] }),
  };

  /** The run, and what it saved. */
  async function connected(line: string, options: Parameters<typeof ranRemotely>[1] = {}) {
    const saves: SavedConnection[] = [];
    let forgets = 0;
    const ran = await ranRemotely(line, {
      answers: inCluster,
      ...options,
      remotes: {
        save: async (connection) => {
          saves.push(connection);
          return "/home/ann/.config/aiex/connection.json";
        },
        forget: async () => {
          forgets += 1;
        },
        ...options.remotes,
      },
    });
    return { ...ran, saves, forgets: () => forgets };
  }

  it("saves a broker that it reached, with the whole path of the credentials", async () => {
    const { code, out, saves, opened } = await connected(
      "cluster connect nats://broker:4222 --credentials /k/ann.json",
      {
        gate: undefined,
        carrier: broker,
      },
    );
    expect(code).toBe(0);
    expect(opened).toEqual([{ url: "nats://broker:4222", credentials: "/k/ann.json" }]);
    expect(saves).toEqual([{ url: "nats://broker:4222", cluster: "aiex", credentials: "/k/ann.json" }]);
    expect(out).toContain("Commands speak to cluster aiex at nats://broker:4222. Saved in /home/ann");
  });

  it.each(["alpha", "alpha@desk"])("saves the cluster of a node of this machine, %s", async (node) => {
    const { saves, opened } = await connected(`cluster connect ${node}`);
    expect(opened).toEqual([{ node }]);
    expect(saves).toEqual([{ url: "nats://b:4222", cluster: "aiex", node }]);
  });

  it("saves the name of a node that runs alone", async () => {
    const { code, out, saves } = await connected("cluster connect alpha@desk", {
      entry: "alpha",
      answers: { node: nodeReport() },
    });
    expect({ code, saves }).toEqual({ code: 0, saves: [{ node: "alpha" }] });
    expect(out).toContain("Commands speak to node alpha of this machine, which runs alone. Saved in /home");
  });

  it("saves nothing where nobody answers", async () => {
    const open = async (): Promise<never> => {
      throw new ControlRefused("x", "node_unreachable", "Nobody answers.");
    };
    const { code, saves } = await connected("cluster connect nats://b:1", { remotes: { open } });
    expect({ code, saves }).toEqual({ code: 76, saves: [] });
  });

  it("forgets, and shows what is saved", async () => {
    const saved = async () => ({ url: "nats://b:4222", cluster: "prod" });
    const forgotten = await connected("cluster connect --forget", { remotes: { saved } });
    expect(forgotten.forgets()).toBe(1);
    expect(forgotten.out).toContain("Forgotten");
    const shown = await connected("cluster connect", { remotes: { saved } });
    expect(shown.out).toBe("Commands speak to cluster prod at nats://b:4222.\n");
    expect((await connected("cluster connect")).out).toContain("Nothing is saved");
    const json = await connected("cluster connect --format json", { remotes: { saved } });
    expect(JSON.parse(json.out)).toEqual({
      schema: "aiex.connection/1",
      connection: { url: "nats://b:4222", cluster: "prod" },
    });
  });

  it.each(["cluster connect --forget alpha", "cluster connect a.b", "cluster connect a b"])(
    "refuses %j",
    async (line) => {
      const { code, saves, opened } = await connected(line);
      expect({ code, saves, opened }).toEqual({ code: 2, saves: [], opened: [] });
    },
  );
});

describe("aiex cluster join", () => {
  const joins = { join: { url: "nats://b:4222", members: ["alpha", "beta"] } };

  it("hands the node the credentials that are named, and not where they are", async () => {
    const line = "cluster join alpha --to nats://b:4222 --credentials /k/alpha.json";
    const { code, asked } = await ranRemotely(line, { answers: joins, files: { "/k/alpha.json": "{}" } });
    expect(code).toBe(0);
    expect(asked[0]?.request).toEqual({ url: "nats://b:4222", credentials: "{}" });
  });

  it("asks no node where there are no such credentials", async () => {
    const line = "cluster join alpha --to nats://b:4222 --credentials /k/alpha.json";
    const { code, err, asked } = await ranRemotely(line, { answers: joins });
    expect({ code, asked }).toEqual({ code: 1, asked: [] });
    expect(err).toContain("/k/alpha.json");
  });

  it("says with whom it is a member", async () => {
    const { code, out, asked } = await ranRemotely("cluster join alpha --to nats://b:4222", {
      answers: joins,
    });
    expect(code).toBe(0);
    expect(asked).toMatchObject([{ node: "alpha", verb: "join", request: { url: "nats://b:4222" } }]);
    expect(out).toBe("alpha is a member of the cluster at nats://b:4222, with beta.\n");
  });

  it("takes the cluster of the configuration, else the one that was saved", async () => {
    const saved = async () => ({ url: "nats://saved:4222" });
    const first = await ranRemotely("cluster join alpha", {
      answers: joins,
      remotes: { saved, url: "nats://set:1" },
    });
    expect(first.asked[0]?.request.url).toBe("nats://set:1");
    const second = await ranRemotely("cluster join alpha", { answers: joins, remotes: { saved } });
    expect(second.asked[0]?.request.url).toBe("nats://saved:4222");
  });

  it("asks which one where there is none", async () => {
    const { code, err, opened } = await ranRemotely("cluster join alpha", { answers: joins });
    expect({ code, opened }).toEqual({ code: 2, opened: [] });
    expect(err).toContain("--to URL");
  });

  it("ends with 5 where the broker denies the node", async () => {
    const denied = {
      join: () => {
        throw new ControlRefused("alpha", "broker_denied", "Not let in.");
      },
    };
    expect((await ranRemotely("cluster join alpha --to nats://b:1", { answers: denied })).code).toBe(5);
  });
});

describe("aiex cluster init", () => {
  const line = "cluster init --nodes alpha,beta --operators ann --output /clusters/one";

  it("writes what the brokers, nodes and people need, and names every file", async () => {
    const { code, out, host } = await ranRemotely(`${line} --format json`);
    expect(code).toBe(0);
    const { schema, folder, files } = JSON.parse(out);
    expect({ schema, folder }).toEqual({ schema: "aiex.cluster-files/1", folder: "/clusters/one" });
    expect(files.toSorted()).toEqual([
      "README.md",
      "broker.conf",
      "credentials/node-alpha.json",
      "credentials/node-beta.json",
      "credentials/operator-ann.json",
    ]);
    for (const file of files) {
      const { mode } = await host.world.files.status(`/clusters/one/${file}`);
      expect(mode & 0o777).toBe(0o600);
    }
  });

  it("says what was written and what to do with it", async () => {
    const { out } = await ranRemotely(line);
    expect(out).toContain("Wrote /clusters/one:\n");
    expect(out).toContain("  credentials/operator-ann.json\n");
    expect(out).toContain("README.md says how the brokers are run");
  });

  it("warns where what travels can be read", async () => {
    const { err } = await ranRemotely(`${line} --brokers b1:4222,b2:4222,b3:4222`);
    expect(err).toContain("Warning: What goes to and from b1:4222");
  });

  it.each([
    ["cluster init --output x", "--nodes is missing"],
    ["cluster init --nodes a", "--output is missing"],
    [`${line} --brokers one`, "HOST:PORT"],
    [`${line} --brokers a:1,b:2`, "3 or 5"],
    [`${line} --cluster a.b`, "cluster's name"],
    [`${line} --observers ann, --clients ,`, "empty"],
    [`${line} --tls-cert c.pem`, "belong together"],
  ])("refuses %j with 2", async (given, says) => {
    const { code, err, out } = await ranRemotely(given);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toContain(says);
  });
});
