// Sessions of a real cluster: nodes that are programs, on a real broker. The one that owns a session is killed, and nothing is lost.
import type { ChildProcess } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { natsServer } from "../nats/nats-server.ts";
import { aiex } from "./fixtures.ts";
import { killed, NodesAtHome } from "./running-nodes.ts";

const nodes = new NodesAtHome();
const names = ["alpha", "beta", "gamma"] as const;
const running = new Map<string, ChildProcess>();

beforeAll(async () => {
  const { url } = await natsServer({ jetstream: true });
  writeFileSync(join(nodes.home, "mean.py"), "def mean(xs):\n    return eval(xs)\n");
  for (const name of names) running.set(name, await nodes.start(name, "--nats", url));
});

afterAll(() => nodes.end());

interface Row {
  readonly label: string;
  readonly entries: number;
  readonly node: string | null;
}

function sessionsOn(node: string): readonly Row[] {
  return nodes.json("context", "sessions", "--on", node).sessions;
}

function analyzed(on: string): void {
  const words = ["ai", "analyze", "--file", "mean.py", "--session", "shared", "--on", on];
  const { status, stderr } = aiex(words, { env: nodes.env, cwd: nodes.home });
  expect({ status, stderr: status === 0 ? "" : stderr }).toEqual({ status: 0, stderr: "" });
}

describe("The sessions of a cluster", () => {
  it("outlive the kill of the node that owns one, with all that was acknowledged", async () => {
    analyzed("alpha");
    analyzed("beta");
    const [before] = sessionsOn("gamma");
    expect(before).toMatchObject({ label: "shared", entries: 2 });
    const owner = before?.node ?? "";
    expect(names).toContain(owner);
    const child = running.get(owner);
    if (child !== undefined) await killed(child);
    const [left = ""] = names.filter((name) => name !== owner);
    const [after] = sessionsOn(left);
    expect(after).toMatchObject({ label: "shared", entries: 2 });
    analyzed(left);
    const [last] = sessionsOn(left);
    expect(last).toMatchObject({ label: "shared", entries: 3 });
    expect(last?.node).not.toBe(owner);
    const cleared = nodes.json("context", "clear", "--session", "shared", "--on", left);
    expect(cleared).toMatchObject({ cleared: 1 });
    expect(sessionsOn(left)).toEqual([]);
  });
});
