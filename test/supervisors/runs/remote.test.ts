// A command's runs over control verbs, with nodes that die: scripted ones here; real ones are in cluster.test.ts.
import { describe, expect, test } from "vitest";
import { ControlRefused } from "../../../actors/control/envelope.ts";
import { fromPlainJson, toPlainJson } from "../../../actors/control/plain-json.ts";
import type { RunAnswer } from "../../../actors/runs/run-desk-protocol.ts";
import type { RunEntry, RunFact } from "../../../actors/runs/run-entry.ts";
import type { SimulatedWorld } from "../../../runtime/index.ts";
import { simulatedWorld } from "../../../runtime/index.ts";
import type { RemoteConnection } from "../../../supervisors/remote/connection.ts";
import { NodeUnreachable } from "../../../supervisors/remote/failures.ts";
import { RunRefused } from "../../../supervisors/runs/refused.ts";
import { type RemoteRuns, remoteRuns } from "../../../supervisors/runs/remote.ts";
import { accepted, entries, owned, pageOf } from "./entries.ts";

const id = "abcdefgh22223333";
const text = (n: number): RunFact => ({ type: "text", step: "a", text: `${n}` });
const done: RunFact = { type: "done", output: { value: new Uint8Array([1, 2, 3]) } };
const all = entries(accepted, owned, ...Array.from({ length: 20 }, (_, n) => text(n)), done);

type Asked = Readonly<Record<string, unknown>> & { readonly what: string };

/** Nodes of a cluster that know one run, and that a test has die. */
class Stage {
  readonly world: SimulatedWorld = simulatedWorld();
  readonly dead = new Set<string>();
  readonly asked: [node: string, verb: string, request: Asked][] = [];
  /** True where what `answer` gives is JSON already. */
  isRaw = false;
  answer: (node: string, verb: string, request: Asked) => unknown = (_, __, request) => this.desk(request);

  desk(request: Asked): RunAnswer<unknown> {
    if (request.what === "read") return { ok: true, value: pageOf(all, request.from as number, 3) };
    if (request.what === "remove") return { ok: true, value: null };
    if (request.what === "submit" || request.what === "fork") return { ok: true, value: { id } };
    return { ok: true, value: pageOf(all, 1).summary };
  }

  open(): Promise<RemoteRuns> {
    return remoteRuns({
      world: this.world,
      open: async (isAgain) => {
        const names = ["alpha", "beta", "gamma"].filter((name) => !this.dead.has(name));
        const node = isAgain ? names[0] : "alpha";
        if (node === undefined) throw new NodeUnreachable("Nobody is there.");
        return this.#connection(node);
      },
    });
  }

  #connection(entry: string): RemoteConnection {
    const connection: Partial<RemoteConnection> = {
      entry,
      gate: entry,
      cluster: "c",
      close: async () => {},
      control: (async (node: string, verb: string, request: Asked) => {
        // As it is when it has crossed a line.
        const crossed = JSON.parse(JSON.stringify(request)) as Asked;
        this.asked.push([node, verb, fromPlainJson(crossed) as Asked]);
        if (this.dead.has(node)) throw new NodeUnreachable(`There is no node "${node}".`);
        const answer = await this.answer(node, verb, crossed);
        return { answer: this.isRaw ? answer : JSON.parse(JSON.stringify(toPlainJson(answer))) };
      }) as never,
    };
    return connection as RemoteConnection;
  }

  /** Lets the time pass that it takes. */
  until<Value>(work: Promise<Value>): Promise<Value> {
    return this.world.until(work);
  }
}

describe("the runs of a cluster", () => {
  test("are followed by numbers, values with bytes included, and end with their output", async () => {
    const stage = new Stage();
    const runs = await stage.open();
    const heard: RunEntry[] = [];
    const end = await stage.until(
      runs.follow(id, {
        onEntry: (entry) => {
          heard.push(entry);
        },
      }),
    );
    expect(heard.map(({ n }) => n)).toEqual(all.map(({ n }) => n));
    expect(end).toMatchObject({ summary: { phase: "done" }, output: new Uint8Array([1, 2, 3]) });
    expect(stage.asked.every(([, verb]) => verb === "runs")).toBe(true);
  });

  test("go on by way of another node when the one that was asked dies, without a gap or a double", async () => {
    const stage = new Stage();
    const runs = await stage.open();
    const heard: number[] = [];
    const lost: (string | undefined)[] = [];
    await stage.until(
      runs.follow(id, {
        onEntry: ({ n }) => {
          heard.push(n);
          if (n === 5) stage.dead.add("alpha");
          if (n === 11) stage.dead.add("beta");
        },
        onLost: (why) => lost.push(why),
      }),
    );
    expect(heard).toEqual(all.map(({ n }) => n));
    expect(runs.node).toBe("gamma");
    expect(lost).toEqual(['There is no node "alpha".', undefined, 'There is no node "beta".', undefined]);
  });

  test("wait while nobody is there, and go on when somebody is again", async () => {
    const stage = new Stage();
    const runs = await stage.open();
    for (const name of ["alpha", "beta", "gamma"]) stage.dead.add(name);
    const found = runs.follow(id, {});
    await stage.world.advance(20_000);
    stage.dead.delete("gamma");
    expect((await stage.until(found)).summary.phase).toBe("done");
    expect(runs.node).toBe("gamma");
  });

  test("are given up where nobody comes, in the words of the last who was asked", async () => {
    const stage = new Stage();
    const runs = await stage.open();
    for (const name of ["alpha", "beta", "gamma"]) stage.dead.add(name);
    await expect(stage.until(runs.follow(id, {}))).rejects.toThrow('There is no node "alpha".');
  });

  test("are left to another node by one that drains", async () => {
    const stage = new Stage();
    const runs = await stage.open();
    stage.answer = (node, _, request) => {
      if (node !== "alpha") return stage.desk(request);
      stage.dead.add("alpha");
      return { ok: false, code: "draining", message: "It drains." };
    };
    expect((await stage.until(runs.find("abc"))).id).toBe(id);
    expect(runs.node).toBe("beta");
  });

  test("are asked about again where their store was away for a moment", async () => {
    const stage = new Stage();
    const runs = await stage.open();
    let asked = 0;
    stage.answer = (_, __, request) => {
      asked += 1;
      return asked < 3 ? { ok: false, code: "store_unavailable", message: "Not now." } : stage.desk(request);
    };
    expect((await stage.until(runs.find("abc"))).id).toBe(id);
    expect(runs.node).toBe("alpha");
  });

  test.each<[string, (runs: RemoteRuns) => Promise<unknown>]>([
    ["submit", (runs) => runs.submit({ kind: "t", title: "T", plan: { steps: [], result: "" } }, "beta")],
    ["cancel", (runs) => runs.cancel(id)],
    ["resume", (runs) => runs.resume(id, "retry")],
    ["answer", (runs) => runs.answer(id, "a/q", "yes")],
    ["remove", (runs) => runs.remove(id)],
    ["fork", (runs) => runs.fork(id, 3)],
  ])("have %s done by the verb for work", async (what, work) => {
    const stage = new Stage();
    await stage.until(work(await stage.open()));
    expect(stage.asked).toMatchObject([["alpha", "work", { what }]]);
  });

  test("are forked once, also where nobody says whether it happened", async () => {
    const stage = new Stage();
    const runs = await stage.open();
    stage.dead.add("alpha");
    await expect(stage.until(runs.fork(id))).rejects.toBeInstanceOf(NodeUnreachable);
    expect(stage.asked).toHaveLength(1);
  });

  test("are submitted under the same id when nobody says whether that happened", async () => {
    const stage = new Stage();
    const runs = await stage.open();
    stage.dead.add("alpha");
    await stage.until(runs.submit({ kind: "t", title: "T".repeat(9_999), plan: { steps: [], result: "" } }));
    const specs = stage.asked.map(([, , { spec }]) => spec as { id: string; title: string });
    expect(specs).toHaveLength(2);
    expect(specs[1]).toEqual(specs[0]);
    expect(specs[0]?.title.length).toBeLessThan(2_000);
  });

  test("are gone where removing one was not answered, and it is not there any more", async () => {
    const stage = new Stage();
    const runs = await stage.open();
    stage.answer = (node, _, request) => {
      if (node === "alpha") {
        stage.dead.add("alpha");
        throw new NodeUnreachable("The line was lost.");
      }
      return request.what === "remove" ? { ok: false, code: "unknown_run", message: "No." } : undefined;
    };
    await stage.until(runs.remove(id));
    await expect(stage.until(runs.remove(id))).rejects.toMatchObject({ code: "unknown_run" });
  });

  test.each([
    ["nothing", null],
    ["a word", "yes"],
    ["a refusal without words", { ok: false, code: "unknown_run" }],
    ["bytes that are none", { ok: true, value: { $bytes: "***" } }],
  ])("refuse %s for an answer", async (_, answer) => {
    const stage = new Stage();
    const runs = await stage.open();
    stage.isRaw = true;
    stage.answer = () => answer;
    await expect(stage.until(runs.find("abc"))).rejects.toBeInstanceOf(ControlRefused);
  });

  test("tell what they were refused with, with its code", async () => {
    const stage = new Stage();
    const runs = await stage.open();
    stage.answer = () => ({ ok: false, code: "ambiguous_run", message: "Two begin so." });
    const found = stage.until(runs.find("a"));
    await expect(found).rejects.toBeInstanceOf(RunRefused);
    await expect(found).rejects.toMatchObject({ code: "ambiguous_run", message: "Two begin so." });
  });
});
