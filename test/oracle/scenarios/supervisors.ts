// H: how supervisors start, stop, and decide about a child that ended.

import type { Child, Scenario, Step, Supervisor } from "../language.ts";
import * as say from "../words.ts";
import {
  at,
  countChildren,
  crash,
  end,
  exit,
  monitor,
  pass,
  plain,
  refuses,
  scenario,
  server,
  sleep,
  startLinked,
  starts,
  supervisor,
  throwing,
  trapping,
  under,
  whichChildren,
  worker,
} from "../words.ts";

/** A scenario about one supervisor, `s`, that a boss has started who sees how it ends. */
export function tree(name: string, s: Supervisor, ...steps: readonly Step[]): Scenario {
  return scenario(name, { boss: trapping(), w: plain() }, at("boss", startLinked("s", s)), ...steps);
}

/** What it looks like in the end. */
export const look = at("w", whichChildren("s"), countChildren("s"));

const three = (options: Parameters<typeof worker>[1] = {}): readonly Child[] =>
  ["a", "b", "c"].map((id) => worker(id, options));
const generous = { intensity: 5, period: 5 };

const starting = [
  tree(
    "H01 H02 children start in order and stop in reverse",
    supervisor("one_for_one", three()),
    look,
    at("boss", exit("s", "shutdown")),
  ),
  tree(
    "H01 a slow start holds up those behind it",
    supervisor("one_for_one", [worker("a", { starts: [say.startDoing(sleep(100))] }), worker("b")]),
    pass(200),
    look,
  ),
  tree(
    "H02 each is waited for before the next is stopped",
    supervisor("one_for_one", [
      worker("a"),
      worker("b", { terminate: [sleep(100)] }),
      worker("c", { terminate: [sleep(100)] }),
    ]),
    at("boss", exit("s", "shutdown")),
    pass(50),
    pass(100),
    pass(150),
  ),
  ...["a", "b", "c"].flatMap((id) => [
    tree(
      `H03 child ${id} refuses to start`,
      supervisor(
        "one_for_one",
        three().map((child) => (child.id === id ? worker(id, { starts: starts(refuses("no")) }) : child)),
      ),
    ),
    tree(
      `H03 child ${id} fails in init`,
      supervisor(
        "one_for_one",
        three().map((child) =>
          child.id === id ? worker(id, { starts: [{ do: [crash("boom")], gives: "ok" }] }) : child,
        ),
      ),
    ),
  ]),
  ...(["crash", "throw", "end", "garbage"] as const).map((how) =>
    tree(
      `H04 a start function that does not start: ${how}`,
      supervisor("one_for_one", [worker("a"), under("b", { kind: "faulty", start: how })]),
    ),
  ),
  ...(["permanent", "transient", "temporary"] as const).map((restart) =>
    tree(
      `H05 a ${restart} child that declines`,
      supervisor("one_for_one", [
        worker("a"),
        worker("b", { restart, starts: starts("ignore") }),
        worker("c"),
      ]),
      look,
    ),
  ),
  tree("H06 a supervisor that declines", supervisor("one_for_one", [worker("a")], { ignores: true })),
  tree("H07 two children of one id", supervisor("one_for_one", [worker("a"), worker("a")])),
  tree("H08 a negative intensity", supervisor("one_for_one", [worker("a")], { intensity: -1, period: 1 })),
  tree("H08 a period of nothing", supervisor("one_for_one", [worker("a")], { intensity: 1, period: 0 })),
  tree("H08 a strategy that there is not", supervisor("one_for_some" as never, [worker("a")])),
  tree(
    "H57 H09 a child's spec and its defaults",
    supervisor("one_for_one", [
      worker("a"),
      worker("b", { restart: "transient", shutdown: "brutal_kill" }),
      worker("c", { restart: "temporary", shutdown: 100 }),
      under("d", supervisor("one_for_all", [])),
    ]),
    at("w", ...["a", "b", "c", "d", "e"].map((id) => say.childspec("s", id))),
  ),
  tree(
    "H10 a supervisor that starts a child answers nobody meanwhile",
    supervisor("one_for_one", [worker("a")]),
    at("boss", say.startChild("s", worker("b", { starts: [say.startDoing(sleep(150))] }))),
    at("w", whichChildren("s"), say.log("answered")),
    at("w", say.log("not yet told")),
    pass(300),
  ),
  tree(
    "H10 a supervisor that stops a child answers nobody meanwhile",
    supervisor("one_for_one", [worker("a", { terminate: [sleep(150)] })]),
    at("boss", say.terminateChild("s", "a")),
    at("w", whichChildren("s")),
    pass(300),
  ),
  ...["boom", "normal", "shutdown"].map((reason) =>
    tree(
      `H11 the exit ${reason} of a stranger is ignored`,
      supervisor("one_for_one", [worker("a")]),
      at("w", exit("s", reason), say.send("s", "hello")),
      look,
    ),
  ),
  tree(
    "H11 a cast that it does not know",
    supervisor("one_for_one", [worker("a")]),
    at("w", say.cast("s", "hello")),
    look,
  ),
  ...["normal", "shutdown", "boom"].map((reason) =>
    tree(
      `H12 the exit ${reason} of the parent ends it`,
      supervisor("one_for_one", three()),
      at("w", monitor("s", "m")),
      at("boss", end(reason)),
    ),
  ),
  tree(
    "H13 a killed supervisor leaves those who do not fall with it",
    supervisor("one_for_one", [worker("a"), under("b", server({ log: "tree" })), under("c", trapping())]),
    at("w", exit("s", "kill")),
  ),
];

const reasons = {
  normal: "normal",
  shutdown: "shutdown",
  "shutdown with more": { shutdown: "x" },
  boom: "boom",
  kill: "kill",
  error: "error",
};
const ending = (id: string, reason: (typeof reasons)[keyof typeof reasons]): Step => {
  if (reason === "kill") return at("w", exit(id, "kill"));
  return at(id, reason === "error" ? crash("boom") : end(reason));
};

/** Every strategy, restart type and reason, with the middle one of three children; and the outer ones. */
const decisions = (["one_for_one", "one_for_all", "rest_for_one"] as const).flatMap((strategy) => [
  ...(["permanent", "transient", "temporary"] as const).flatMap((restart) =>
    Object.entries(reasons).map(([name, reason]) =>
      tree(
        `H14 H15 H16 H17 H22 H23 H24 ${strategy}, a ${restart} child in the middle ends: ${name}`,
        supervisor(strategy, [worker("a"), worker("b", { restart }), worker("c")], generous),
        ending("b", reason),
        look,
      ),
    ),
  ),
  ...["a", "c"].map((id) =>
    tree(
      `H22 H23 H24 ${strategy}, child ${id} of three ends`,
      supervisor(strategy, three(), generous),
      ending(id, "boom"),
      look,
    ),
  ),
  ...["a", "b", "c"].flatMap((bystander) =>
    (["transient", "temporary"] as const).map((restart) =>
      tree(
        `H25 ${strategy}, child b ends beside a ${restart} ${bystander}`,
        supervisor(
          strategy,
          three().map((child) => (child.id === bystander ? worker(bystander, { restart }) : child)),
          generous,
        ),
        ending("b", "boom"),
        look,
      ),
    ),
  ),
  tree(
    `H22 H23 H24 ${strategy}, children that do not trap`,
    supervisor(
      strategy,
      ["a", "b", "c"].map((id) => worker(id, { trap: false })),
      generous,
    ),
    ending("b", "boom"),
    look,
  ),
  tree(
    `H22 H23 H24 ${strategy}, two ends one after the other`,
    supervisor(strategy, three(), generous),
    ending("b", "boom"),
    ending("a", "boom"),
    look,
  ),
  tree(
    `H23 H24 ${strategy}, with siblings that were stopped before`,
    supervisor(strategy, three(), generous),
    at("w", say.terminateChild("s", "c"), say.terminateChild("s", "a")),
    ending("b", "boom"),
    look,
  ),
  tree(
    `H18 ${strategy}, a restart begins from the spec`,
    supervisor(strategy, three({ casts: { go: {} } }), generous),
    at("w", say.cast("b", "go"), say.cast("b", "go")),
    at("b", end("boom")),
    at("w", say.cast("b", "go")),
    at("boss", exit("s", "shutdown")),
  ),
  tree(
    `H42 ${strategy}, a restart that declines`,
    supervisor(
      strategy,
      [worker("a"), worker("b", { starts: starts("ok", "ignore") }), worker("c")],
      generous,
    ),
    ending("b", "boom"),
    look,
  ),
  tree(
    `H42 ${strategy}, a restart of a sibling that declines`,
    supervisor(
      strategy,
      [worker("a"), worker("b"), worker("c", { starts: starts("ok", "ignore") })],
      generous,
    ),
    ending("b", "boom"),
    look,
  ),
  tree(
    `H58 ${strategy}, a child that was added later takes part`,
    supervisor(strategy, three(), generous),
    at("w", say.startChild("s", worker("d"))),
    ending("b", "boom"),
    look,
    at("boss", exit("s", "shutdown")),
  ),
  tree(
    `H43 ${strategy}, siblings that are slow to stop`,
    supervisor(
      strategy,
      [worker("a", { terminate: [sleep(100)] }), worker("b"), worker("c", { terminate: [sleep(100)] })],
      generous,
    ),
    ending("b", "boom"),
    pass(50),
    pass(300),
    look,
  ),
]);

const odd = [
  tree(
    "H17 a temporary child is forgotten",
    supervisor("one_for_one", [worker("a", { restart: "temporary" })]),
    ending("a", "boom"),
    at("w", say.startChild("s", worker("a"))),
    look,
  ),
  tree(
    "H15 a transient child that ended can be started again",
    supervisor("one_for_one", [worker("a", { restart: "transient" })]),
    ending("a", "normal"),
    look,
    at("w", say.restartChild("s", "a")),
    look,
  ),
  tree(
    "H04 a restart of which the start throws",
    supervisor(
      "one_for_one",
      [worker("a", { starts: [{ gives: "ok" }, { do: [throwing("ball")], gives: "ok" }, { gives: "ok" }] })],
      generous,
    ),
    ending("a", "boom"),
    look,
  ),
];

export const supervisors = [...starting, ...decisions, ...odd];
