// The verbs `runs` and `work` of a node, asked over a network in memory as a command asks them over a broker.
import { describe, expect, it } from "vitest";
import type { ControlledNode } from "../../../actors/control/controlled-node.ts";
import { ControlDesk } from "../../../actors/control/desk.ts";
import { encodeRequest } from "../../../actors/control/envelope.ts";
import { controlLimits } from "../../../actors/control/limits.ts";
import { fromPlainJson, toPlainJson } from "../../../actors/control/plain-json.ts";
import { decodeAnswer } from "../../../actors/control/protocol.ts";
import { controlName, controlServer } from "../../../actors/control/server.ts";
import { Vitals } from "../../../actors/control/vitals.ts";
import type { RunAnswer, RunPage } from "../../../actors/runs/run-desk-protocol.ts";
import type { RunEntry } from "../../../actors/runs/run-entry.ts";
import type { RunSummary } from "../../../actors/runs/run-summary.ts";
import type { Carrier } from "../../../runtime/carrier.ts";
import { memoryNetwork } from "../../../runtime/carriers/memory.ts";
import { noReply, ok, replyWith, server } from "../../../runtime/index.ts";
import { subjects } from "../../../runtime/wire/subject.ts";
import { DeskStage, planOf, specOf } from "../runs/desk-stage.ts";

type Asked = Readonly<Record<string, unknown>>;

/** A node with runs, and how a command elsewhere asks it. `payloadBytesMax`: what its line takes. */
async function withRuns(payloadBytesMax = 1_000_000) {
  const stage = await DeskStage.start();
  const { world, node } = stage;
  const network = memoryNetwork(world);
  const carrier: Carrier = new Proxy(network.carrier("alpha"), {
    get: (target, name) => {
      if (name === "payloadBytesMax") return payloadBytesMax;
      const value: unknown = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  const controlled = {
    state: () => "running",
    ...{ node, incarnation: node.incarnation, cluster: "aiex", program: "0.1.0", owned: undefined },
  } as unknown as ControlledNode;
  await world.until(
    node.spawn(controlServer({ controlled, vitals: new Vitals(node) }), { name: controlName }),
  );
  new ControlDesk(controlled).open(carrier);
  const tester = network.carrier("tester");
  const ask = async (verb: "runs" | "work", request: Asked): Promise<unknown> => {
    const subject = subjects("aiex").ctl("tester", verb, "alpha");
    const answer = await world.until(tester.request(subject, encodeRequest(request), 120_000));
    if (answer.kind !== "answer") throw new Error(`There was ${answer.kind} and no answer.`);
    expect(answer.payload.length).toBeLessThanOrEqual(payloadBytesMax);
    return fromPlainJson(decodeAnswer("alpha", verb, answer.payload).answer);
  };
  const submit = async (spec: unknown): Promise<string> => {
    const answer = (await ask("work", { what: "submit", spec: toPlainJson(spec) })) as RunAnswer<{
      readonly id: string;
    }>;
    if (!answer.ok) throw new Error(answer.message);
    return answer.value.id;
  };
  const follow = async (id: string): Promise<readonly RunEntry[]> => {
    const entries: RunEntry[] = [];
    for (let next = 1; ; ) {
      const page = (await ask("runs", {
        what: "read",
        id,
        from: next,
        waitMs: 5_000,
        bytesMax: 1_000_000,
      })) as RunAnswer<RunPage>;
      if (!page.ok) throw new Error(page.message);
      if (page.value.entries.length === 0) return entries;
      entries.push(...page.value.entries);
      next = page.value.next;
    }
  };
  return { stage, ask, submit, follow };
}

const refusal = (code: string) => expect.objectContaining({ code });

describe("The verbs of runs", () => {
  it("have a run begun, with bytes in it, and give its entries as they are", async () => {
    const { submit, follow, stage } = await withRuns();
    const input = { bytes: new Uint8Array([0, 255, 7]), $bytes: "no bytes" };
    const id = await submit(specOf(planOf("echo", input)));
    const entries = await follow(id);
    expect(entries.at(-1)).toMatchObject({ type: "done", output: { value: input } });
    expect(entries).toEqual((await stage.follow(id)).entries);
  });

  it("take a plan that is longer than other questions may be", async () => {
    const { submit, follow } = await withRuns();
    const input = "x".repeat(10 * controlLimits.questionBytesMax);
    const entries = await follow(await submit(specOf(planOf("echo", input))));
    expect(entries.at(-1)?.type).toBe("done");
  });

  it("give every entry over a line that takes little, and what no message holds without its content", async () => {
    const { submit, follow } = await withRuns(50_000);
    const pieces = ["a".repeat(15_000), "b".repeat(15_000), "c".repeat(15_000), "d".repeat(15_000), "e"];
    const entries = await follow(await submit(specOf(planOf("say", pieces))));
    expect(entries.map(({ n }) => n)).toEqual(entries.map((_, index) => index + 1));
    expect(entries.flatMap((entry) => (entry.type === "text" ? [entry.text] : []))).toEqual(pieces);
    const told = await follow(await submit(specOf(planOf("tell", "x".repeat(200_000)))));
    expect(told.map(({ n }) => n)).toEqual(told.map((_, index) => index + 1));
    const news = told.find(({ type }) => type === "told");
    expect(news).toMatchObject({ step: "only", name: "news" });
    expect(JSON.stringify(news).length).toBeLessThan(50_000);
    expect(told.at(-1)?.type).toBe("done");
  });

  it("give values piece by piece over a line that takes little", async () => {
    const { submit, follow, ask } = await withRuns(20_000);
    const id = await submit(specOf(planOf("echo", "y".repeat(60_000))));
    const done = (await follow(id)).at(-1);
    const hash = done?.type === "done" && "blob" in done.output ? done.output.blob : "";
    const pieces: Uint8Array[] = [];
    for (let offset = 0, total = 1; offset < total; ) {
      const request = { what: "blob", id, hash, offset, bytesMax: 1_000_000 };
      const piece = (await ask("runs", request)) as { value: { bytes: Uint8Array; total: number } };
      pieces.push(piece.value.bytes);
      offset += piece.value.bytes.length;
      total = piece.value.total;
    }
    expect(Buffer.concat(pieces).toString()).toContain("y".repeat(60_000));
  });

  it("list the latest runs, as many as fit", async () => {
    const { ask, submit } = await withRuns(9_000);
    const ids: string[] = [];
    for (let index = 0; index < 20; index += 1)
      ids.push(await submit(specOf(planOf("echo"), { createdAt: 1_000 + index })));
    const { value } = (await ask("runs", { what: "list" })) as { readonly value: readonly RunSummary[] };
    expect(value.length).toBeGreaterThan(1);
    expect(value.length).toBeLessThan(20);
    expect(value.map(({ id }) => id)).toEqual(ids.toReversed().slice(0, value.length));
    expect(await ask("runs", { what: "find", prefix: ids[3] })).toMatchObject({
      ok: true,
      value: { id: ids[3] },
    });
  });

  it("have runs ended, gone on with, forked and taken out", async () => {
    const { ask, submit } = await withRuns();
    const id = await submit(specOf(planOf("gate", "g")));
    const by = "me@there";
    expect(await ask("work", { what: "remove", id })).toMatchObject({ ok: false, code: "run_not_over" });
    expect(await ask("work", { what: "answer", id, question: "q", choice: "yes", by })).toMatchObject({
      code: "bad_run",
    });
    expect(await ask("work", { what: "cancel", id, by })).toMatchObject({ value: { phase: "cancelled" } });
    expect(await ask("work", { what: "resume", id, by })).toMatchObject({ code: "run_over" });
    expect(await ask("work", { what: "fork", id, by, at: 1 })).toMatchObject({ ok: true });
    expect(await ask("work", { what: "remove", id })).toEqual({ ok: true, value: null });
  });

  it("refuse what is no run in words of the desk", async () => {
    const { ask } = await withRuns();
    for (const spec of [null, 7, "run", [], { id: 1 }])
      expect(await ask("work", { what: "submit", spec })).toMatchObject({ ok: false, code: "bad_run" });
  });

  it.each<["runs" | "work", Asked]>([
    ["runs", {}],
    ["runs", { what: "everything" }],
    ["runs", { what: "find", prefix: "../" }],
    ["runs", { what: "read", id: "short", from: 1, waitMs: 0, bytesMax: 1 }],
    ["runs", { what: "read", id: "a".repeat(16), from: 0, waitMs: 0, bytesMax: 1 }],
    ["runs", { what: "read", id: "a".repeat(16), from: 1, waitMs: 1e12, bytesMax: 1 }],
    ["runs", { what: "blob", id: "a".repeat(16), hash: "../x", offset: 0, bytesMax: 1 }],
    ["runs", { what: "submit", spec: {} }],
    ["work", { what: "read", id: "a".repeat(16), from: 1, waitMs: 0, bytesMax: 1 }],
    ["work", { what: "resume", id: "a".repeat(16), by: "me", onUnknown: "explode" }],
    ["work", { what: "cancel", id: "a".repeat(16), by: "" }],
    ["work", { what: "submit", spec: { plan: { $bytes: "***" } } }],
  ])("refuse the request %s %j", async (verb, request) => {
    const { ask } = await withRuns();
    await expect(ask(verb, request)).rejects.toEqual(refusal("bad_request"));
  });

  it("say that it is to be tried again where the desk is not there", async () => {
    const { ask, stage } = await withRuns();
    const tree = stage.node.whereis("runs.tree");
    if (tree !== undefined) stage.node.exit(tree, "kill");
    await stage.world.advance(10_000);
    await expect(ask("runs", { what: "list" })).rejects.toMatchObject({ code: "busy", retryable: true });
  });

  it("hand the long poll of a command to the desk of workspaces, with its bytes", async () => {
    const { ask, stage } = await withRuns();
    const desk = server("workspaces", {
      init: () => ok(null),
      calls: {
        serve: (state: null, { answers, waitMs }: { readonly answers: unknown; readonly waitMs: number }) =>
          replyWith({ ok: true, value: { answers, waitMs } }, state),
      },
      info: (state) => noReply(state),
    });
    await stage.world.until(stage.node.spawn(desk, { name: "workspace.desk" }));
    const answers = { pieces: [new Uint8Array([1, 2, 3])] };
    const workspace = { id: "w", label: "w" };
    const asked = { what: "workspace", workspace, answers: toPlainJson(answers), waitMs: 7 };
    expect(await ask("work", asked)).toEqual({ ok: true, value: { answers, waitMs: 7 } });
  });
});
