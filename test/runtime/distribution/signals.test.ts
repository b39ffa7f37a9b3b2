// Signals between processes of two nodes: what OTP promises of messages, calls, links, monitors and aliases holds across the wire.
import { describe, expect, test } from "vitest";
import {
  alias,
  call,
  cast,
  demonitor,
  exit,
  link,
  monitor,
  type Node,
  named,
  type Pid,
  receive,
  self,
  send,
  sleep,
  spawn,
  trapExit,
  tryCall,
  unlink,
} from "../../../runtime/index.ts";
import { clerk, counter } from "./actors.ts";
import { type Cluster, type ClusterKind, clusterKinds, startCluster } from "./cluster.ts";

interface Pair {
  readonly cluster: Cluster;
  readonly alpha: Node;
  readonly beta: Node;
}

async function pair(kind: ClusterKind): Promise<Pair> {
  const cluster = await startCluster(kind);
  const alpha = await cluster.member("alpha", { logic: { counter, clerk } });
  const beta = await cluster.member("beta", { logic: { counter, clerk } });
  return { cluster, alpha, beta };
}

describe.each(clusterKinds)("over %s", (kind) => {
  describe("a message to a process of another node", () => {
    test("D03 J01 arrives in the order in which it was sent, ten thousand of them, by pid and by name alike", async () => {
      const { cluster, alpha, beta } = await pair(kind);
      const seen: number[] = [];
      const reader = await cluster.when(
        beta.spawn(
          async () => {
            for (let count = 0; count < 10_000; count += 1) {
              const message = await receive();
              seen.push((message as unknown as { number: number }).number);
            }
          },
          { name: "reader" },
        ),
      );
      await cluster.inside(alpha, () => {
        for (let number = 0; number < 10_000; number += 1)
          send(number % 2 === 0 ? reader : named("reader").on("beta"), { type: "count", number });
      });
      await cluster.eventually(() => seen.length === 10_000);
      expect(seen).toEqual(Array.from({ length: 10_000 }, (_, number) => number));
    });

    test("D01 D02 J09 vanishes where nobody is there, by pid, by name and on a node that nobody knows", async () => {
      const { cluster, alpha, beta } = await pair(kind);
      const gone = await cluster.when(beta.spawn(() => {}));
      await cluster.eventually(() => !beta.isAlive(gone));
      await cluster.inside(alpha, () => {
        send(gone, { type: "hello" });
        send(named("nobody").on("beta"), { type: "hello" });
        send(named("nobody").on("nowhere"), { type: "hello" });
        cast(named("nobody").on("nowhere"), "hello");
      });
      expect(await cluster.when(alpha.connectNode("beta"))).toBe(true);
    });

    test("D09 is what it was when it was sent, and holds what data can be", async () => {
      const { cluster, alpha, beta } = await pair(kind);
      const echo = await cluster.when(beta.spawn(counter, { input: { start: 0 } }));
      const value = {
        text: "ä\u0000\u{1F600}",
        none: null,
        nothing: undefined,
        big: 2n ** 63n,
        bytes: new Uint8Array([0, 255, 10]),
        list: [1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, [], {}],
        pid: echo,
      };
      expect(await cluster.when(alpha.call(echo, "echo", value))).toEqual({ ...value, pid: { ...echo } });
    });

    test("J27 of ten megabytes lets those of others pass, and keeps its place among those of its sender", async () => {
      const { cluster, alpha, beta } = await pair(kind);
      const seen: string[] = [];
      const reader = await cluster.when(
        beta.spawn(async () => {
          for (let count = 0; count < 4; count += 1) {
            const message = await receive();
            seen.push(message.type);
          }
        }),
      );
      const sender = cluster.inside(alpha, () => {
        send(reader, { type: "first" });
        send(reader, { type: "large", bytes: new Uint8Array(10 * 1024 * 1024) });
        send(reader, { type: "third" });
      });
      const other = cluster.inside(alpha, () => send(reader, { type: "other" }));
      await Promise.all([sender, other]);
      await cluster.eventually(() => seen.length === 4);
      expect(seen.filter((type) => type !== "other")).toEqual(["first", "large", "third"]);
      expect(seen.indexOf("other")).toBeLessThan(seen.indexOf("large"));
    });

    test("that is larger than 16 MiB is refused where it is sent, and the session lives on", async () => {
      const { cluster, alpha, beta } = await pair(kind);
      const echo = await cluster.when(beta.spawn(counter, { input: { start: 0 } }));
      const bytes = new Uint8Array(16 * 1024 * 1024 + 1);
      await expect(cluster.when(alpha.call(echo, "echo", bytes))).rejects.toMatchObject({
        code: "too_large",
      });
      await expect(cluster.inside(alpha, () => send(echo, { type: "large", bytes }))).rejects.toMatchObject({
        code: "too_large",
      });
      expect(await cluster.when(alpha.call(echo, "echo", "still there"))).toBe("still there");
    });
  });

  describe("a call to another node", () => {
    test("E12 of nobody fails with noproc, at once", async () => {
      const { cluster, alpha, beta } = await pair(kind);
      const gone = await cluster.when(beta.spawn(() => {}));
      await cluster.eventually(() => !beta.isAlive(gone));
      for (const target of [gone, named("nobody").on("beta")])
        await expect(cluster.when(alpha.call(target as Pid, "bump", { by: 1 }))).rejects.toMatchObject({
          code: "noproc",
        });
    });

    test("tells what the callee ended with", async () => {
      const { cluster, alpha, beta } = await pair(kind);
      const failing = await cluster.when(beta.spawn(counter, { input: { start: 0 } }));
      await expect(cluster.when(alpha.call(failing, "fail"))).rejects.toMatchObject({
        code: "callee_exited",
        reason: { error: { message: "asked to fail" } },
      });
    });

    test("E14 E15 that timed out is answered to nobody", async () => {
      const { cluster, alpha, beta } = await pair(kind);
      const desk = await cluster.when(beta.spawn(clerk));
      const left = await cluster.inside(alpha, async () => {
        const outcome = await tryCall(desk, "ask", 1, { timeoutMs: 50 });
        expect(outcome).toMatchObject({ ok: false, error: { code: "timeout" } });
        cast(desk, "answer", "late");
        await call(desk, "count");
        await sleep(50);
        return alpha.processInfo(self())?.queueLength;
      });
      expect(left).toBe(0);
    });

    test("E18 J10 that waits when the network is lost fails with nodedown at once", async () => {
      const { cluster, alpha, beta } = await pair(kind);
      const desk = await cluster.when(beta.spawn(clerk));
      const waiting = alpha.call(desk, "ask", 1, { timeoutMs: Number.POSITIVE_INFINITY });
      const outcome = expect(cluster.when(waiting)).rejects.toMatchObject({ code: "nodedown", node: "beta" });
      let asked = false;
      void beta.call(desk, "count").then(() => {
        asked = true;
      });
      await cluster.eventually(() => asked);
      cluster.disconnect("alpha");
      await outcome;
    });

    test("J11 is not answered by a reply of the session before", async () => {
      const { cluster, alpha, beta } = await pair(kind);
      const desk = await cluster.when(beta.spawn(clerk));
      const told: unknown[] = [];
      alpha.subscribe((event) => told.push(event.name));
      await cluster.inside(alpha, async () => {
        const waiting = tryCall(desk, "ask", 1);
        await call(desk, "count");
        alpha.disconnectNode("beta");
        expect(await waiting).toMatchObject({ ok: false, error: { code: "nodedown" } });
      });
      await cluster.eventually(() => alpha.nodes().length === 1);
      await cluster.inside(alpha, async () => {
        cast(desk, "answer", "from before");
        expect(await call(desk, "count")).toBe(0);
        expect(alpha.processInfo(self())?.queueLength).toBe(0);
      });
    });

    test("E20 as a cast always comes back, whatever the node", async () => {
      const { cluster, alpha, beta } = await pair(kind);
      const count = await cluster.when(beta.spawn(counter, { input: { start: 1 }, name: "counter" }));
      await cluster.inside(alpha, () => {
        cast(named("counter").on("beta"), "add", { by: 2 });
        cast(named("counter").on("nowhere"), "add", { by: 2 });
      });
      expect(await cluster.when(alpha.call(count, "bump", { by: 0 }))).toBe(3);
    });

    test("E21 may be answered later, and by another process with the caller's tag", async () => {
      const { cluster, alpha, beta } = await pair(kind);
      const desk = await cluster.when(beta.spawn(clerk));
      const waiting = alpha.call(desk, "ask", 1);
      await cluster.inside(beta, async () => {
        while ((await call(desk, "count")) === 0) await sleep(1);
        cast(desk, "answer", "from the desk");
      });
      expect(await cluster.when(waiting)).toBe("from the desk");
    });

    test("E38 of many nodes gives the answers and the nodes that gave none", async () => {
      const { cluster, alpha, beta } = await pair(kind);
      for (const node of [alpha, beta])
        await cluster.when(node.spawn(counter, { input: { start: 40 }, name: "counter" }));
      const result = await cluster.when(
        alpha.multiCall(["alpha", "beta", "nowhere"], "counter", "bump", { by: 2 }, { timeoutMs: 2_000 }),
      );
      expect(result).toEqual({
        replies: [
          { node: "alpha", value: 42 },
          { node: "beta", value: 42 },
        ],
        badNodes: ["nowhere"],
      });
      const hanging = alpha.multiCall(["beta"], "counter", "hang", 1, { timeoutMs: 20 });
      expect(await cluster.when(hanging)).toEqual({ replies: [], badNodes: ["beta"] });
    });
  });

  describe("a link to a process of another node", () => {
    test("B01 B04 ends both with the same reason, whichever of them goes first", async () => {
      const { cluster, alpha, beta } = await pair(kind);
      const ends: unknown[] = [];
      for (const first of ["here", "there"]) {
        const there = await cluster.when(beta.spawn(async () => void (await receive())));
        const here = await cluster.when(
          alpha.spawn(async () => {
            link(there);
            await receive();
          }),
        );
        alpha.monitor(here, ({ reason }) => ends.push(reason));
        alpha.monitor(there, ({ reason }) => ends.push(reason));
        await cluster.inside(alpha, () => sleep(20));
        alpha.exit(first === "here" ? here : there, "storm");
        await cluster.eventually(() => ends.length === (first === "here" ? 2 : 4));
      }
      expect(ends).toEqual(["storm", "storm", "storm", "storm"]);
    });

    test("B07 always succeeds; of one that has ended EXIT noproc comes later", async () => {
      const { cluster, alpha, beta } = await pair(kind);
      const gone = await cluster.when(beta.spawn(() => {}));
      await cluster.eventually(() => !beta.isAlive(gone));
      const message = await cluster.inside(alpha, () => {
        trapExit(true);
        link(gone);
        return receive();
      });
      expect(message).toMatchObject({ type: "sys.exit", reason: "noproc" });
      const ends: unknown[] = [];
      const linking = await cluster.when(
        alpha.spawn(async () => {
          link(gone);
          await receive();
        }),
      );
      alpha.monitor(linking, ({ reason }) => ends.push(reason));
      await cluster.eventually(() => ends.length === 1);
      expect(ends).toEqual(["noproc"]);
    });

    test("B07 to an earlier incarnation of a node is one to a process that has ended", async () => {
      const { cluster, alpha, beta } = await pair(kind);
      const old = { node: "beta", incarnation: beta.incarnation - 1, id: 2 } as Pid;
      const message = await cluster.inside(alpha, () => {
        trapExit(true);
        link(old);
        return receive();
      });
      expect(message).toMatchObject({ type: "sys.exit", reason: "noproc" });
    });

    test("B11 is gone or there on both sides alike, however links and unlinks of both cross", async () => {
      const { cluster, alpha, beta } = await pair(kind);
      const there = await cluster.when(
        beta.spawn(async () => {
          trapExit(true);
          for (;;) {
            const { type, peer } = (await receive()) as unknown as { type: string; peer: Pid };
            if (type === "link") link(peer);
            if (type === "unlink") unlink(peer);
          }
        }),
      );
      const here = await cluster.when(
        alpha.spawn(async () => {
          trapExit(true);
          for (;;) {
            const { type } = await receive();
            if (type === "link") link(there);
            if (type === "unlink") unlink(there);
          }
        }),
      );
      for (let round = 0; round < 200; round += 1) {
        alpha.send(here, { type: round % 3 === 0 ? "link" : "unlink" });
        beta.send(there, { type: round % 2 === 0 ? "unlink" : "link", peer: here });
        if (round % 7 === 0) await cluster.when(alpha.connectNode("beta"));
      }
      await cluster.inside(alpha, () => sleep(200));
      const links = [alpha.processInfo(here)?.links.length, beta.processInfo(there)?.links.length];
      expect(links[0]).toBe(links[1]);
    });

    test("B14 that was taken back ends nobody", async () => {
      const { cluster, alpha, beta } = await pair(kind);
      const there = await cluster.when(beta.spawn(async () => void (await receive())));
      const lives = await cluster.inside(alpha, async () => {
        link(there);
        await sleep(20);
        unlink(there);
        exit(there, "storm");
        await sleep(50);
        return true;
      });
      expect(lives).toBe(true);
    });

    test("B12 of a start is there from before the first line", async () => {
      const { cluster, alpha } = await pair(kind);
      const message = await cluster.inside(alpha, async () => {
        trapExit(true);
        const { spawnOn } = await import("../../../runtime/index.ts");
        const pid = await spawnOn("beta", counter, { input: { start: 0 }, link: true });
        void tryCall(pid, "stop", "done for");
        return receive();
      });
      expect(message).toMatchObject({ type: "sys.exit", reason: "done for" });
    });
  });

  describe("an exit signal to another node", () => {
    test("A06 A08 A10 A11 means there what it means here", async () => {
      const { cluster, alpha, beta } = await pair(kind);
      const seen: unknown[] = [];
      const trapping = await cluster.when(
        beta.spawn(async () => {
          trapExit(true);
          for (;;) seen.push(((await receive()) as unknown as { reason: unknown }).reason);
        }),
      );
      const plain = await cluster.when(beta.spawn(async () => void (await receive())));
      const ends: unknown[] = [];
      for (const pid of [trapping, plain]) alpha.monitor(pid, ({ reason }) => ends.push(reason));
      alpha.exit(trapping, "normal");
      alpha.exit(plain, "normal");
      alpha.exit(trapping, { why: "told" });
      await cluster.eventually(() => seen.length === 2);
      expect(seen).toEqual(["normal", { why: "told" }]);
      expect(beta.isAlive(plain)).toBe(true);
      alpha.exit(plain, "kill");
      alpha.exit(trapping, "kill");
      await cluster.eventually(() => ends.length === 2);
      expect(ends).toEqual(["killed", "killed"]);
    });

    test("A19 to a process that has ended is dropped in silence", async () => {
      const { cluster, alpha, beta } = await pair(kind);
      const gone = await cluster.when(beta.spawn(() => {}));
      alpha.exit(gone, "storm");
      alpha.exit({ ...gone, node: "nowhere" } as Pid, "storm");
      expect(await cluster.when(alpha.connectNode("beta"))).toBe(true);
    });
  });

  describe("a monitor of a process of another node", () => {
    test("C01 C02 C03 tells once for each, also of a normal end, and noproc of nobody", async () => {
      const { cluster, alpha, beta } = await pair(kind);
      const there = await cluster.when(beta.spawn(async () => void (await receive())));
      const told: unknown[] = [];
      alpha.monitor(there, ({ reason }) => told.push(reason));
      alpha.monitor(there, ({ reason }) => told.push(reason));
      alpha.monitor(named("nobody").on("beta"), ({ reason }) => told.push(reason));
      await cluster.eventually(() => told.length === 1);
      alpha.send(there, { type: "go" });
      await cluster.eventually(() => told.length === 3);
      await cluster.inside(alpha, () => sleep(30));
      expect(told).toEqual(["noproc", "normal", "normal"]);
    });

    test("C07 C08 that was ended tells nothing, and says whether it was active", async () => {
      const { cluster, alpha, beta } = await pair(kind);
      const there = await cluster.when(beta.spawn(async () => void (await receive())));
      const left = await cluster.inside(alpha, async () => {
        const ref = monitor(there);
        expect(demonitor(ref)).toBe(true);
        expect(demonitor(ref)).toBe(false);
        exit(there, "storm");
        await sleep(50);
        return alpha.processInfo(self())?.queueLength;
      });
      expect(left).toBe(0);
      expect(beta.processInfo(there)).toBeUndefined();
    });

    test("C11 tells after everything that the process sent before, large messages too", async () => {
      const { cluster, alpha, beta } = await pair(kind);
      const order = await cluster.inside(alpha, async () => {
        const reader = self();
        const there = await beta.spawn(async () => {
          await receive();
          send(reader, { type: "large", bytes: new Uint8Array(1024 * 1024) });
          send(reader, { type: "last" });
        });
        monitor(there);
        send(there, { type: "go" });
        return [(await receive()).type, (await receive()).type, (await receive()).type];
      });
      expect(order).toEqual(["large", "last", "sys.down"]);
    });

    test("C10 of a start tells the true reason of an instant end", async () => {
      const { cluster, alpha } = await pair(kind);
      const told: unknown[] = [];
      const request = alpha.spawnRequest("beta", "counter", {
        input: { start: 0 },
        isWatched: true,
        onDown: ({ reason }) => told.push(reason),
      });
      const pid = await cluster.when(request.ready);
      void alpha.tryCall(pid as Pid, "stop", "at once");
      await cluster.eventually(() => told.length === 1);
      expect(told).toEqual(["at once"]);
    });
  });

  describe("an alias of a process of another node", () => {
    test("C13 C15 delivers until it is taken back, or once", async () => {
      const { cluster, alpha, beta } = await pair(kind);
      const seen = await cluster.inside(alpha, async () => {
        const once = alias({ reply: true });
        const often = alias();
        const there = await beta.spawn(async () => {
          for (const number of [1, 2]) {
            send(once, { type: `once ${number}` });
            send(often, { type: `often ${number}` });
          }
        });
        void there;
        return [(await receive()).type, (await receive()).type, (await receive()).type];
      });
      expect(seen).toEqual(["once 1", "often 1", "often 2"]);
    });
  });

  describe("the end of a session", () => {
    test("J06 fires every link and every monitor with noconnection, on both sides", async () => {
      const { cluster, alpha, beta } = await pair(kind);
      const told: unknown[] = [];
      const there = await cluster.when(beta.spawn(async () => void (await receive())));
      const here = await cluster.when(
        alpha.spawn(async () => {
          link(there);
          await receive();
        }),
      );
      alpha.monitor(there, ({ reason }) => told.push(["alpha", reason]));
      alpha.monitor(here, ({ reason }) => told.push(["here", reason]));
      beta.monitor(here, ({ reason }) => told.push(["beta", reason]));
      beta.monitor(there, ({ reason }) => told.push(["there", reason]));
      await cluster.inside(alpha, () => sleep(50));
      cluster.silence("beta");
      await cluster.eventually(() => told.length === 4);
      cluster.restore("beta");
      expect(told).toEqual(
        expect.arrayContaining([
          ["alpha", "noconnection"],
          ["here", "noconnection"],
          ["beta", "noconnection"],
          ["there", "noconnection"],
        ]),
      );
    });

    test("J18 lets nothing of it arrive in the next one", async () => {
      const { cluster, alpha, beta } = await pair(kind);
      const seen: number[] = [];
      const reader = await cluster.when(
        beta.spawn(async () => {
          for (;;) seen.push(((await receive()) as unknown as { number: number }).number);
        }),
      );
      let number = 0;
      for (let round = 0; round < 5; round += 1) {
        for (let burst = 0; burst < 100; burst += 1) {
          number += 1;
          alpha.send(reader, { type: "count", number });
        }
        alpha.disconnectNode("beta");
        await cluster.eventually(() => alpha.nodes().length === 1);
      }
      alpha.send(reader, { type: "count", number: number + 1 });
      await cluster.eventually(() => seen.at(-1) === number + 1);
      expect([...seen].sort((left, right) => left - right)).toEqual(seen);
      expect(new Set(seen).size).toBe(seen.length);
    });
  });

  describe("a process that started another here", () => {
    test("E17 does not mistake a process of another node with its own number for itself", async () => {
      const { cluster, alpha, beta } = await pair(kind);
      const count = await cluster.when(beta.spawn(counter, { input: { start: 0 } }));
      const own = await cluster.inside(alpha, async () => {
        const here = await spawn(counter, { input: { start: 10 } });
        return [await call(here, "bump", { by: 1 }), await call(count, "bump", { by: 1 })];
      });
      expect(own).toEqual([11, 1]);
    });
  });
});
