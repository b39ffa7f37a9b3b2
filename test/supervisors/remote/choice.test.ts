import { describe, expect, it } from "vitest";
import type { LocalNode } from "../../../supervisors/cluster/local-nodes.ts";
import { chooseWay, isCalled, type Known } from "../../../supervisors/remote/choice.ts";

const local = (name: string, over: Partial<LocalNode> = {}): LocalNode => ({
  name,
  incarnation: 1,
  osPid: 2,
  host: "here.example.org",
  cluster: "aiex",
  url: null,
  version: "0.1.0",
  socket: `/run/${name}.sock`,
  ...over,
});
const known = (over: Partial<Known>): Known => ({ to: {}, cluster: undefined, local: [], ...over });
const cluster = { url: "nats://c", credentials: "/c.json" };

describe("chooseWay", () => {
  it("takes the one node of this machine", () => {
    const alpha = local("alpha");
    expect(chooseWay(known({ local: [alpha] }))).toEqual({ kind: "socket", gate: alpha, entry: "alpha" });
  });

  it("takes the URL that was given before everything else", () => {
    const to = { url: "nats://x", node: "alpha", credentials: "/x.json" };
    expect(chooseWay(known({ to, cluster, local: [local("alpha")] }))).toEqual({
      kind: "broker",
      broker: { url: "nats://x", credentials: "/x.json" },
      entry: "alpha",
    });
  });

  it("takes the socket of a named node that lives here before the cluster", () => {
    const alpha = local("alpha");
    const way = chooseWay(known({ to: { node: "alpha" }, cluster, local: [local("a"), alpha] }));
    expect(way).toEqual({ kind: "socket", gate: alpha, entry: "alpha" });
  });

  it("takes the cluster before an unnamed node that lives here, with the node that was connected to", () => {
    const broker = { url: "nats://c", credentials: "/c.json" };
    expect(chooseWay(known({ cluster: { ...cluster, node: "beta" }, local: [local("alpha")] }))).toEqual({
      kind: "broker",
      broker,
      entry: "beta",
    });
    expect(chooseWay(known({ to: { credentials: "/own.json" }, cluster }))).toEqual({
      kind: "broker",
      broker: { url: "nats://c", credentials: "/own.json" },
      entry: undefined,
    });
  });

  it("goes to a saved cluster through the node of this machine that it was saved by, where no credentials are known", () => {
    const gate = local("alpha", { url: "nats://c" });
    const saved = { url: "nats://c", credentials: undefined, node: "alpha" };
    expect(chooseWay(known({ cluster: saved, local: [gate] }))).toEqual({
      kind: "socket",
      gate,
      entry: "alpha",
    });
    expect(chooseWay(known({ to: { node: "gamma" }, cluster: saved, local: [gate] }))).toEqual({
      kind: "socket",
      gate,
      entry: "gamma",
    });
    expect(chooseWay(known({ cluster: saved, local: [] }))).toMatchObject({ kind: "broker" });
  });

  it("goes to the broker that credentials name, where nothing else is said", () => {
    const to = { credentials: "/ann.json" };
    expect(chooseWay(known({ to, local: [local("alpha"), local("beta")] }))).toEqual({
      kind: "broker",
      broker: { url: undefined, credentials: "/ann.json" },
      entry: undefined,
    });
  });

  it("reaches a node elsewhere through one of this machine that is in a cluster", () => {
    const gate = local("beta", { url: "nats://c" });
    const way = chooseWay(known({ to: { node: "gamma" }, local: [local("alpha"), gate] }));
    expect(way).toEqual({ kind: "socket", gate, entry: "gamma" });
  });

  it("says how to start a node where there is none", () => {
    expect(() => chooseWay(known({}))).toThrow(/No node runs on this machine.*`aiex node start`/);
    expect(() => chooseWay(known({ to: { node: "gamma" }, local: [local("alpha")] }))).toThrow(
      /"gamma".*runs alpha, alone.*--name gamma/,
    );
  });

  it("lists the nodes where several may be meant", () => {
    expect(() => chooseWay(known({ local: [local("alpha"), local("beta")] }))).toThrow(
      "2 nodes run on this machine: alpha, beta.",
    );
    const many = Array.from({ length: 200 }, (_, index) => local(`n${index}`));
    expect(() => chooseWay(known({ local: many }))).toThrow("n9 and 190 more");
  });
});

describe("chooseWay where any member of a cluster will do", () => {
  const to = { anyMember: true };
  const member = (name: string) => local(name, { url: "nats://c" });

  it("takes the first of several that are in one cluster", () => {
    const nodes = [member("alpha"), member("beta")];
    expect(chooseWay(known({ to, local: nodes }))).toMatchObject({ gate: nodes[0], entry: "alpha" });
  });

  it("still asks which where they are in several, or alone", () => {
    for (const other of [
      local("beta"),
      local("beta", { url: "nats://d" }),
      local("beta", { cluster: "x" }),
    ]) {
      expect(() => chooseWay(known({ to, local: [member("alpha"), other] }))).toThrow("alpha, beta");
    }
    expect(() => chooseWay(known({ to, local: [local("alpha"), local("beta")] }))).toThrow("alpha, beta");
  });
});

describe("isCalled", () => {
  it.each([
    ["alpha", "alpha", true],
    ["alpha", "alpha@here.example.org", true],
    ["alpha", "alpha@localhost", true],
    ["alpha", "alpha@elsewhere", false],
    ["alpha@here.example.org", "alpha", true],
    ["aiex@localhost", "aiex@localhost", true],
    ["alpha@other", "alpha@here.example.org", false],
    ["alpha", "alph", false],
    ["alpha", "", false],
  ])("says of %j whether %j means it", (name, given, expected) => {
    expect(isCalled(local(name), given)).toBe(expected);
  });
});
