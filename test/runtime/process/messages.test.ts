// Conformance: sending, the order of signals and the group leader (OTP behaviours D01 to D06 and D16).
import { describe, expect, test } from "vitest";
import {
  alias,
  call,
  cast,
  exit,
  groupLeader,
  link,
  named,
  noReply,
  ok,
  type Pid,
  type Received,
  type Ref,
  receive,
  reply,
  replyWith,
  self,
  send,
  server,
  setGroupLeader,
  spawn,
  spawnMonitor,
  trapExit,
  unlink,
} from "../../../runtime/index.ts";
import { bench, idle, numbered, reasonOf, waiting } from "./bench.ts";

describe("sending", () => {
  test("D01 to a process that is gone succeeds, and the message vanishes", async () => {
    await bench().inProcess(async () => {
      const gone = await spawn(() => undefined);
      expect(() => {
        send(gone, numbered(1));
        send({ ...gone, id: 999_999 }, numbered(2));
        send({ ...gone, incarnation: 1 }, numbered(3));
        cast(gone, "anything");
      }).not.toThrow();
      expect(await waiting()).toEqual([]);
    });
  });

  test("D02 to a local name that nobody holds fails at once", async () => {
    await bench().inProcess(async () => {
      expect(() => send(named("nobody"), numbered(1))).toThrow(expect.objectContaining({ code: "noproc" }));
      const pid = await spawn(idle, { name: "somebody" });
      expect(() => send(named("somebody"), numbered(1))).not.toThrow();
      exit(pid, "kill");
      await waiting();
      expect(() => send(named("somebody"), numbered(1))).toThrow(/somebody/);
    });
  });

  test("D02 to a name on a node never fails, even when that node is this one", async () => {
    await bench().inProcess(async () => {
      expect(() => {
        send(named("nobody").on("local"), numbered(1));
        send(named("nobody").on("elsewhere"), numbered(1));
        cast(named("nobody"), "anything");
      }).not.toThrow();
    });
  });

  test("D02 of something that is no message is refused, with what was given", async () => {
    await bench().inProcess(async () => {
      for (const given of [undefined, null, "text", 7, {}, { type: 7 }, [], () => 1]) {
        expect(() => send(self(), given as never)).toThrow(expect.objectContaining({ code: "misuse" }));
      }
      expect(await waiting()).toEqual([]);
    });
  });

  test("D06 loses nothing while the receiver lives", async () => {
    await bench().inProcess(async () => {
      const tester = self();
      const counter = server("counter", {
        init: () => ok(0),
        calls: { total: (count: number) => replyWith(count, count) },
        info: (count) => noReply(count + 1),
      });
      const pid = await spawn(counter);
      const senders = Array.from({ length: 10 }, () =>
        spawnMonitor(async () => {
          for (let number = 0; number < 5_000; number += 1) {
            send(pid, numbered(number));
            if (number % 1_000 === 0) await receive(() => false, { timeoutMs: 1 }).catch(() => {});
          }
          send(tester, { type: "sent" });
        }),
      );
      for (const { ref } of senders) await reasonOf(ref);
      expect(await call(pid, "total")).toBe(50_000);
    });
  });
});

describe("the order of signals", () => {
  test("D03 from one sender to one receiver is the order of sending, whatever their kinds", async () => {
    await bench().inProcess(async () => {
      const receiver = await spawn(recording);
      const senders = Array.from({ length: 3 }, (_, sender) =>
        spawnMonitor(async () => {
          for (let number = 0; number < 2_000; number += 1) {
            if (number % 3 === 0) exit(receiver, { sender, number });
            else if (number % 3 === 1) send(receiver, { type: "message", sender, number } as Received);
            else cast(receiver, "cast", { sender, number });
            if (number % 500 === 0) await receive(() => false, { timeoutMs: 1 }).catch(() => {});
          }
        }),
      );
      for (const { ref } of senders) await reasonOf(ref);
      const heard = await recordedBy(receiver);
      expect(heard).toHaveLength(6_000);
      for (let sender = 0; sender < 3; sender += 1) {
        const numbers = heard.filter((one) => one.sender === sender).map((one) => one.number);
        expect(numbers).toEqual(Array.from({ length: 2_000 }, (_, index) => index));
      }
    });
  });

  test("D03 holds for links: an unlink before the end keeps its exit signal away, a link brings it", async () => {
    await bench().inProcess(async () => {
      trapExit(true);
      const first = await spawn(idle);
      link(first);
      unlink(first);
      exit(first, "unlinked");
      const second = await spawn(idle);
      unlink(second);
      link(second);
      exit(second, "linked");
      expect(await waiting()).toMatchObject([{ type: "sys.exit", from: second, reason: "linked" }]);
    });
  });

  test("D04 holds for the pair of processes, by whatever addresses the messages come", async () => {
    const { node, inProcess } = bench();
    await inProcess(async () => {
      const receiver = await spawn(recording, { name: "receiver" });
      const opened = await call(receiver as Pid, "open");
      const addresses = [receiver, named("receiver"), named("receiver").on(node.name), opened as Ref];
      for (let number = 0; number < 2_000; number += 1) {
        send(addresses[number % addresses.length] ?? receiver, numbered(number));
      }
      const heard = await recordedBy(receiver);
      expect(heard.map((one) => one.number)).toEqual(Array.from({ length: 2_000 }, (_, index) => index));
    });
  });

  test("D05 may have gaps but is never turned around: a bounded mailbox keeps what it keeps in order", async () => {
    await bench().inProcess(async () => {
      for (const onFull of ["dropNewest", "dropOldest"] as const) {
        const receiver = await spawn(recording, { mailbox: { max: 50, onFull } });
        for (let number = 0; number < 1_000; number += 1) {
          send(receiver, numbered(number));
          if (number % 170 === 0) await receive(() => false, { timeoutMs: 1 }).catch(() => {});
        }
        await receive(() => false, { timeoutMs: 1 }).catch(() => {});
        const numbers = (await recordedBy(receiver)).map((one) => one.number as number);
        expect(numbers.length).toBeGreaterThan(50);
        expect(numbers.length).toBeLessThan(1_000);
        expect(numbers).toEqual([...numbers].sort((left, right) => left - right));
      }
    });
  });
});

describe("the group leader", () => {
  test("D16 is inherited at spawn, by grandchildren too, and can be changed", async () => {
    const { node, inProcess } = bench();
    await inProcess(async () => {
      const own = groupLeader();
      const leader = await spawn(idle);
      const leaders: unknown[] = [];
      const child = async (): Promise<void> => {
        leaders.push(groupLeader());
        await spawn(() => {
          leaders.push(groupLeader());
        });
      };
      await spawn(child);
      setGroupLeader(self(), leader);
      await spawn(child);
      await waiting();
      expect(leaders).toEqual([own, own, leader, leader]);
      expect(node.groupLeader()).toEqual(own);
    });
  });
});

/** Traps exits, keeps what it hears, and tells it to whoever asks; gives an alias of itself for `open`. */
async function recording(): Promise<void> {
  trapExit(true);
  const heard: unknown[] = [];
  for (;;) {
    const { replyTo, ...message } = await receive();
    if (replyTo !== undefined) reply(replyTo, message.type === "open" ? alias() : heard);
    else heard.push(message.type === "sys.exit" ? message.reason : message);
  }
}

async function recordedBy(pid: Pid): Promise<readonly Received[]> {
  return (await call(pid, "recorded", undefined, { timeoutMs: Number.POSITIVE_INFINITY })) as Received[];
}
