// H: asking a supervisor to start, stop, restart, delete and list its children.
import * as say from "../words.ts";
import {
  at,
  crash,
  deleteChild,
  end,
  exit,
  pass,
  refuses,
  restartChild,
  server,
  sleep,
  startChild,
  startSimple,
  starts,
  supervisor,
  terminateChild,
  terminatePid,
  under,
  whichChildrenSorted,
  worker,
} from "../words.ts";
import { look, tree } from "./supervisors.ts";

const kinds = ["permanent", "transient", "temporary"] as const;

export const admin = [
  tree(
    "H50 a child is added, and is there already",
    supervisor("one_for_one", []),
    at(
      "w",
      startChild("s", worker("a")),
      startChild("s", worker("a")),
      terminateChild("s", "a"),
      startChild("s", worker("a")),
    ),
    look,
  ),
  tree(
    "H50 a start that is refused leaves nothing",
    supervisor("one_for_one", []),
    at("w", startChild("s", worker("a", { starts: starts(refuses("no")) }))),
    look,
  ),
  tree(
    "H50 a start that fails leaves nothing",
    supervisor("one_for_one", []),
    at("w", startChild("s", worker("a", { starts: [{ do: [crash("boom")], gives: "ok" }] }))),
    look,
  ),
  ...(["crash", "throw", "end", "garbage"] as const).map((how) =>
    tree(
      `H50 H04 a start function that does not start: ${how}`,
      supervisor("one_for_one", []),
      at("w", startChild("s", under("a", { kind: "faulty", start: how }))),
      look,
    ),
  ),
  ...kinds.flatMap((restart) => [
    tree(
      `H50 H05 a ${restart} child that declines is added`,
      supervisor("one_for_one", []),
      at("w", startChild("s", worker("a", { restart, starts: starts("ignore") }))),
      look,
    ),
    tree(
      `H51 H52 a ${restart} child is stopped`,
      supervisor("one_for_one", [worker("a", { restart }), worker("b")]),
      at("w", terminateChild("s", "a"), terminateChild("s", "a")),
      look,
    ),
    tree(
      `H53 H54 a ${restart} child is restarted and deleted in all its states`,
      supervisor("one_for_one", [worker("a", { restart })]),
      at(
        "w",
        restartChild("s", "a"),
        deleteChild("s", "a"),
        terminateChild("s", "a"),
        restartChild("s", "a"),
        terminateChild("s", "a"),
        deleteChild("s", "a"),
        restartChild("s", "a"),
        deleteChild("s", "a"),
      ),
      look,
    ),
  ]),
  tree(
    "H51 H53 H54 unknown children",
    supervisor("one_for_one", [worker("a")]),
    at("w", terminateChild("s", "x"), restartChild("s", "x"), deleteChild("s", "x"), say.childspec("s", "x")),
    look,
  ),
  tree(
    "H51 a child is not stopped by its pid",
    supervisor("one_for_one", [worker("a")]),
    at("w", terminatePid("s", "a")),
    look,
  ),
  tree(
    "H52 a child that was stopped by hand is not started again",
    supervisor("one_for_one", [worker("a")]),
    at("w", terminateChild("s", "a")),
    look,
  ),
  tree(
    "H53 a restart by hand that is refused",
    supervisor("one_for_one", [worker("a", { starts: starts("ok", refuses("no"), "ok") })]),
    at("w", terminateChild("s", "a"), restartChild("s", "a")),
    look,
    at("w", restartChild("s", "a")),
    look,
  ),
  tree(
    "H53 a restart by hand that declines",
    supervisor("one_for_one", [worker("a", { starts: starts("ok", "ignore") })]),
    at("w", terminateChild("s", "a"), restartChild("s", "a")),
    look,
  ),
  tree(
    "H53 a restart by hand costs nothing",
    supervisor("one_for_one", [worker("a")], { intensity: 0, period: 60 }),
    at(
      "w",
      terminateChild("s", "a"),
      restartChild("s", "a"),
      terminateChild("s", "a"),
      restartChild("s", "a"),
    ),
    look,
  ),
  tree(
    "H54 a deleted child can be added anew, and is last then",
    supervisor("one_for_one", [worker("a"), worker("b")]),
    at("w", terminateChild("s", "a"), deleteChild("s", "a"), startChild("s", worker("a"))),
    look,
    at("boss", exit("s", "shutdown")),
  ),
  tree(
    "H55 H56 what a supervisor lists and counts",
    supervisor("one_for_one", [
      worker("a"),
      under("t", supervisor("one_for_one", [worker("x")])),
      worker("b", { restart: "temporary" }),
      worker("c", { restart: "transient" }),
    ]),
    at("c", end("normal")),
    look,
  ),
  tree(
    "H56 a child that has just ended is not active",
    supervisor("one_for_one", [worker("a", { restart: "transient" }), worker("b", { restart: "temporary" })]),
    at("a", end("normal")),
    at("b", end("boom")),
    look,
  ),
];

const simple = (
  options: Parameters<typeof worker>[1] = {},
  more: { readonly intensity?: number; readonly period?: number } = {},
) =>
  // Every child tells its own log: they are stopped side by side.
  supervisor(
    "simple_one_for_one",
    [under("template", server({ trap: true, ...withoutSpec(options) }), specOf(options))],
    more,
  );

function withoutSpec({
  restart: _,
  shutdown: __,
  significant: ___,
  ...actor
}: NonNullable<Parameters<typeof worker>[1]>) {
  return actor;
}

function specOf({ restart, shutdown }: NonNullable<Parameters<typeof worker>[1]>) {
  return { ...(restart === undefined ? {} : { restart }), ...(shutdown === undefined ? {} : { shutdown }) };
}

const lookSorted = at("w", whichChildrenSorted("s"), say.countChildren("s"));

export const simpleOneForOne = [
  tree(
    "H59 children of one template",
    simple(),
    at("w", startSimple("s", "a"), startSimple("s", "b")),
    lookSorted,
  ),
  ...kinds.flatMap((restart) =>
    ["normal", "shutdown", "boom"].map((reason) =>
      tree(
        `H60 a ${restart} child ends ${reason}`,
        simple({ restart }, { intensity: 3, period: 60 }),
        at("w", startSimple("s", "a"), startSimple("s", "b")),
        at("a", end(reason)),
        lookSorted,
      ),
    ),
  ),
  tree(
    "H61 by id nothing can be done",
    simple(),
    at(
      "w",
      startSimple("s", "a"),
      terminateChild("s", "a"),
      restartChild("s", "a"),
      deleteChild("s", "a"),
      terminateChild("s", "template"),
    ),
  ),
  tree(
    "H61 children are stopped by pid",
    simple(),
    at(
      "w",
      startSimple("s", "a"),
      startSimple("s", "b"),
      terminatePid("s", "a"),
      terminatePid("s", "a"),
      terminatePid("s", "w"),
    ),
    lookSorted,
  ),
  tree(
    "H62 a start that is refused",
    simple({ starts: starts(refuses("no")) }),
    at("w", startSimple("s", "a")),
    lookSorted,
  ),
  tree(
    "H62 a start that fails",
    simple({ starts: [{ do: [crash("boom")], gives: "ok" }] }),
    at("w", startSimple("s", "a")),
    lookSorted,
  ),
  ...kinds.map((restart) =>
    tree(
      `H62 a start of a ${restart} child that declines`,
      simple({ restart, starts: starts("ignore") }),
      at("w", startSimple("s", "a")),
      lookSorted,
    ),
  ),
  tree(
    "H63 all are stopped side by side",
    simple({ terminate: [sleep(200)] }),
    at("w", startSimple("s", "a"), startSimple("s", "b"), startSimple("s", "c")),
    at("boss", exit("s", "shutdown")),
    pass(100),
    pass(200),
  ),
  tree(
    "H63 those that take too long are killed together",
    simple({ shutdown: 100, terminate: [sleep(500)] }),
    at("w", startSimple("s", "a"), startSimple("s", "b")),
    at("boss", exit("s", "shutdown")),
    pass(50),
    pass(150),
  ),
  tree(
    "H44 all are killed at once",
    simple({ shutdown: "brutal_kill" }),
    at("w", startSimple("s", "a"), startSimple("s", "b")),
    at("boss", exit("s", "shutdown")),
  ),
  tree(
    "H41 H39 too many restarts end all",
    simple({}, { intensity: 1, period: 60 }),
    at("w", startSimple("s", "a"), startSimple("s", "b")),
    at("a", end("boom")),
    at("b", end("boom")),
    at("w", say.alive("s")),
  ),
  tree(
    "H35 a restart that is refused once",
    simple({ starts: starts("ok", refuses("no"), "ok") }, { intensity: 3, period: 60 }),
    at("w", startSimple("s", "a"), startSimple("s", "b")),
    at("a", end("boom")),
    lookSorted,
  ),
  tree(
    "H35 a restart that is always refused",
    simple({ starts: starts("ok", refuses("no")) }, { intensity: 3, period: 60 }),
    at("w", startSimple("s", "a")),
    at("a", end("boom")),
    at("w", say.alive("s")),
  ),
  tree(
    "H42 a restart that declines",
    simple({ starts: starts("ok", "ignore") }, { intensity: 3, period: 60 }),
    at("w", startSimple("s", "a"), startSimple("s", "b")),
    at("a", end("boom")),
    lookSorted,
  ),
  tree("H12 its parent ends", simple(), at("w", startSimple("s", "a")), at("boss", end("boom"))),
  tree("H13 it is killed", simple(), at("w", startSimple("s", "a")), at("w", exit("s", "kill"))),
];
