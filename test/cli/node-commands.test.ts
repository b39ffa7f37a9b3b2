// The commands that start, stop and list nodes, without any node: what they ask for, print, and end with.
import { describe, expect, it } from "vitest";
import { ControlRefused } from "../../actors/control/envelope.ts";
import type { Nodes } from "../../cli/host.ts";
import { NameHeld } from "../../runtime/membership/name-held.ts";
import type { ListedNode } from "../../supervisors/cluster/node-list.ts";
import type { RunningNode } from "../../supervisors/cluster/running-node.ts";
import type { FlagSetting } from "../../supervisors/config.ts";
import { NodeUnreachable } from "../../supervisors/remote/failures.ts";
import { runOn, type Stage, type StageOptions, stage } from "./fixtures.ts";
import { nodeReport, ranRemotely } from "./remote-stage.ts";

interface Started extends Stage {
  readonly flags: FlagSetting[];
  readonly started: { managesBroker: boolean }[];
  readonly stopped: () => number;
  /** As somebody who asks the node to stop. */
  askToStop(): void;
  /** As another node that has the better claim to the name. */
  loseName(): void;
  fail(thrown: unknown): void;
  run(line: string): Promise<number>;
}

interface StartOptions extends StageOptions {
  readonly url?: string;
  /** What the start ends with, in place of a node. */
  readonly failure?: Error;
  /** Is awaited before the node has started. */
  readonly before?: Promise<void>;
}

const held = new NameHeld({ name: "alpha", incarnation: 3, host: "there", osPid: 99 });

function staged({ url, failure, before, ...options }: StartOptions = {}): Started {
  const flags: FlagSetting[] = [];
  const started: { managesBroker: boolean }[] = [];
  let stops = 0;
  let fail = (_: unknown): void => {};
  let askToStop = (): void => {};
  let loseName = (): void => {};
  const stopAsked = new Promise<void>((resolve, reject) => {
    askToStop = resolve;
    loseName = () => reject(held);
  });
  const start: Nodes["start"] = async ({ managesBroker, onFailure }) => {
    started.push({ managesBroker });
    fail = onFailure;
    await before;
    if (failure !== undefined) throw failure;
    const node: RunningNode = {
      ...{ name: "alpha", incarnation: 7, osPid: 42, cluster: "aiex", socket: "/run/alpha.sock", url },
      stopAsked,
      stop: async () => {
        stops += 1;
      },
    };
    return node;
  };
  const scene = stage({
    ...options,
    nodes: (given) => {
      flags.push(...given);
      return { start };
    },
  });
  return {
    ...scene,
    flags,
    started,
    stopped: () => stops,
    askToStop: () => askToStop(),
    loseName: () => loseName(),
    fail: (thrown) => fail(thrown),
    run: (line) => runOn(scene, line.split(" ")),
  };
}

/** Runs until `condition` holds. */
async function when(scene: Stage, condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise<void>((resolve) => scene.world.turns.afterIo(resolve));
}

async function untilReady(scene: Started, line: string, then: () => void): Promise<number> {
  return scene.world.until(
    (async () => {
      const running = scene.run(line);
      await when(scene, () => scene.stdout() !== "");
      then();
      return running;
    })(),
  );
}

describe("aiex node start", () => {
  it("says that the node is ready, and how to reach it", async () => {
    const scene = staged();
    expect(await untilReady(scene, "node start", () => scene.askToStop())).toBe(0);
    expect(scene.stdout()).toBe(
      "aiex node alpha is ready, alone: aiex attach alpha, aiex status alpha, aiex node stop alpha\n",
    );
    expect(scene.stderr()).toBe("Stopping node alpha, as it was asked to.\n");
    expect([scene.stopped(), scene.started, scene.flags]).toEqual([1, [{ managesBroker: false }], []]);
  });

  it("says it to programs in one line of JSON", async () => {
    const scene = staged({ url: "nats://b:4222" });
    await untilReady(scene, "node start --format json", () => scene.askToStop());
    expect(scene.stdout().endsWith("}\n")).toBe(true);
    expect(JSON.parse(scene.stdout())).toEqual({
      ...{ schema: "aiex.node-ready/1", name: "alpha", incarnation: 7, osPid: 42, cluster: "aiex" },
      ...{ socket: "/run/alpha.sock", url: "nats://b:4222" },
    });
  });

  it("hands its options on as settings", async () => {
    const scene = staged();
    const line = "node start --name beta --nats nats://b --cluster work --credentials c.json --labels zone=a";
    await untilReady(scene, line, () => scene.askToStop());
    expect(scene.flags).toEqual([
      { flag: "--name", key: "cluster.node_name", value: "beta" },
      { flag: "--nats", key: "cluster.nats_url", value: "nats://b" },
      { flag: "--cluster", key: "cluster.name", value: "work" },
      { flag: "--credentials", key: "cluster.credentials_file", value: "c.json" },
      { flag: "--labels", key: "cluster.labels", value: "zone=a" },
    ]);
  });

  it("starts alone, or with a broker of its own, where that is asked for", async () => {
    const alone = staged();
    await untilReady(alone, "node start --solo", () => alone.askToStop());
    expect(alone.flags).toEqual([{ flag: "--solo", key: "cluster.enabled", value: false }]);
    const managing = staged();
    await untilReady(managing, "node start --managed-nats", () => managing.askToStop());
    expect(managing.started).toEqual([{ managesBroker: true }]);
  });

  it.each(["--nats nats://b --managed-nats", "--solo --managed-nats", "--nats nats://b --solo"])(
    "refuses %s together",
    async (options) => {
      const scene = staged();
      expect(await scene.world.until(scene.run(`node start ${options}`))).toBe(2);
      expect(scene.stderr()).toContain("cannot be had together");
      expect(scene.started).toEqual([]);
    },
  );

  it.each([
    ["SIGTERM", 0],
    ["SIGINT", 130],
  ] as const)("stops in good order at %s, and ends with %i", async (signal, code) => {
    const scene = staged();
    expect(await untilReady(scene, "node start", () => scene.signal(signal))).toBe(code);
    expect(scene.stderr()).toBe("Stopping node alpha.\n");
    expect([scene.stopped(), scene.endings]).toEqual([1, []]);
  });

  it("says who has the name, and ends with 76", async () => {
    const scene = staged({ failure: held });
    expect(await scene.world.until(scene.run("node start --name alpha"))).toBe(76);
    expect(scene.stderr()).toMatch(/"alpha".*process 99 on there/);
    expect(scene.stdout()).toBe("");
  });

  it("gives way to another node with a better claim to the name, and ends with 76", async () => {
    const scene = staged();
    expect(await untilReady(scene, "node start", () => scene.loseName())).toBe(76);
    expect(scene.stderr()).toContain("process 99 on there");
    expect(scene.stopped()).toBe(1);
  });

  it("tells of a failure that brought the node down, and ends with its code", async () => {
    const scene = staged();
    expect(await untilReady(scene, "node start", () => scene.fail(new Error("It broke.")))).toBe(70);
    expect(scene.stderr()).toContain("It broke.");
    expect(scene.stopped()).toBe(1);
  });

  it("puts a node away again that has started after the signal", async () => {
    let begin = (): void => {};
    const before = new Promise<void>((resolve) => {
      begin = resolve;
    });
    const scene = staged({ before });
    const code = await scene.world.until(
      (async () => {
        const running = scene.run("node start");
        await when(scene, () => scene.started.length > 0);
        scene.signal("SIGTERM");
        begin();
        return running;
      })(),
    );
    expect([code, scene.stopped(), scene.stdout()]).toEqual([143, 1, ""]);
  });
});

describe("aiex node stop", () => {
  const stop = { incarnation: 7, osPid: 42 };

  it("waits until nobody answers any more", async () => {
    let looks = 0;
    const node = () => {
      looks += 1;
      if (looks === 1) return nodeReport({ incarnation: 7, state: "draining" });
      if (looks === 2) throw new ControlRefused("alpha", "busy", "Try again.", true);
      throw new NodeUnreachable("There is nobody.");
    };
    const { code, out, asked } = await ranRemotely("node stop alpha", { answers: { stop, node } });
    expect([code, out]).toEqual([0, "Node alpha has stopped.\n"]);
    expect(asked.map(({ verb }) => verb)).toEqual(["stop", "inspect", "inspect", "inspect"]);
  });

  it("takes another incarnation for the end of the one that was meant", async () => {
    const node = nodeReport({ incarnation: 8 });
    const { code, out } = await ranRemotely("node stop --format json", { answers: { stop, node } });
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual({ schema: "aiex.node-stopped/1", node: "alpha", ...stop });
  });

  it("ends with 124 where it is still stopping when the time is over", async () => {
    const node = nodeReport({ incarnation: 7 });
    const { code, err } = await ranRemotely("node stop alpha --timeout 2s", { answers: { stop, node } });
    expect(code).toBe(124);
    expect(err).toContain("took longer than 2s");
  });

  it("ends with 5 where it is not allowed", async () => {
    const denied = () => {
      throw new ControlRefused("alpha", "denied", "You may not.");
    };
    expect((await ranRemotely("node stop alpha", { answers: { stop: denied } })).code).toBe(5);
  });

  it("ends with 76 where no node runs", async () => {
    const scene = stage();
    expect(await scene.world.until(runOn(scene, ["node", "stop"]))).toBe(76);
  });
});

describe("aiex node list", () => {
  const listed = (over: Partial<ListedNode>): ListedNode => ({
    ...{ name: "alpha", isLocal: true, state: "up", incarnation: 7, host: "here", osPid: 42 },
    ...{ cluster: "aiex", url: null, uptimeMs: 7_500_000 },
    ...over,
  });
  const nodes = [
    listed({}),
    listed({
      ...{ name: "beta\u001b[31m", isLocal: false, host: "rack", osPid: null, uptimeMs: null },
      ...{ state: "suspect", url: "nats://b:4222" },
    }),
  ];

  async function ran(line: string, list: readonly ListedNode[]): Promise<{ code: number; out: string }> {
    const scene = stage({ nodes: () => ({ list: async () => list }) });
    const code = await scene.world.until(runOn(scene, line.split(" ")));
    return { code, out: scene.stdout() };
  }

  it("lists each with where it is, fit for a terminal", async () => {
    const { code, out } = await ran("node list", nodes);
    expect(code).toBe(0);
    expect(out.split("\n")).toEqual([
      "NODE          STATE           UP  PROCESS  HOST          CLUSTER",
      "alpha         up       2 h 5 min       42  this machine  alone",
      "beta\\x1b[31m  suspect          -        -  rack          aiex at nats://b:4222",
      "",
    ]);
  });

  it("gives programs what it knows", async () => {
    const { out } = await ran("node list --format json", nodes);
    expect(JSON.parse(out)).toEqual({ schema: "aiex.node-list/1", nodes });
  });

  it("says how to start one where none runs", async () => {
    expect(await ran("node list", [])).toEqual({
      code: 0,
      out: "No node runs on this machine. Start one: aiex node start\n",
    });
  });
});
