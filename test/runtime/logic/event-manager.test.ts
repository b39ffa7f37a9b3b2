// Event managers: handlers that come and go, and fail alone (OTP behaviours G01, G02, G04, G05 and G06).
import { describe, expect, test } from "vitest";
import {
  addHandler,
  addSupervisedHandler,
  call,
  callHandler,
  child,
  deleteHandler,
  type EventManager,
  eventHandler,
  eventManager,
  exit,
  handOver,
  isAlive,
  link,
  monitor,
  named,
  noReply,
  notify,
  ok,
  type Pid,
  processInfo,
  receive,
  refuse,
  removeHandler,
  replyWith,
  self,
  send,
  sleep,
  spawn,
  stop,
  supervisor,
  swapHandler,
  syncNotify,
  trapExit,
  tryReceive,
  whichChildren,
  whichHandlers,
} from "../../../runtime/index.ts";
import { endOf, idle, ofType, reasonOf, waiting } from "../process/bench.ts";
import { failureOf, simulation } from "./simulation.ts";

type Event = string | { readonly fail: string } | { readonly throw: string } | { readonly give: unknown };

const alarms = eventManager<Event>("alarms");

/** A handler that notes all that it is called for, in a log that many can share. */
function noting(log: unknown[], name = "noting") {
  return eventHandler(name, {
    init: (input: { readonly tag?: string } | undefined, before) => {
      const tag = input?.tag ?? name;
      log.push(before === undefined ? [tag, "init"] : [tag, "init", before]);
      return ok({ tag, seen: [] as Event[] });
    },
    event: (state, event: Event) => {
      log.push([state.tag, event]);
      if (event === "leave") return removeHandler();
      if (typeof event === "string") return ok({ ...state, seen: [...state.seen, event] });
      if ("fail" in event) throw new Error(event.fail);
      if ("throw" in event) throw event.throw;
      return event.give as never;
    },
    call: (state, request: string) => {
      if (request === "leave") return removeHandler({ reply: ["left"] as Event[] });
      if (request === "fail") throw new Error("asked to");
      if (request === "bad") return ok(state) as never;
      if (request === "unsendable") return replyWith([new Map()] as never, state);
      if (request === "unsendable, leaving") return removeHandler({ reply: new Map() as never });
      return replyWith(state.seen, { ...state, seen: [] });
    },
    info: (state, message) => {
      log.push([state.tag, message.type]);
      return ok(state);
    },
    terminate: (state, end) => {
      log.push([state.tag, end]);
      return `${state.tag} was here`;
    },
  });
}

/** Runs `body` with a manager, as a process that is not linked to it. */
function withManager<T>(body: (manager: EventManager<Event> & Pid, log: unknown[]) => Promise<T>) {
  const bench = simulation();
  const done = bench.inProcess(async () => body((await spawn(alarms)) as never, []));
  return { ...bench, done };
}

const failed = (message: unknown) => ({ error: expect.objectContaining({ message }) });

describe("notify()", () => {
  test("G01 waits for nothing, and comes to every handler in the order of sending", async () => {
    await withManager(async (manager, log) => {
      await addHandler(manager, noting(log));
      log.length = 0;
      for (const event of ["one", "two", "three"]) notify(manager, event);
      expect(log).toEqual([]);
      await whichHandlers(manager);
      expect(log).toEqual([
        ["noting", "one"],
        ["noting", "two"],
        ["noting", "three"],
      ]);
    }).done;
  });

  test("G01 always succeeds: without a handler, without a manager, after its end", async () => {
    await withManager(async (manager) => {
      notify(manager, "nobody listens");
      expect(await whichHandlers(manager)).toEqual([]);
      await stop(manager);
      notify(manager, "too late");
      notify(named<never>("nobody"), "lost" as never);
      expect(await failureOf(syncNotify(manager, "too late"))).toMatchObject({ code: "noproc" });
    }).done;
  });
});

describe("syncNotify()", () => {
  test("G01 returns when every handler has dealt with the event, slow ones included", async () => {
    const slow = (log: unknown[], ms: number) =>
      eventHandler(`slow ${ms}`, {
        init: () => ok(0),
        event: async (state, _event: Event) => {
          await sleep(ms);
          log.push(ms);
          return ok(state + 1);
        },
      });
    const { world, done } = withManager(async (manager, log) => {
      await addHandler(manager, slow(log, 6_000));
      await addHandler(manager, slow(log, 300));
      await syncNotify(manager, "go");
      expect(log).toEqual([300, 6_000]);
    });
    await done;
    expect(world.elapsedMs).toBe(6_300);
  });

  test("fails at once for a handler that waits for its own manager, and that handler is gone", async () => {
    await withManager(async (manager) => {
      const circular = eventHandler("circular", {
        init: () => ok(0),
        event: async (state, _event: Event) => {
          await syncNotify(manager, "again");
          return ok(state);
        },
      });
      await addHandler(manager, circular);
      await syncNotify(manager, "go");
      expect(await whichHandlers(manager)).toEqual([]);
    }).done;
  });
});

describe("Handlers", () => {
  test("G02 run in the manager, the one added last first", async () => {
    await withManager(async (manager) => {
      const ran: [string, Pid][] = [];
      const seen = (id: string) =>
        eventHandler(id, {
          init: () => ok(id),
          event: (state, _event: Event) => {
            ran.push([state, self()]);
            return ok(state);
          },
        });
      for (const id of ["a", "b", "c"]) expect(await addHandler(manager, seen(id))).toEqual({ ok: true });
      await syncNotify(manager, "go");
      expect(ran).toEqual([
        ["c", manager],
        ["b", manager],
        ["a", manager],
      ]);
      expect(await whichHandlers(manager)).toEqual(["c", "b", "a"]);
    }).done;
  });

  test("keep a state each, even of one kind under two ids", async () => {
    await withManager(async (manager, log) => {
      const handler = noting(log);
      await addHandler(manager, handler, { id: "first" });
      await addHandler(manager, handler, { id: "second" });
      await syncNotify(manager, "one");
      expect(await callHandler(manager, "first", "seen")).toEqual({ ok: true, value: ["one"] });
      await syncNotify(manager, "two");
      expect(await callHandler(manager, "first", "seen")).toEqual({ ok: true, value: ["two"] });
      expect(await callHandler(manager, "second", "seen")).toEqual({ ok: true, value: ["one", "two"] });
    }).done;
  });

  test("of one id are as many as were added, and the latest is meant", async () => {
    await withManager(async (manager, log) => {
      const handler = noting(log);
      await addHandler(manager, handler, { input: { tag: "old" } });
      await addHandler(manager, handler, { input: { tag: "new" } });
      expect(await whichHandlers(manager)).toEqual(["noting", "noting"]);
      expect(await deleteHandler(manager, handler)).toEqual({ ok: true, value: "new was here" });
      expect(await deleteHandler(manager, handler)).toEqual({ ok: true, value: "old was here" });
      expect(await deleteHandler(manager, handler)).toEqual({ ok: false, error: "not_found" });
    }).done;
  });

  test("that fail leave alone, with a reason, and are told as an event", async () => {
    const { told, done } = withManager(async (manager, log) => {
      for (const id of ["a", "b", "c"]) await addHandler(manager, noting(log, id));
      await callHandler(manager, "b", "seen");
      const failing: [Event, unknown][] = [
        [{ fail: "broken" }, failed("broken")],
        [{ throw: "text" }, { nocatch: "text", stack: expect.any(String) }],
        [{ give: null }, { bad_return_value: null }],
        [{ give: { state: 1 } }, { bad_return_value: { state: 1 } }],
      ];
      for (const [event, reason] of failing) {
        await addHandler(manager, eventHandler("quiet", { init: () => ok(1), event: () => ok(2) }));
        log.length = 0;
        await syncNotify(manager, event);
        expect(log).toContainEqual(["b", { is: "failed", reason }]);
        expect(await whichHandlers(manager)).toEqual(["quiet"]);
        await deleteHandler(manager, "quiet");
        for (const id of ["a", "b", "c"]) await addHandler(manager, noting(log, id));
      }
      expect(isAlive(manager)).toBe(true);
      return manager;
    });
    const manager = await done;
    expect(told("handler_failed")).toHaveLength(12);
    expect(told("handler_failed")[0]).toEqual({
      pid: manager,
      name: undefined,
      handler: "c",
      reason: failed("broken"),
      state: { tag: "c", seen: [] },
    });
    expect(told("process_crashed")).toEqual([]);
  });

  test("that fail with a promise, an exit or an answer for a call are gone just as well", async () => {
    const { told, done } = withManager(async (manager) => {
      const ending = (how: () => unknown) =>
        eventHandler("ending", { init: () => ok(0), event: (_state, _event: Event) => how() as never });
      const ways: [() => unknown, unknown][] = [
        [() => Promise.reject(new Error("later")), failed("later")],
        [() => exit("enough"), "enough"],
        [() => replyWith(1, 0), { bad_return_value: failed(expect.stringContaining("Reply")) }],
        [() => noReply(0), { bad_return_value: failed(expect.stringContaining("NoReply")) }],
        [() => () => 1, { bad_return_value: failed(expect.stringContaining("a function")) }],
      ];
      for (const [how, reason] of ways) {
        await addSupervisedHandler(manager, ending(how));
        await syncNotify(manager, "go");
        expect(await receive(ofType("sys.handler_exit"))).toMatchObject({ id: "ending", reason });
      }
    });
    await done;
    expect(told("handler_failed")).toHaveLength(5);
  });

  test("take every other message with info, and what none takes is reported", async () => {
    const { told, done } = withManager(async (manager, log) => {
      const untyped: Pid = manager;
      send(untyped, { type: "stray" });
      await whichHandlers(manager);
      await addHandler(manager, noting(log));
      await addHandler(manager, eventHandler("deaf", { init: () => ok(0), event: () => ok(0) }));
      send(untyped, { type: "note" });
      expect(await whichHandlers(manager)).toEqual(["deaf", "noting"]);
      expect(log).toEqual([
        ["noting", "init"],
        ["noting", "note"],
      ]);
    });
    await done;
    expect(told("message_unhandled")).toMatchObject([{ message: "stray" }]);
  });

  test("may ask to leave, from an event, a message or a call", async () => {
    await withManager(async (manager, log) => {
      await addHandler(manager, noting(log));
      await syncNotify(manager, "leave");
      expect(log.at(-1)).toEqual(["noting", { is: "removed" }]);
      await addHandler(manager, noting(log));
      expect(await callHandler(manager, "noting", "leave")).toEqual({ ok: true, value: ["left"] });
      expect(log.at(-1)).toEqual(["noting", { is: "removed" }]);
      expect(await whichHandlers(manager)).toEqual([]);
    }).done;
  });

  test("hide of their state in reports what they want hidden, whatever that comes to", async () => {
    const { told, stateOf, done } = withManager(async (manager) => {
      const secret = eventHandler("secret", {
        init: () => ok({ key: "s3cret" }),
        event: (state, event: Event) => {
          if (event === "go") throw new Error("broken");
          return ok(state);
        },
        formatState: ({ key }) => ({ length: key.length }),
      });
      const hidden = eventHandler("hidden", {
        init: () => ok(0),
        event: () => ok(0),
        formatState: () => {
          throw new Error("no");
        },
      });
      await addHandler(manager, secret);
      await addHandler(manager, hidden);
      const shown: unknown = stateOf(manager);
      expect(shown).toEqual([
        { id: "hidden", state: "(its state could not be shown)" },
        { id: "secret", state: { length: 6 } },
      ]);
      await syncNotify(manager, "go");
    });
    await done;
    expect(told("handler_failed")).toMatchObject([{ state: { length: 6 } }]);
    expect(JSON.stringify(told("handler_failed"))).not.toContain("s3cret");
  });

  test("of a manager that is killed run no more, not even what they had begun", async () => {
    const log: unknown[] = [];
    const { world, told, done } = withManager(async (manager) => {
      const slow = eventHandler("slow", {
        init: () => ok(0),
        event: async (state, _event: Event) => {
          await new Promise<void>((resolve) => void world.timers.set(100, resolve));
          log.push("woke");
          return ok(state);
        },
        terminate: () => void log.push("terminate"),
      });
      await addHandler(manager, noting(log));
      await addHandler(manager, slow);
      log.length = 0;
      notify(manager, "go");
      await sleep(10);
      exit(manager, "kill");
      await sleep(1_000);
      expect(log).toEqual(["woke"]);
    });
    await done;
    expect(told("handler_failed")).toEqual([]);
  });

  test("that kill their own manager end it, and none after them runs", async () => {
    await withManager(async (manager, log) => {
      await addHandler(manager, noting(log));
      const suicidal = eventHandler("suicidal", {
        init: () => ok(0),
        event: (_state, _event: Event) => exit(self(), "kill") as never,
      });
      await addHandler(manager, suicidal);
      log.length = 0;
      const ref = monitor(manager);
      notify(manager, "go");
      expect(await reasonOf(ref)).toBe("killed");
      expect(log).toEqual([]);
    }).done;
  });

  test("may have the manager give back its memory while it waits", async () => {
    const { kernel, done } = withManager(async (manager) => {
      const capacity = (): number => kernel.find(manager)?.mailbox.capacity ?? -1;
      const tired = eventHandler("tired", {
        init: () => ok(0),
        event: (state, event: Event) => ok(state, { hibernate: event === "rest" }),
      });
      await addHandler(manager, tired);
      await syncNotify(manager, "go");
      expect(capacity()).toBeGreaterThan(0);
      await syncNotify(manager, "rest");
      await sleep(1);
      expect(capacity()).toBe(0);
      await syncNotify(manager, "go");
      await sleep(1);
      expect(capacity()).toBeGreaterThan(0);
    });
    await done;
  });
});

describe("addHandler()", () => {
  test("tells why a handler does not begin, and the manager goes on without it", async () => {
    const { told, done } = withManager(async (manager) => {
      const beginning = (init: () => unknown) =>
        eventHandler("beginning", { init: init as never, event: () => ok(0) });
      const ways: [() => unknown, unknown][] = [
        [() => refuse("not today"), "not today"],
        [() => Promise.reject(new Error("broken")), failed("broken")],
        [() => undefined, { bad_return_value: undefined }],
        [() => refuse(new Map() as never), failed(expect.stringContaining("Map"))],
        [() => 7n, { bad_return_value: 7n }],
      ];
      for (const [init, reason] of ways) {
        for (const add of [addHandler, addSupervisedHandler])
          expect(await add(manager, beginning(init))).toEqual({ ok: false, reason });
      }
      expect(await whichHandlers(manager)).toEqual([]);
      expect(processInfo(self())?.links).toEqual([]);
    });
    await done;
    expect(told("handler_failed")).toEqual([]);
  });

  test("takes as input what is data, and nothing else", async () => {
    await withManager(async (manager) => {
      const handler = eventHandler("given", { init: (input: unknown) => ok(input), event: (s) => ok(s) });
      expect(await failureOf(addHandler(manager, handler, { input: () => 1 }))).toMatchObject({
        code: "misuse",
      });
      expect(await whichHandlers(manager)).toEqual([]);
    }).done;
  });
});

describe("addSupervisedHandler()", () => {
  test("G04 tells the owner of the handler's end, and why", async () => {
    const { done } = withManager(async (manager, log) => {
      const handler = noting(log);
      const told = async () => {
        const message = await receive(ofType("sys.handler_exit"));
        expect(message).toMatchObject({ manager, id: "mine" });
        return message.reason;
      };
      const add = () => addSupervisedHandler(manager, handler, { id: "mine" });
      await add();
      await deleteHandler(manager, "mine", "bye");
      expect(log.at(-1)).toEqual(["noting", { is: "deleted", given: "bye" }]);
      expect(await told()).toBe("normal");
      await add();
      await syncNotify(manager, "leave");
      expect(await told()).toBe("normal");
      await add();
      await syncNotify(manager, { fail: "broken" });
      expect(await told()).toEqual(failed("broken"));
      await add();
      await swapHandler(manager, { handler: "mine" }, handler, { id: "other" });
      expect(await told()).toEqual({ swapped: "other" });
      expect(await waiting()).toEqual([]);
    });
    await done;
  });

  test("G04 takes the handlers of an owner that ends along, and no others", async () => {
    await withManager(async (manager, log) => {
      const handler = noting(log);
      await addHandler(manager, handler, { id: "nobody's" });
      await addSupervisedHandler(manager, handler, { id: "mine" });
      const reason = await endOf(async () => {
        await addSupervisedHandler(manager, handler, { id: "theirs", input: { tag: "theirs" } });
        await addHandler(manager, handler, { id: "left behind" });
        await addSupervisedHandler(manager, handler, { id: "theirs too", input: { tag: "theirs too" } });
        log.length = 0;
        exit("enough");
      });
      expect(reason).toBe("enough");
      expect(await whichHandlers(manager)).toEqual(["left behind", "mine", "nobody's"]);
      const end = { is: "owner_exited", reason: "enough" };
      expect(log.slice(0, 2)).toEqual([
        ["theirs too", end],
        ["theirs", end],
      ]);
      // The others hear of the exit as of any message.
      expect(log.slice(2)).toEqual(new Array(3).fill(["noting", "sys.exit"]));
    }).done;
  });

  test("G04 takes it along for a normal end too, and for one that came before the handler began", async () => {
    await withManager(async (manager, log) => {
      const handler = noting(log);
      await endOf(async () => {
        await addSupervisedHandler(manager, handler);
      });
      expect(log.at(-1)).toEqual(["noting", { is: "owner_exited", reason: "normal" }]);
      const slow = eventHandler("slow", {
        init: async () => {
          await sleep(100);
          return ok(0);
        },
        event: () => ok(0),
        terminate: (_state, end) => void log.push(end),
      });
      await endOf(async () => {
        void addSupervisedHandler(manager, slow);
        await sleep(10);
        exit("gone");
      });
      expect(await whichHandlers(manager)).toEqual([]);
      expect(log.at(-1)).toEqual({ is: "owner_exited", reason: "gone" });
    }).done;
  });

  test("G04 tells the owner of the manager's orderly end, which it survives", async () => {
    await withManager(async (manager, log) => {
      await addSupervisedHandler(manager, noting(log));
      await addHandler(manager, noting(log, "other"));
      await stop(manager, "broken");
      expect(log.slice(-2)).toEqual([
        ["other", { is: "stopped" }],
        ["noting", { is: "stopped" }],
      ]);
      expect(await receive(ofType("sys.handler_exit"))).toMatchObject({ id: "noting", reason: "shutdown" });
      expect(await waiting()).toEqual([]);
    }).done;
  });

  test("G04 ends nothing and reports nothing but the handler's own end when the last owner goes", async () => {
    const { told, done } = withManager(async (manager) => {
      const quiet = eventHandler("quiet", { init: () => ok(0), event: () => ok(0) });
      await endOf(async () => {
        await addSupervisedHandler(manager, quiet);
        exit("broken");
      });
      expect(await whichHandlers(manager)).toEqual([]);
    });
    await done;
    expect(told("message_unhandled")).toEqual([]);
    expect(told("handler_failed")).toEqual([]);
  });

  test("G04 lets the owner fall with a manager that is killed", async () => {
    await withManager(async (manager, log) => {
      const reason = await endOf(async () => {
        await addSupervisedHandler(manager, noting(log));
        exit(manager, "kill");
        await idle();
      });
      expect(reason).toBe("killed");
    }).done;
  });

  test("leaves the link of a manager with its parent as it is", async () => {
    const { inProcess } = simulation();
    await inProcess(async () => {
      trapExit(true);
      const manager = await spawn(alarms, { link: true });
      await addSupervisedHandler(manager, noting([]));
      await stop(manager, "broken");
      expect(await receive(ofType("sys.handler_exit"))).toMatchObject({ reason: "shutdown" });
      expect(await receive(ofType("sys.exit"))).toMatchObject({ from: manager, reason: "broken" });
    });
  });
});

describe("callHandler()", () => {
  test("G05 asks one handler alone, by its id or by what it was made of", async () => {
    await withManager(async (manager, log) => {
      const handler = noting(log);
      await addHandler(manager, handler);
      await addHandler(manager, noting(log, "other"));
      await syncNotify(manager, "one");
      const answer = await callHandler(manager, handler, "seen");
      expect(answer).toEqual({ ok: true, value: ["one"] });
      expect(await callHandler(manager, "noting", "seen")).toEqual({ ok: true, value: [] });
      expect(await callHandler(manager, "other", "seen")).toEqual({ ok: true, value: ["one"] });
    }).done;
  });

  test("G05 says so where there is no such handler, or none that takes calls", async () => {
    await withManager(async (manager) => {
      expect(await callHandler(manager, "nobody", "seen")).toEqual({ ok: false, error: "not_found" });
      await addHandler(manager, eventHandler("mute", { init: () => ok(0), event: () => ok(0) }));
      expect(await callHandler(manager, "mute", "seen")).toMatchObject({ ok: false, error: "failed" });
      expect(await whichHandlers(manager)).toEqual(["mute"]);
    }).done;
  });

  test("G05 answers with the failure of a handler that fails at it, which is gone", async () => {
    const { told, done } = withManager(async (manager, log) => {
      for (const [request, reason] of [
        ["fail", failed("asked to")],
        ["bad", { bad_return_value: failed(expect.stringContaining("InitOk")) }],
        ["unsendable", failed(expect.stringContaining("Map"))],
        ["unsendable, leaving", failed(expect.stringContaining("Map"))],
      ] as const) {
        await addSupervisedHandler(manager, noting(log));
        const answer = await callHandler(manager, "noting", request);
        expect(answer).toEqual({ ok: false, error: "failed", reason });
        expect(log.at(-1)).toEqual(["noting", { is: "failed", reason }]);
        expect(await receive(ofType("sys.handler_exit"))).toMatchObject({ reason });
        expect(await whichHandlers(manager)).toEqual([]);
      }
    });
    await done;
    expect(told("handler_failed")).toHaveLength(4);
  });

  test("waits as long as it is told, and the handler stays", async () => {
    const { world, done } = withManager(async (manager) => {
      const slow = eventHandler("slow", {
        init: () => ok(0),
        event: () => ok(0),
        call: async (state, request: string) => {
          await sleep(200);
          return replyWith(request, state);
        },
      });
      await addHandler(manager, slow);
      const failure = await failureOf(callHandler(manager, slow, "late", { timeoutMs: 50 }));
      expect(failure).toMatchObject({ code: "timeout" });
      expect(world.elapsedMs).toBe(50);
      expect(await callHandler(manager, slow, "in time")).toEqual({ ok: true, value: "in time" });
    });
    await done;
  });
});

describe("swapHandler()", () => {
  test("G06 gives what the old one leaves to the new one, and no event comes between", async () => {
    await withManager(async (manager, log) => {
      const fresh = noting(log, "fresh");
      await addHandler(manager, noting(log, "old"));
      await addHandler(manager, noting(log, "bystander"));
      log.length = 0;
      notify(manager, "before");
      const swapping = swapHandler(manager, { handler: "old", given: "bye" }, fresh, { input: { tag: "f" } });
      notify(manager, "after");
      expect(await swapping).toEqual({ ok: true });
      await whichHandlers(manager);
      expect(log.filter((line) => (line as unknown[])[0] !== "bystander")).toEqual([
        ["old", "before"],
        ["old", { is: "swapped", given: "bye" }],
        ["f", "init", { ok: true, value: "old was here" }],
        ["f", "after"],
      ]);
      expect(await whichHandlers(manager)).toEqual(["fresh", "bystander"]);
    }).done;
  });

  test("G06 begins the new one even where the old one is not there, or fails at leaving", async () => {
    const { told, done } = withManager(async (manager, log) => {
      const stubborn = eventHandler("stubborn", {
        init: () => ok(0),
        event: () => ok(0),
        terminate: () => {
          throw new Error("never");
        },
      });
      await swapHandler(manager, { handler: "nobody" }, noting(log, "a"));
      await addHandler(manager, stubborn);
      await swapHandler(manager, { handler: stubborn }, noting(log, "b"));
      expect(log).toEqual([
        ["a", "init", { ok: false, error: "not_found" }],
        ["b", "init", { ok: false, error: "failed", reason: failed("never") }],
      ]);
      expect(await whichHandlers(manager)).toEqual(["b", "a"]);
      await addHandler(manager, stubborn);
      const hoarding = eventHandler("hoarding", {
        init: () => ok(0),
        event: () => ok(0),
        terminate: () => new Map(),
      });
      await addHandler(manager, hoarding);
      expect(await deleteHandler(manager, hoarding)).toEqual({
        ok: false,
        error: "failed",
        reason: failed(expect.stringContaining("Map")),
      });
      const gone = await deleteHandler(manager, stubborn);
      expect(gone).toEqual({ ok: false, error: "failed", reason: failed("never") });
    });
    await done;
    const telling = { handler: "stubborn", reason: failed("never") };
    expect(told("handler_failed")).toMatchObject([telling, { handler: "hoarding" }, telling]);
  });

  test("G06 leaves none of the two where the new one does not begin", async () => {
    await withManager(async (manager, log) => {
      const unwilling = eventHandler("unwilling", { init: () => refuse("no"), event: () => ok(0) });
      await addHandler(manager, noting(log));
      expect(await swapHandler(manager, { handler: "noting" }, unwilling)).toEqual({
        ok: false,
        reason: "no",
      });
      expect(await whichHandlers(manager)).toEqual([]);
    }).done;
  });

  test("G06 keeps the owner, who is told of the new one's end as well", async () => {
    await withManager(async (manager, log) => {
      await addSupervisedHandler(manager, noting(log, "old"));
      await swapHandler(manager, { handler: "old" }, noting(log, "new"));
      await deleteHandler(manager, "new");
      expect(await waiting()).toMatchObject([
        { id: "old", reason: { swapped: "new" } },
        { id: "new", reason: "normal" },
      ]);
    }).done;
  });
});

describe("handOver()", () => {
  test("G06 puts another handler in the own place, from an event and from a call", async () => {
    await withManager(async (manager, log) => {
      await addHandler(manager, noting(log, "below"));
      const relay = eventHandler("relay", {
        init: () => ok("fresh"),
        event: (_state, event: Event) =>
          handOver("used", noting(log, "heir"), { input: { tag: `${event}` } }),
        call: (_state, request: string) => handOver("used", noting(log, "heir"), {}, { reply: request }),
        terminate: (state) => state,
      });
      await addHandler(manager, relay);
      await addHandler(manager, noting(log, "above"));
      await syncNotify(manager, "go");
      expect(await whichHandlers(manager)).toEqual(["above", "heir", "below"]);
      expect(log).toContainEqual(["go", "init", { ok: true, value: "used" }]);
      expect(log).not.toContainEqual(["go", "go"]);
      await addHandler(manager, relay);
      expect(await callHandler(manager, relay, "asked")).toEqual({ ok: true, value: "asked" });
      expect(await whichHandlers(manager)).toEqual(["heir", "above", "heir", "below"]);
    }).done;
  });

  test("G06 tells the owner where the other does not begin", async () => {
    const { told, done } = withManager(async (manager) => {
      const unwilling = eventHandler("unwilling", { init: () => refuse("no"), event: () => ok(0) });
      const relay = eventHandler("relay", {
        init: () => ok(0),
        event: (_state, _event: Event) => handOver(0, unwilling),
      });
      await addSupervisedHandler(manager, relay);
      await syncNotify(manager, "go");
      expect(await waiting()).toMatchObject([
        { id: "relay", reason: { swapped: "unwilling" } },
        { id: "unwilling", reason: "no" },
      ]);
      expect(await whichHandlers(manager)).toEqual([]);
    });
    await done;
    expect(told("handler_failed")).toMatchObject([{ handler: "unwilling", reason: "no" }]);
  });
});

describe("An event manager", () => {
  test("ends with its parent, and comes back without handlers under a supervisor", async () => {
    const { inProcess } = simulation();
    await inProcess(async () => {
      const log: unknown[] = [];
      const top = await spawn(supervisor("top", { children: [child(alarms, { name: "alarms" })] }));
      const manager = named<never>("alarms") as never as EventManager<Event>;
      await addHandler(manager, noting(log));
      const [first] = await whichChildren(top);
      exit(first?.pid as Pid, "kill");
      await sleep(1);
      expect(await whichHandlers(manager)).toEqual([]);
      await addHandler(manager, noting(log));
      await stop(top, "shutdown");
      expect(log.at(-1)).toEqual(["noting", { is: "stopped" }]);
    });
  });

  test("hears of the exits of strangers that are linked to it, and lives on", async () => {
    await withManager(async (manager, log) => {
      await addHandler(manager, noting(log));
      await endOf(async () => {
        link(manager);
        exit("broken");
      });
      expect(await whichHandlers(manager)).toEqual(["noting"]);
      expect(log.at(-1)).toEqual(["noting", "sys.exit"]);
    }).done;
  });

  test("may be told of events, and asked, by code outside of processes", async () => {
    const { world, node, inProcess } = simulation();
    const manager = await world.until(node.spawn(alarms));
    await inProcess(() => addHandler(manager, noting([])));
    node.cast(manager, "notify", "one");
    await world.until(node.call(manager, "sync_notify", "two"));
    expect(await world.until(node.call(manager, "which_handlers"))).toEqual(["noting"]);
    const asked = node.call(manager, "call_handler", { id: "noting", request: "seen" });
    expect(await world.until(asked)).toEqual({ ok: true, value: ["one", "two"] });
  });

  test("gives up a thousand handlers that all fail at one event, one by one", async () => {
    const { told, done } = withManager(async (manager, log) => {
      const handler = noting(log);
      for (let index = 0; index < 1_000; index += 1) await addHandler(manager, handler, { id: `${index}` });
      await syncNotify(manager, { fail: "all of you" });
      expect(await whichHandlers(manager)).toEqual([]);
      expect(await tryReceive(undefined, { timeoutMs: 0 })).toBeTypeOf("symbol");
      expect(await call(manager as never, "which_handlers" as never)).toEqual([]);
    });
    await done;
    expect(told("handler_failed")).toHaveLength(1_000);
  });
});
