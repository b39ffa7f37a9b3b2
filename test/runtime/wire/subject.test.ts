// Subjects: what the builder makes, reads back, and subscribes to; and that no name of anyone's changes what they are.
import { describe, expect, test } from "vitest";
import { type Subjects, subjects } from "../../../runtime/wire/subject.ts";
import { UnusableName } from "../../../runtime/wire/token.ts";

const of = subjects("my cluster");

const made: readonly (readonly [string, string, object])[] = [
  [
    "aiex.my_20cluster.msg.a.b_40h.7",
    of.msg("a", "b@h", 7),
    { kind: "msg", from: "a", to: "b@h", incarnation: 7 },
  ],
  ["aiex.my_20cluster.msg.a.b.0", of.msg("a", "b", 0), { kind: "msg", from: "a", to: "b", incarnation: 0 }],
  ["aiex.my_20cluster.beat.a__1", of.beat("a_1"), { kind: "beat", node: "a_1" }],
  ["aiex.my_20cluster.pg.a.my_20scope", of.pg("a", "my scope"), { kind: "pg", node: "a", scope: "my scope" }],
  ["aiex.my_20cluster.evt.a.nodeup", of.evt("a", "nodeup"), { kind: "evt", node: "a", event: "nodeup" }],
  [
    "aiex.my_20cluster.ctl.a.stop.b",
    of.ctl("a", "stop", "b"),
    { kind: "ctl", from: "a", verb: "stop", to: "b" },
  ],
  [
    "aiex.my_20cluster.eval.a.b.s1",
    of.evaluation("a", "b", "s1"),
    { kind: "eval", from: "a", to: "b", sid: "s1" },
  ],
  ["aiex.my_20cluster.svc.llm", of.svc("llm"), { kind: "svc", service: "llm" }],
];

/** Whether a subscription of this pattern hears this subject, as NATS says. */
function hears(pattern: string, subject: string): boolean {
  const [wanted, given] = [pattern.split("."), subject.split(".")];
  const rest = wanted.indexOf(">");
  if (rest === -1 ? wanted.length !== given.length : given.length <= rest) return false;
  return wanted.every((token, index) => token === "*" || token === ">" || token === given[index]);
}

describe("a subject (T8)", () => {
  test.each(made)("is made and read back: %s", (text, subject, parsed) => {
    expect(subject).toBe(text);
    expect(of.parse(subject)).toEqual(parsed);
  });

  test("is heard by whom it is for, and by nobody else", () => {
    const msg = of.msg("x", "node2@host", 3);
    expect(hears(of.msgTo("node2@host"), msg)).toBe(true);
    expect(hears(of.msgToIncarnation("node2@host", 3), msg)).toBe(true);
    expect(hears(of.msgToIncarnation("node2@host", 4), msg)).toBe(false);
    expect(hears(of.msgTo("node2"), msg)).toBe(false);
    expect(hears(of.ctlTo("b"), of.ctl("a", "stop", "b"))).toBe(true);
    expect(hears(of.ctlTo("a"), of.ctl("a", "stop", "b"))).toBe(false);
    expect(hears(of.evaluationTo("b"), of.evaluation("a", "b", "s"))).toBe(true);
    expect(hears(of.evaluationTo("a"), of.evaluation("a", "b", "s"))).toBe(false);
    expect(hears(of.beats(), of.beat("a"))).toBe(true);
    expect(hears(of.groups(), of.pg("a", "s"))).toBe(true);
    expect(hears(of.events(), of.evt("a", "nodeup"))).toBe(true);
    expect(hears(subjects("other").beats(), of.beat("a"))).toBe(false);
  });

  test("of another cluster, another shape or another maker reads as nothing", () => {
    const others = [
      "",
      "aiex",
      "aiex.my_20cluster",
      "aiex.my_20cluster.",
      "aiex.other.beat.a",
      "x.my_20cluster.beat.a",
    ];
    const shapes = [
      "beat",
      "beat.",
      "beat.a.b",
      "pg.a",
      "pg.a.b.c",
      "svc.a.b",
      "ctl.a.b",
      "msg.a.b",
      "nothing.a",
      "evt.a",
    ];
    const names = [
      "beat.*",
      "beat.>",
      "beat._61",
      "beat.a b",
      "msg.a.b.x",
      "msg.a.b.-1",
      "msg.a.b.01",
      "msg.a.b.1e3",
      "msg.a.b.1.2",
    ];
    const large = `msg.a.b.${2 ** 53}`;
    for (const subject of [
      ...others,
      ...[...shapes, ...names, large].map((path) => `aiex.my_20cluster.${path}`),
    ])
      expect(of.parse(subject), subject).toBeUndefined();
  });

  test("is not made of an incarnation that is none, nor of a name that is too long or empty", () => {
    for (const incarnation of [-1, 1.5, Number.NaN, 2 ** 53, Number.POSITIVE_INFINITY])
      expect(() => of.msg("a", "b", incarnation)).toThrow(/an incarnation is a whole number/);
    const long = "n".repeat(65);
    const makers: readonly ((name: string, by: Subjects) => string)[] = [
      (name, by) => by.msg(name, "b", 1),
      (name, by) => by.msg("a", name, 1),
      (name, by) => by.msgTo(name),
      (name, by) => by.msgToIncarnation(name, 1),
      (name, by) => by.beat(name),
      (name, by) => by.pg("a", name),
      (name, by) => by.evt(name, "e"),
      (name, by) => by.ctl("a", name, "b"),
      (name, by) => by.ctlTo(name),
      (name, by) => by.evaluation("a", "b", name),
      (name, by) => by.evaluationTo(name),
      (name, by) => by.svc(name),
      (name) => subjects(name).beats(),
    ];
    for (const make of makers)
      for (const name of ["", long]) expect(() => make(name, of)).toThrow(UnusableName);
    for (const make of makers) expect(make("a\r\nPUB *.> 0", of)).not.toMatch(/[\s]|PUB \*/);
  });
});
