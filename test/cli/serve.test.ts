// `aiex serve --openai` without any endpoint: what it asks for, prints, and ends with.
import { describe, expect, it } from "vitest";
import type { Nodes } from "../../cli/host.ts";
import { PortTaken } from "../../runtime/http-server/failures.ts";
import { Secret } from "../../runtime/secret.ts";
import type { FlagSetting } from "../../supervisors/config.ts";
import { runOn, type Stage, stage } from "./fixtures.ts";

const ready = {
  url: "http://127.0.0.1:9488/v1",
  tokenFile: "/home/ann/.local/share/aiex/endpoint-token",
};

interface Served extends Stage {
  readonly flags: FlagSetting[];
  readonly asked: unknown[];
  readonly stopped: () => number;
  askToStop(): void;
}

function staged(
  given: { readonly newToken?: Secret; readonly broker?: string; readonly failure?: Error } = {},
): Served {
  const flags: FlagSetting[] = [];
  const asked: unknown[] = [];
  let stops = 0;
  let askToStop = (): void => {};
  const stopAsked = new Promise<void>((resolve) => {
    askToStop = resolve;
  });
  const serve: Nodes["serve"] = async ({ onFailure: _, ...request }) => {
    asked.push(request);
    if (given.failure !== undefined) throw given.failure;
    return {
      ...ready,
      newToken: given.newToken,
      node: {
        ...{ name: "serve-desk", incarnation: 7, osPid: 42, cluster: "aiex", socket: "/run/serve.sock" },
        url: given.broker,
        stopAsked,
        stop: async () => {},
      },
      stop: async () => {
        stops += 1;
      },
    };
  };
  const scene = stage({
    nodes: (set) => {
      flags.push(...set);
      return { serve };
    },
  });
  return { ...scene, flags, asked, stopped: () => stops, askToStop: () => askToStop() };
}

function untilReady(scene: Served, line: string, then: () => void): Promise<number> {
  return scene.world.until(
    (async () => {
      const running = runOn(scene, line.split(" "));
      while (scene.stdout() === "") await new Promise<void>((resolve) => scene.world.turns.afterIo(resolve));
      then();
      return running;
    })(),
  );
}

describe("aiex serve --openai", () => {
  it("says where it is, and shows a token that is new", async () => {
    const scene = staged({ newToken: new Secret("aiex-brand-new-token") });
    expect(await untilReady(scene, "serve --openai", () => scene.askToStop())).toBe(0);
    expect(scene.stdout().split("\n")).toEqual([
      "aiex serves OpenAI's interface at http://127.0.0.1:9488/v1, as node serve-desk, alone.",
      `The token, which is shown this once and kept in ${ready.tokenFile}: aiex-brand-new-token`,
      `OPENAI_BASE_URL=${ready.url} OPENAI_API_KEY=$(cat ${ready.tokenFile}) is what most tools want; the model is auto, or an entry of llm.providers.`,
      "",
    ]);
    expect([scene.stopped(), scene.flags, scene.asked]).toEqual([
      1,
      [],
      [{ host: "127.0.0.1", port: 9488, tokenFile: undefined, managesBroker: false }],
    ]);
  });

  it("says of a token that is kept only where it is", async () => {
    const scene = staged();
    await untilReady(scene, "serve --openai", () => scene.askToStop());
    expect(scene.stdout()).toContain(`The token is in ${ready.tokenFile}, where it was.`);
  });

  it("says it to programs in one line of JSON", async () => {
    const scene = staged({ newToken: new Secret("aiex-brand-new-token"), broker: "nats://b:4222" });
    await untilReady(scene, "serve --openai --format json", () => scene.askToStop());
    expect(JSON.parse(scene.stdout())).toEqual({
      ...{ schema: "aiex.serve-ready/1", ...ready, token: "aiex-brand-new-token" },
      ...{ node: "serve-desk", cluster: "aiex", broker: "nats://b:4222" },
    });
  });

  it("hands its options on", async () => {
    const scene = staged();
    const line =
      "serve --openai --port 0 --host ::1 --token-file t --name gate --nats nats://b --cluster work --credentials c";
    await untilReady(scene, line, () => scene.askToStop());
    expect(scene.asked).toEqual([{ host: "::1", port: 0, tokenFile: "t", managesBroker: false }]);
    expect(scene.flags).toEqual([
      { flag: "--name", key: "cluster.node_name", value: "gate" },
      { flag: "--nats", key: "cluster.nats_url", value: "nats://b" },
      { flag: "--cluster", key: "cluster.name", value: "work" },
      { flag: "--credentials", key: "cluster.credentials_file", value: "c" },
    ]);
  });

  it("joins the broker of its machine", async () => {
    const scene = staged();
    await untilReady(scene, "serve --openai --managed-nats", () => scene.askToStop());
    expect(scene.asked).toMatchObject([{ managesBroker: true }]);
  });

  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 0],
  ] as const)("stops in good order after %s", async (signal, code) => {
    const scene = staged();
    expect(await untilReady(scene, "serve --openai", () => scene.signal(signal))).toBe(code);
    expect([scene.stopped(), scene.stderr()]).toEqual([
      1,
      "Stopping, when the answers that have begun are whole.\n",
    ]);
  });

  it("says that its port is taken", async () => {
    const scene = staged({ failure: new PortTaken("127.0.0.1", 9488) });
    expect(await scene.world.until(runOn(scene, ["serve", "--openai"]))).toBe(1);
    expect(scene.stderr()).toContain("Port 9488 of 127.0.0.1 is taken by another program.");
  });

  it.each([
    "serve",
    "serve --openai --host 0.0.0.0",
    "serve --openai --port 70000",
    "serve --openai --port x",
    "serve --openai --solo --nats nats://b",
    "serve --anthropic",
    "serve openai",
  ])("refuses %j", async (line) => {
    const scene = staged();
    expect(await scene.world.until(runOn(scene, line.split(" ")))).toBe(2);
    expect(scene.asked).toEqual([]);
  });
});
