import { describe, expect, test } from "vitest";
import { fromCallback, fromObservable, fromPromise, fromTransition } from "xstate";
import { isAlive, receive, StartFailed, send, sleep, spawn, spawnMonitor } from "../../../runtime/index.ts";
import { failureOf, simulation } from "./simulation.ts";

describe("other XState logic in a process", () => {
  test("fromTransition reduces events, and gets xstate.stop once when it ends", async () => {
    const { inProcess, stateOf, node } = simulation();
    const seen: string[] = [];
    const sum = fromTransition((total: number, event: { type: string; by?: number }) => {
      seen.push(event.type);
      return total + (event.by ?? 0);
    }, 10);
    await inProcess(async () => {
      const pid = await spawn(sum);
      send(pid, { type: "add", by: 5 });
      await sleep(0);
      expect(stateOf(pid)).toMatchObject({ context: 15 });
      node.exit(pid, "kill");
      await sleep(0);
      expect(isAlive(pid)).toBe(false);
    });
    expect(seen).toEqual(["add", "xstate.stop"]);
  });

  test("fromPromise ends normal with what it resolves to", async () => {
    const { inProcess } = simulation();
    const fetching = fromPromise(async ({ input }: { input: { url: string } }) => {
      await sleep(100);
      return `body of ${input.url}`;
    });
    await inProcess(async () => {
      spawnMonitor(fetching, { input: { url: "/a" }, monitor: { output: true } });
      expect(await receive()).toMatchObject({ reason: "normal", output: "body of /a" });
    });
  });

  test("fromPromise crashes with what it rejects with", async () => {
    const { inProcess } = simulation();
    await inProcess(async () => {
      spawnMonitor(fromPromise(() => Promise.reject(new RangeError("too far"))));
      expect(await receive()).toMatchObject({
        reason: { error: { name: "RangeError", message: "too far" } },
      });
      spawnMonitor(fromPromise(() => Promise.reject("plain")));
      expect(await receive()).toMatchObject({ reason: { nocatch: "plain" } });
    });
  });

  test("fromPromise is told to abort when its process is killed", async () => {
    const { inProcess, node } = simulation();
    let aborted = false;
    const waiting = fromPromise(
      ({ signal }) =>
        new Promise<void>(() =>
          signal.addEventListener("abort", () => {
            aborted = true;
          }),
        ),
    );
    await inProcess(async () => {
      node.exit(await spawn(waiting), "kill");
      await sleep(0);
    });
    expect(aborted).toBe(true);
  });

  test("fromCallback receives events and is cleaned up however it ends", async () => {
    const { inProcess, node } = simulation();
    const seen: string[] = [];
    const listening = fromCallback<{ type: string }, { name: string }>(({ input, receive: on }) => {
      on((event) => {
        if (event.type === "crash") throw new Error("jammed");
        seen.push(`${input.name} ${event.type}`);
      });
      return () => seen.push(`${input.name} cleaned up`);
    });
    await inProcess(async () => {
      const first = await spawn(listening, { input: { name: "first" } });
      send(first, { type: "ping" });
      send(first, { type: "crash" });
      const second = await spawn(listening, { input: { name: "second" } });
      node.exit(second, "kill");
      await node.stop(await spawn(listening, { input: { name: "third" } }));
    });
    expect(seen.sort()).toEqual(["first cleaned up", "first ping", "second cleaned up", "third cleaned up"]);
  });

  test("fromCallback that throws at once fails its start", async () => {
    const { inProcess } = simulation();
    const failing = fromCallback(() => {
      throw new Error("no port");
    });
    await inProcess(async () => {
      const failure = await failureOf(spawn(failing));
      expect(failure).toBeInstanceOf(StartFailed);
      expect(failure).toMatchObject({ reason: { error: { message: "no port" } } });
    });
  });

  test("fromObservable keeps the last value, completes to a normal end and is unsubscribed", async () => {
    const { inProcess, stateOf, node } = simulation();
    const observers: { next(value: number): void; complete(): void; error(error: unknown): void }[] = [];
    let unsubscribed = 0;
    const watching = fromObservable(
      () =>
        ({
          subscribe: (observer: never) => {
            observers.push(observer);
            return {
              unsubscribe: () => {
                unsubscribed += 1;
              },
            };
          },
        }) as never,
    );
    await inProcess(async () => {
      const { pid, ready } = spawnMonitor(watching);
      await ready;
      observers[0]?.next(7);
      await sleep(0);
      expect(stateOf(pid)).toMatchObject({ context: 7 });
      observers[0]?.complete();
      expect(await receive()).toMatchObject({ reason: "normal" });
      spawnMonitor(watching);
      await sleep(0);
      observers[1]?.error(new Error("source failed"));
      expect(await receive()).toMatchObject({ reason: { error: { message: "source failed" } } });
      node.exit(await spawn(watching), "kill");
      await sleep(0);
      expect(unsubscribed).toBeGreaterThanOrEqual(1);
    });
  });
});
