// The commands against a real node that runs by itself in a process of its own, with nothing installed and no broker.
import type { ChildProcess } from "node:child_process";
import { hostname } from "node:os";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { aiex } from "./fixtures.ts";
import { killed, NodesAtHome } from "./running-nodes.ts";

const nodes = new NodesAtHome();
const run = nodes.run.bind(nodes);
const json = nodes.json.bind(nodes);

let node: ChildProcess;

beforeAll(async () => {
  node = await nodes.start("alpha", "--solo");
});

afterAll(() => nodes.end());

describe("M-CLI-3 M-CLI-6 The commands on a node by itself", () => {
  it("list its processes, and call one by its pid as it is shown, with its brackets and without", () => {
    const { node: name, processes, total } = json("top", "--count", "100");
    expect(name).toBe("alpha");
    expect(total).toBe(processes.length);
    const { pid } = processes.find(({ name: own }: { name: string | null }) => own === "context.manager");
    expect(run("top").out).toMatch(/^alpha: \d+ processes/);
    for (const word of [pid, pid.slice(1, -1)]) {
      expect(json("call", word, "status")).toMatchObject({ sessions: 0, entries: 0 });
    }
  });

  it("call by a name, by the node's name before it, and by its host behind that", () => {
    for (const node of ["", "alpha/", `alpha@${hostname()}/`]) {
      const { code, out } = run("call", `${node}context.manager`, "status");
      expect({ node, code }).toEqual({ node, code: 0 });
      expect(JSON.parse(out)).toMatchObject({ sessions: 0 });
    }
  });

  it("hand a payload over and read it from standard input", () => {
    const input = '{"id":"none"}';
    const { status, stdout } = aiex(["call", "context.manager", "clear", "-"], { env: nodes.env, input });
    expect({ status, told: JSON.parse(stdout) }).toEqual({ status: 0, told: { ok: true, value: false } });
  });

  it("send a message that arrives", () => {
    // Nobody else has messages for this one.
    const handled = (): number =>
      json("top", "--count", "100").processes.find(
        ({ name }: { name: string | null }) => name === "workspace.reader",
      ).messagesHandled;
    const before = handled();
    const { code, out } = run("send", "workspace.reader", '{"type":"hello"}');
    expect(code).toBe(0);
    expect(out).toMatch(/^Sent to "workspace\.reader" \(<alpha\.\d+\.\d+>\)\.\n$/);
    expect(handled()).toBe(before + 1);
  });

  it("name the nearest where a name is wrong", () => {
    for (const words of [
      ["call", "contextmanager", "status"],
      ["send", "alpha/contextmanager", '{"type":"x"}'],
    ]) {
      const { code, out, err } = run(...words);
      expect({ code, out }).toEqual({ code: 1, out: "" });
      expect(err).toContain('Did you mean "context.manager"');
    }
  });

  it("say of a pid of another start that it is gone", () => {
    const { code, err } = run("call", "<alpha.1.9>", "status");
    expect(code).toBe(1);
    expect(err).toContain("There is no process <alpha.1.9>");
  });

  it("draw the tree and tell the status", () => {
    const { code, out } = run("tree");
    expect(code).toBe(0);
    expect(out).toMatch(/── context\.manager {2}<alpha\.\d+\.\d+> {2}permanent {2}waiting/);
    expect(json("tree").trees.map(({ application }: { application: string }) => application)).toContain(
      "aiex",
    );
    expect(json("status", "alpha")).toMatchObject({
      schema: "aiex.status/1",
      node: { name: "alpha", state: "up" },
    });
  });

  it("see a cluster of one, which is healthy", () => {
    expect(json("cluster", "nodes").nodes).toMatchObject([{ name: "alpha", state: "up", answers: true }]);
    expect(json("cluster", "health")).toMatchObject({ healthy: true });
    expect(json("cluster", "status")).toMatchObject({ entry: "alpha", broker: null });
    expect(run("cluster", "status").out).toContain("none: the node runs alone");
  });

  it("end with 76 for a node that is not there", () => {
    const { code, out, err } = run("top", "beta");
    expect({ code, out }).toEqual({ code: 76, out: "" });
    expect(err).toContain("beta");
  });

  it("ask which one is meant where two run", async () => {
    const other = await nodes.start("beta", "--solo");
    try {
      expect(run("status").code).toBe(2);
      expect(run("call", "beta/context.manager", "status").code).toBe(0);
    } finally {
      await killed(other);
    }
  });

  it("end in time where the node hangs, and go on when it is back", () => {
    node.kill("SIGSTOP");
    try {
      const { code, out } = run("call", "context.manager", "status", "--timeout", "300ms");
      expect([76, 124]).toContain(code);
      expect(out).toBe("");
      expect(run("cluster", "health", "--timeout", "300ms").code).toBe(76);
    } finally {
      node.kill("SIGCONT");
    }
    expect(run("call", "context.manager", "status").code).toBe(0);
  });

  it("end with 76 when it was killed, and its socket is still there", async () => {
    await killed(node);
    for (const words of [["top"], ["call", "context.manager", "status"], ["cluster", "health"]]) {
      const { code, out, err } = run(...words);
      expect({ words, code, out }).toEqual({ words, code: 76, out: "" });
      expect(err).toContain("aiex node start");
    }
  });
});
