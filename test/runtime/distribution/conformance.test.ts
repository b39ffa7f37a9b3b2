// What OTP promises of one process to another, where the two are on different nodes: exits, links, monitors, aliases, timers, calls.
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
  noReply,
  ok,
  type Pid,
  type Ref,
  receive,
  replyWith,
  self,
  send,
  sendAfter,
  sendRequest,
  server,
  sleep,
  spawnOn,
  spawnRequest,
  startTimer,
  trapExit,
  tryCall,
  unalias,
  unlink,
} from "../../../runtime/index.ts";
import { counter } from "./actors.ts";
import { type Cluster, type ClusterKind, clusterKinds, startCluster } from "./cluster.ts";

const terminations: string[] = [];

/** Notes its orderly end; it traps exits where it is told to. */
const careful = server("careful", {
  init: (input: { readonly note: string; readonly traps?: boolean }) => {
    if (input.traps === true) trapExit(true);
    return ok(input.note);
  },
  calls: {
    ping: (state: string, _: number) => replyWith("pong", state),
    nonsense: (): never => "garbage" as never,
    wait: async (state: string, ms: number) => {
      await sleep(ms);
      return replyWith("waited", state);
    },
  },
  info: (state: string) => noReply(state),
  terminate: (state: string, reason) => {
    terminations.push(`${state}: ${JSON.stringify(reason)}`);
  },
});
const garbage = server("garbage", { init: () => "garbage" as never });
const slowly = server("slowly", {
  init: async (ms: number) => {
    await sleep(ms);
    return ok(ms);
  },
  calls: { ms: (state: number, _: number) => replyWith(state, state) },
});
const endless = async (): Promise<void> => {
  for (;;) await receive();
};
const done = async (): Promise<string> => "done";
const thrower = async (): Promise<never> => {
  throw { code: 42 };
};
const failing = async (): Promise<never> => {
  throw new RangeError("broken");
};
const quitting = async (): Promise<never> => exit({ shutdown: "enough" });
const own = async (): Promise<void> => {
  exit(self(), "normal");
  await receive();
};

const logic = { counter, careful, garbage, slowly, endless, done, thrower, failing, quitting, own };

async function pair(kind: ClusterKind): Promise<{ cluster: Cluster; alpha: Node; beta: Node }> {
  const cluster = await startCluster(kind);
  const alpha = await cluster.member("alpha", { logic });
  const beta = await cluster.member("beta", { logic });
  return { cluster, alpha, beta };
}

interface Told {
  readonly type: string;
  readonly reason?: unknown;
  readonly value?: unknown;
  readonly ref?: Ref;
}

/** The next message, as its fields. */
async function next(): Promise<Told> {
  return (await receive()) as unknown as Told;
}

/** Comes back when everything that this process has sent to beta has been received there. */
async function settled(): Promise<void> {
  await tryCall(named("nobody").on("beta"), "sync");
}

describe.each(clusterKinds)("over %s", (kind) => {
  describe("an exit", () => {
    test.each([
      ["A01", "done", "normal"],
      ["A02", "failing", { error: { name: "RangeError", message: "broken" } }],
      ["A03", "thrower", { nocatch: { code: 42 } }],
      ["A04 A20", "quitting", { shutdown: "enough" }],
      ["A07", "own", "normal"],
    ])("%s of %s is told to who watches with its own reason", async (_, key, reason) => {
      const { cluster, alpha } = await pair(kind);
      const told = await cluster.inside(alpha, () => {
        spawnRequest("beta", key, { isWatched: true });
        return next();
      });
      expect(told).toMatchObject({ type: "sys.down", reason });
    });

    test("A05 A13 A16 signal of another node ends at once, the first one decides, and what is trapped is told", async () => {
      const { cluster, alpha, beta } = await pair(kind);
      const trapped: unknown[] = [];
      const trapping = await cluster.when(
        beta.spawn(async () => {
          trapExit(true);
          trapped.push((await next()).reason);
          trapExit(false);
          await receive();
        }),
      );
      const reasons = await cluster.inside(alpha, async () => {
        const victim = await spawnOn("beta", "endless");
        monitor(victim);
        monitor(trapping);
        send(victim, { type: "before" });
        exit(victim, "first");
        exit(victim, "second");
        const first = await next();
        exit(trapping, "heard");
        await settled();
        exit(trapping, "felt");
        return [first.reason, (await next()).reason];
      });
      expect(reasons).toEqual(["first", "felt"]);
      expect(trapped).toEqual(["heard"]);
    });

    test("A14 A15 does not wait for what lies in the mailbox", async () => {
      const { cluster, alpha, beta } = await pair(kind);
      const victim = await cluster.when(beta.spawn(careful, { input: { note: "busy" } }));
      const reason = await cluster.inside(alpha, async () => {
        monitor(victim);
        const waiting = tryCall(victim, "wait", 3_600_000, { timeoutMs: Number.POSITIVE_INFINITY });
        for (let count = 0; count < 100; count += 1) send(victim, { type: "noise" });
        exit(victim, "now");
        expect(await waiting).toMatchObject({ ok: false, error: { reason: "now" } });
        return (await next()).reason;
      });
      expect(reason).toBe("now");
    });

    test("A18 D11 is told after the name is free", async () => {
      const { cluster, alpha, beta } = await pair(kind);
      const held = await cluster.inside(alpha, async () => {
        const names: unknown[] = [];
        for (let round = 0; round < 20; round += 1) {
          const pid = await spawnOn("beta", "endless", { name: "held" });
          monitor(pid);
          exit(pid, "storm");
          await next();
          names.push(beta.whereis("held"));
        }
        return names;
      });
      expect(held).toEqual(new Array(20).fill(undefined));
    });

    test("A19 to a process that has ended, or never was, is dropped", async () => {
      const { cluster, alpha, beta } = await pair(kind);
      const gone = await cluster.when(beta.spawn(() => {}));
      await cluster.inside(alpha, async () => {
        exit(gone, "storm");
        exit({ node: "beta", incarnation: beta.incarnation, id: 999_999 }, "kill");
        exit({ node: "nowhere", incarnation: 1, id: 1 }, "kill");
        await settled();
      });
      expect(alpha.nodes().length).toBe(1);
    });

    test("A23 A24 is what an overfull mailbox comes to, and the sender never knows", async () => {
      const { cluster, alpha } = await pair(kind);
      const told = await cluster.inside(alpha, async () => {
        const pid = await spawnOn("beta", "slowly", { input: 0, mailbox: { max: 5, onFull: "kill" } });
        monitor(pid);
        for (let count = 0; count < 1_000; count += 1) send(pid, { type: "noise" });
        return next();
      });
      expect(told).toMatchObject({ type: "sys.down", reason: "killed" });
    });
  });

  describe("a link", () => {
    test("B02 that was made twice is one, and B09 one that is not there can be taken back", async () => {
      const { cluster, alpha } = await pair(kind);
      const types = await cluster.inside(alpha, async () => {
        trapExit(true);
        const one = await spawnOn("beta", "endless");
        const two = await spawnOn("beta", "endless");
        link(one);
        link(one);
        link(two);
        link(two);
        unlink(two);
        unlink(two);
        unlink({ node: "nowhere", incarnation: 1, id: 1 });
        await settled();
        exit(two, "storm");
        exit(one, "storm");
        const first = (await receive()) as unknown as { from: Pid };
        await settled();
        return [first.from.id === one.id, alpha.processInfo(self())?.queueLength];
      });
      expect(types).toEqual([true, 0]);
    });

    test("B03 of a process that ends normally tells who traps, and leaves others alone", async () => {
      const { cluster, alpha } = await pair(kind);
      const told = await cluster.inside(alpha, async () => {
        const heard: unknown[] = [];
        for (const traps of [false, true]) {
          trapExit(traps);
          spawnRequest("beta", "done", { link: true, isWatched: true });
          if (traps) heard.push((await next()).type);
          heard.push((await next()).type);
          await settled();
        }
        return [heard.sort(), alpha.processInfo(self())?.queueLength];
      });
      expect(told).toEqual([["sys.down", "sys.down", "sys.exit"], 0]);
    });

    test("B04 passes the reason on along a chain over both nodes", async () => {
      const { cluster, alpha, beta } = await pair(kind);
      const ends: unknown[] = [];
      const first = await cluster.when(alpha.spawn(endless));
      let last: Pid = first;
      for (const node of [beta, alpha, beta]) {
        const before = last;
        last = await cluster.when(
          node.spawn(async () => {
            link(before);
            await endless();
          }),
        );
        node.monitor(last, ({ reason }) => ends.push(reason));
      }
      await cluster.inside(alpha, settled);
      await cluster.inside(alpha, () => sleep(20));
      alpha.exit(first, { storm: 1 });
      await cluster.eventually(() => ends.length === 3);
      expect(ends).toEqual([{ storm: 1 }, { storm: 1 }, { storm: 1 }]);
    });

    test("E30 E31 tells a server that traps of strangers, and its starter's end is an order", async () => {
      const { cluster, alpha, beta } = await pair(kind);
      const note = `${kind} child`;
      let child: Pid | undefined;
      const starter = await cluster.when(
        alpha.spawn(async () => {
          child = await spawnOn("beta", careful, { link: true, input: { note, traps: true } });
          await receive();
        }),
      );
      await cluster.eventually(() => child !== undefined);
      const pid = child as unknown as Pid<never>;
      await cluster.inside(alpha, async () => {
        link(pid);
        exit(pid, "from a stranger");
        await settled();
      });
      await cluster.inside(alpha, () => sleep(20));
      expect(beta.isAlive(pid)).toBe(true);
      alpha.exit(starter, "the end");
      await cluster.eventually(() => !beta.isAlive(pid));
      expect(terminations).toContain(`${note}: "the end"`);
    });
  });

  describe("a monitor", () => {
    test("C03 C04 is one of its own each time, says its tag, and its end ends nobody", async () => {
      const { cluster, alpha, beta } = await pair(kind);
      const watched = await cluster.when(beta.spawn(endless));
      const watcher = await cluster.when(
        alpha.spawn(async () => {
          monitor(watched);
          await receive();
        }),
      );
      const told = await cluster.inside(alpha, async () => {
        const plain = monitor(watched);
        const tagged = monitor(watched, { tag: "gone" });
        await settled();
        exit(watcher, "storm");
        await settled();
        expect(beta.isAlive(watched)).toBe(true);
        exit(watched, "storm");
        const downs = [await next(), await next()];
        return [downs.map(({ type }) => type).sort(), plain.ref === tagged.ref];
      });
      expect(told).toEqual([["gone", "sys.down"], false]);
      expect(beta.processInfo(watched)).toBeUndefined();
    });

    test("C12 C20 with a tag and priority overtakes what waits", async () => {
      const { cluster, alpha } = await pair(kind);
      const types = await cluster.inside(alpha, async () => {
        const watched = await spawnOn("beta", "endless");
        monitor(watched, { tag: "gone", priority: true });
        for (let count = 0; count < 3; count += 1) send(self(), { type: "ordinary" });
        exit(watched, "storm");
        await settled();
        return [(await next()).type, (await next()).type];
      });
      expect(types).toEqual(["gone", "ordinary"]);
    });

    test("C17 C18 that is an alias too ends as its mode says", async () => {
      const { cluster, alpha, beta } = await pair(kind);
      const seen = await cluster.inside(alpha, async () => {
        const answering = await beta.spawn(async () => {
          for (;;) {
            const { to } = (await receive()) as unknown as { to: Ref };
            send(to, { type: "one" });
            send(to, { type: "two" });
          }
        });
        const once = monitor(answering, { alias: "reply_demonitor" });
        send(answering, { type: "please", to: once });
        const types = [(await next()).type];
        await settled();
        types.push(String(demonitor(once)));
        const explicit = monitor(answering, { alias: "explicit" });
        demonitor(explicit);
        send(answering, { type: "please", to: explicit });
        types.push((await next()).type, (await next()).type, String(unalias(explicit)));
        const ending = monitor(answering, { alias: "demonitor" });
        demonitor(ending);
        send(answering, { type: "please", to: ending });
        exit(answering, "storm");
        await settled();
        types.push(String(alpha.processInfo(self())?.queueLength));
        return types;
      });
      expect(seen).toEqual(["one", "false", "one", "two", "true", "0"]);
    });

    test("of a name is told of under that name, and fires once for the process that had it", async () => {
      const { cluster, alpha } = await pair(kind);
      const told = await cluster.inside(alpha, async () => {
        const first = await spawnOn("beta", "endless", { name: "kept" });
        monitor(named("kept").on("beta"));
        exit(first, "storm");
        const down = (await receive()) as unknown as { object: unknown; reason: unknown };
        const second = await spawnOn("beta", "endless", { name: "kept" });
        exit(second, "storm");
        await settled();
        return [down.object, down.reason, alpha.processInfo(self())?.queueLength];
      });
      expect(told).toEqual([{ name: "kept", node: "beta" }, "storm", 0]);
    });
  });

  describe("an alias", () => {
    test("C14 C19 C20 that has priority overtakes what waits, and taken back it is nobody", async () => {
      const { cluster, alpha, beta } = await pair(kind);
      const seen = await cluster.inside(alpha, async () => {
        const own = self();
        const quick = alias({ priority: true });
        await beta.spawn(async () => {
          send(own, { type: "ordinary" });
          send(quick, { type: "asked for none" });
          send(quick, { type: "first" }, { priority: true });
        });
        await sleep(50);
        const types = [(await next()).type, (await next()).type, (await next()).type];
        const outcome = [unalias(quick), unalias(quick)];
        await beta.spawn(async () => send(quick, { type: "late" }));
        await sleep(50);
        return [...types, ...outcome, alpha.processInfo(own)?.queueLength];
      });
      expect(seen).toEqual(["first", "ordinary", "asked for none", true, false, 0]);
    });
  });

  describe("a timer", () => {
    test("D12 D13 D15 for a process or a name of another node fires there, resolved when it fires", async () => {
      const { cluster, alpha, beta } = await pair(kind);
      const seen: Told[] = [];
      const reading = async (): Promise<void> => {
        for (;;) seen.push(await next());
      };
      const reader = await cluster.when(beta.spawn(reading));
      const ref = await cluster.inside(alpha, async () => {
        sendAfter(named("later").on("beta"), { type: "by name" }, 40);
        sendAfter({ node: "nowhere", incarnation: 1, id: 1 }, { type: "into the void" }, 1);
        const started = startTimer(reader, { tick: 1 }, 5);
        sendAfter(reader, { type: "by pid" }, 20);
        await beta.spawn(reading, { name: "later" });
        await sleep(100);
        return started;
      });
      await cluster.eventually(() => seen.length === 3);
      expect(seen.map(({ type }) => type).sort()).toEqual(["by name", "by pid", "sys.timeout"]);
      expect(seen[0]).toMatchObject({ type: "sys.timeout", ref: { ref: ref.ref } });
    });
  });

  describe("a server of another node", () => {
    test("E01 E02 is ready when its start has returned, however slow its init", async () => {
      const { cluster, alpha } = await pair(kind);
      const ms = await cluster.inside(alpha, async () => {
        const pid = await spawnOn("beta", slowly, { input: 60 });
        return call(pid, "ms", 1);
      });
      expect(ms).toBe(60);
    });

    test("E08 E11 of a bad init, and E26 of a bad answer, tells what it was given", async () => {
      const { cluster, alpha } = await pair(kind);
      const told = await cluster.inside(alpha, async () => {
        const start = await spawnOn("beta", garbage).catch((error) => error.reason);
        const pid = await spawnOn("beta", careful, { input: { note: "bad" } });
        const outcome = await tryCall(pid, "nonsense");
        return [start, outcome.ok ? undefined : (outcome.error as unknown as { reason: unknown }).reason];
      });
      expect(told).toEqual([
        { bad_return_value: expect.anything() },
        { bad_return_value: expect.anything() },
      ]);
    });

    test("E16 E39 keeps a reply that came before it was asked for, and drops one that is too late", async () => {
      const { cluster, alpha } = await pair(kind);
      const outcomes = await cluster.inside(alpha, async () => {
        const pid = await spawnOn("beta", careful, { input: { note: "requests" } });
        const ready = sendRequest(pid, "ping", 1);
        await settled();
        await sleep(20);
        const early = await ready.wait(0);
        const slow = sendRequest(pid, "wait", 60);
        const unsettled = slow.check();
        const waited = await slow.wait(1).catch((error) => error.code);
        const kept = await slow.wait(5_000);
        const dropped = sendRequest(pid, "wait", 60);
        const timed = await dropped.receive(1).catch((error) => error.code);
        await sleep(120);
        const again = await dropped.receive(1).catch((error) => error.code);
        const given = sendRequest(pid, "wait", 20);
        given.abandon();
        const gone = await given.wait(1).catch((error) => error.code);
        await settled();
        return [early, unsettled, waited, kept, timed, again, gone, alpha.processInfo(self())?.queueLength];
      });
      expect(outcomes).toEqual(["pong", undefined, "timeout", "waited", "timeout", "timeout", "misuse", 0]);
    });

    test("E22 D04 takes casts, calls and messages of one sender in their order, by pid and by name", async () => {
      const { cluster, alpha, beta } = await pair(kind);
      const seen: number[] = [];
      const ordered = server("ordered", {
        init: () => ok(0),
        calls: {
          note: (state: number, value: number) => {
            seen.push(value);
            return replyWith(value, state);
          },
        },
        casts: {
          note: (state: number, value: number) => {
            seen.push(value);
            return noReply(state);
          },
        },
        info: (state: number, message) => {
          seen.push((message as unknown as { value: number }).value);
          return noReply(state);
        },
      });
      const pid = await cluster.when(beta.spawn(ordered, { name: "ordered" }));
      await cluster.inside(alpha, async () => {
        const name = named("ordered").on("beta");
        const calls: unknown[] = [];
        for (let value = 0; value < 300; value += 3) {
          cast(value % 2 === 0 ? pid : (name as never), "note", value);
          send(value % 2 === 0 ? name : pid, { type: "note", value: value + 1 });
          calls.push(call(value % 2 === 0 ? pid : (name as never), "note", value + 2));
        }
        await Promise.all(calls);
      });
      expect(seen).toEqual(Array.from({ length: 300 }, (_, value) => value));
    });

    test("E24 E28 ends as it was told, and its terminate runs only where it may", async () => {
      const { cluster, alpha } = await pair(kind);
      const notes = ["stopped", "killed", "exited"].map((note) => `${kind} ${note}`);
      const reasons = await cluster.inside(alpha, async () => {
        const heard: unknown[] = [];
        for (const note of notes) {
          const pid = await spawnOn("beta", careful, { input: { note } });
          monitor(pid);
          if (note.endsWith("stopped")) await alpha.stop(pid, "enough");
          else exit(pid, note.endsWith("killed") ? "kill" : "shutdown");
          heard.push((await next()).reason);
        }
        return heard;
      });
      expect(reasons).toEqual(["enough", "killed", "shutdown"]);
      expect(terminations.filter((line) => notes.some((note) => line.startsWith(note)))).toEqual([
        `${kind} stopped: "enough"`,
      ]);
    });
  });
});
