// What happens inside of what is told: listeners that break, send and halt, and starts and stops that nobody waits for any more.
import { describe, expect, test } from "vitest";
import {
  call,
  ignore,
  link,
  type Node,
  named,
  noReply,
  ok,
  type Pid,
  type Ref,
  receive,
  refuse,
  reply,
  runOn,
  self,
  send,
  server,
  sleep,
  spawnOn,
  spawnRequest,
  stop,
  trapExit,
  unlink,
} from "../../../runtime/index.ts";
import { clerk, counter } from "./actors.ts";
import { type Cluster, type ClusterKind, clusterKinds, startCluster } from "./cluster.ts";

const endless = async (): Promise<void> => void (await receive());
const ignoring = server("ignoring", { init: () => ignore() });
const stuck = server("stuck", { init: () => new Promise<never>(() => {}) });
const openers = new Map<string, () => void>();
/** Is ready when the opener of its name is called. */
const late = server("late", {
  init: async (name: string) => {
    await new Promise<void>((resolve) => openers.set(name, resolve));
    return ok(0);
  },
});
/** Lets itself be stopped by nobody. */
const stubborn = server("stubborn", {
  init: () => ok(0),
  calls: {
    hang: async (state: number, _: number) => {
      await new Promise<never>(() => {});
      return noReply(state);
    },
  },
});
/** Says much, and declines. */
const talkative = server("talkative", {
  init: (reader: Pid) => {
    send(reader, { type: "large", bytes: new Uint8Array(1024 * 1024) });
    return refuse("said enough");
  },
});
const answer = async (): Promise<number> => 42;
const logic = { answer, counter, clerk, endless, ignoring, stuck, late, stubborn, talkative };

async function pair(kind: ClusterKind): Promise<{ cluster: Cluster; alpha: Node; beta: Node }> {
  const cluster = await startCluster(kind);
  const alpha = await cluster.member("alpha", { logic });
  const beta = await cluster.member("beta", { logic });
  return { cluster, alpha, beta };
}

describe.each(clusterKinds)("over %s", (kind) => {
  describe("a listener of node events", () => {
    test("that ends the new session at once leaves nothing behind that swallows what is sent later", async () => {
      const { cluster, alpha, beta } = await pair(kind);
      const count = await cluster.when(beta.spawn(counter, { input: { start: 0 } }));
      const first: string[] = [];
      const second: string[] = [];
      let breaks = 1;
      alpha.monitorNodes(({ kind: change }) => {
        first.push(change);
        if (change === "up" && breaks > 0) {
          breaks -= 1;
          alpha.disconnectNode("beta");
        }
      });
      alpha.monitorNodes(({ kind: change }) => second.push(change));
      alpha.disconnectNode("beta");
      await cluster.eventually(() => first.length >= 4);
      expect(first.slice(0, 4)).toEqual(["down", "up", "down", "up"]);
      expect(second.slice(0, 4)).toEqual(["down", "up", "down", "up"]);
      expect(await cluster.when(alpha.call(count, "bump", { by: 1 }))).toBe(1);
    });

    test("that calls while it is told of the break is answered by the next session", async () => {
      const { cluster, alpha, beta } = await pair(kind);
      const count = await cluster.when(beta.spawn(counter, { input: { start: 0 } }));
      const answers: unknown[] = [];
      let calls = 1;
      alpha.monitorNodes(({ kind: change }) => {
        if (change !== "down" || calls === 0) return;
        calls -= 1;
        void alpha.call(count, "bump", { by: 1 }).then((value) => answers.push(value));
      });
      alpha.disconnectNode("beta");
      await cluster.eventually(() => answers.length === 1);
      expect(answers).toEqual([1]);
    });

    test("that halts the node, twice, ends it in order", async () => {
      const { cluster, alpha, beta } = await pair(kind);
      let halted: Promise<unknown> | undefined;
      beta.monitorNodes(({ kind: change }) => {
        if (change === "down") halted = Promise.all([beta.halt(), beta.halt()]);
      });
      alpha.disconnectNode("beta");
      await cluster.eventually(() => halted !== undefined);
      await cluster.when(halted ?? Promise.reject());
      await cluster.eventually(() => alpha.nodes().length === 0);
      expect(beta.nodes()).toEqual([]);
    });

    test("of runtime events that breaks the session in the middle of a batch hears of one break", async () => {
      const { cluster, alpha } = await pair(kind);
      const seen: string[] = [];
      alpha.subscribe(({ name }) => {
        if (name === "node_up" || name === "node_down") seen.push(name);
        if (name === "node_up" && seen.length === 2) alpha.disconnectNode("beta");
      });
      alpha.disconnectNode("beta");
      await cluster.eventually(() => seen.length === 4);
      expect(seen).toEqual(["node_down", "node_up", "node_down", "node_up"]);
    });
  });

  describe("a start on another node", () => {
    test("E05 that its init declines leaves a linked starter alive", async () => {
      const { cluster, alpha } = await pair(kind);
      const outcome = await cluster.inside(alpha, async () => {
        const code = await spawnOn("beta", ignoring, { link: true }).catch((error) => error.code);
        await sleep(50);
        return code;
      });
      expect(outcome).toBe("ignore");
    });

    test("E09 that takes too long tells a linked starter by its answer alone", async () => {
      const { cluster, alpha } = await pair(kind);
      const outcome = await cluster.inside(alpha, async () => {
        const code = await spawnOn("beta", stuck, { link: true, startTimeoutMs: 30 }).catch(
          (error) => error.code,
        );
        await sleep(50);
        return code;
      });
      expect(outcome).toBe("start_timeout");
    });

    test("J23 that was given up after the process was there leaves no link, on neither side", async () => {
      const { cluster, alpha, beta } = await pair(kind);
      const links = await cluster.inside(alpha, async () => {
        const request = spawnRequest("beta", "late", { link: true, name: "late", input: `${kind} link` });
        while (alpha.processInfo(self())?.links.length === 0) await sleep(5);
        request.abandon();
        return alpha.processInfo(self())?.links.length;
      });
      expect(links).toBe(0);
      const there = beta.whereis("late") as Pid;
      openers.get(`${kind} link`)?.();
      await cluster.inside(alpha, () => sleep(50));
      expect(beta.processInfo(there)?.links).toEqual([]);
    });

    test("J23 that was given up while its answer was on the way leaves no link, on neither side", async () => {
      const { cluster, alpha, beta } = await pair(kind);
      const links = await cluster.inside(alpha, async () => {
        const request = spawnRequest("beta", "endless", { link: true, name: "given-up" });
        request.abandon();
        await sleep(100);
        return alpha.processInfo(self())?.links.length;
      });
      expect(links).toBe(0);
      expect(beta.processInfo(beta.whereis("given-up") as Pid)?.links).toEqual([]);
    });

    test("whose input cannot travel is told once and leaves nothing behind", async () => {
      const { cluster, alpha } = await pair(kind);
      const told: unknown[] = [];
      const input = new Uint8Array(16 * 1024 * 1024 + 1);
      const seen = await cluster.inside(alpha, async () => {
        const request = spawnRequest("beta", "endless", {
          input: input as never,
          isWatched: true,
          onDown: ({ reason }) => told.push(reason),
        });
        const code = await request.ready.catch((error) => error.code);
        return [code, alpha.processInfo(self())?.monitors.length];
      });
      expect(seen).toEqual(["too_large", 0]);
    });

    test("C11 that fails is told after all that it has sent", async () => {
      const { cluster, alpha } = await pair(kind);
      const types = await cluster.inside(alpha, async () => {
        spawnRequest("beta", "talkative", { input: self(), isWatched: true });
        return [(await receive()).type, (await receive()).type];
      });
      expect(types).toEqual(["large", "sys.down"]);
    });

    test("on the own node is a start here", async () => {
      const { cluster, alpha } = await pair(kind);
      const pid = await cluster.when(alpha.spawnOn("alpha", counter, { input: { start: 1 } }));
      expect(pid.node).toBe("alpha");
      expect(await cluster.when(alpha.call(pid, "bump", { by: 1 }))).toBe(2);
      expect(await cluster.when(alpha.runOn("alpha", "answer"))).toBe(42);
      const messages = await cluster.inside(alpha, async () => {
        trapExit(true);
        const code = await spawnOn("alpha", "stranger", { link: true }).catch((error) => error.code);
        spawnRequest("alpha", "stranger", { isWatched: true });
        const { type, reason } = (await receive()) as unknown as { type: string; reason: unknown };
        return [code, type, reason];
      });
      expect(messages).toEqual(["undef", "sys.down", { undef: "stranger" }]);
    });

    test("E12 by a stranger that links and unlinks meanwhile keeps its later links", async () => {
      const { cluster, alpha, beta } = await pair(kind);
      const other = await cluster.when(beta.spawn(endless));
      const ends: unknown[] = [];
      beta.monitor(other, ({ reason }) => ends.push(reason));
      const victim = await cluster.when(
        alpha.spawn(async () => {
          spawnRequest("beta", "late", { name: "late", input: `${kind} twice` });
          await call(named("counter").on("beta"), "bump", { by: 1 }).catch(() => {});
          link(other);
          unlink(other);
          await call(named("counter").on("beta"), "bump", { by: 1 }).catch(() => {});
          link(other);
          await call(named("counter").on("beta"), "bump", { by: 1 }).catch(() => {});
          openers.get(`${kind} twice`)?.();
          await receive();
        }),
      );
      await cluster.eventually(() => beta.whereis("late") !== undefined);
      await cluster.inside(alpha, () => sleep(100));
      alpha.exit(victim, "storm");
      await cluster.eventually(() => !alpha.isAlive(victim));
      await cluster.inside(alpha, () => sleep(100));
      expect(ends).toEqual(["storm"]);
    });
  });

  describe("runOn()", () => {
    test("J22 that timed out watches no more", async () => {
      const { cluster, alpha } = await pair(kind);
      const left = await cluster.inside(alpha, async () => {
        const code = await runOn("beta", "endless", { timeoutMs: 50 }).catch((error) => error.code);
        return [code, alpha.processInfo(self())?.monitors.length];
      });
      expect(left).toEqual(["timeout", 0]);
    });
  });

  describe("the caller's tag", () => {
    test("E21 is answered by a process of another node as well", async () => {
      const { cluster, alpha, beta } = await pair(kind);
      const helper = await cluster.when(
        beta.spawn(async () => {
          for (;;) {
            const { from } = (await receive()) as unknown as { from: Ref };
            reply(from, "by the helper");
          }
        }),
      );
      const passing = server("passing", {
        init: () => ok(0),
        calls: {
          ask: (state: number, _: number, from: Ref) => {
            send(helper, { type: "please", from });
            return noReply(state);
          },
        },
      });
      const here = await cluster.when(alpha.spawn(passing));
      expect(await cluster.when(alpha.call(here, "ask", 1))).toBe("by the helper");
      expect(await cluster.when(beta.call(here, "ask", 1))).toBe("by the helper");
    });
  });

  describe("stop()", () => {
    test("E37 waits for the end over there, tells another reason, and gives up in time", async () => {
      const { cluster, alpha, beta } = await pair(kind);
      const outcomes = await cluster.inside(alpha, async () => {
        const one = await spawnOn("beta", counter, { input: { start: 0 } });
        await stop(one, "done");
        const gone = await stop(one).catch((error) => error.code);
        const two = await spawnOn("beta", stubborn, { name: "stubborn" });
        void call(two, "hang", 1, { timeoutMs: 10 }).catch(() => {});
        await sleep(20);
        const slow = await stop(two, "done", { timeoutMs: 50 }).catch((error) => error.code);
        return [beta.isAlive(one), gone, slow];
      });
      expect(outcomes).toEqual([false, "noproc", "timeout"]);
    });
  });

  test("a name that no node can have is as unreachable as any, and harms nobody", async () => {
    const { cluster, alpha } = await pair(kind);
    for (const node of ["x".repeat(100), "", "\uD800"]) {
      const codes = await cluster.inside(alpha, async () => {
        send(named("x").on(node), { type: "hello" });
        return call(named("x").on(node), "x").catch((error) => error.code);
      });
      expect(codes).toBe("nodedown");
      expect(await cluster.when(alpha.connectNode(node))).toBe(false);
    }
    expect(await cluster.when(alpha.connectNode("beta"))).toBe(true);
  });
});
