// L: applications.
import {
  application,
  applying,
  at,
  crash,
  end,
  exit,
  pass,
  refuses,
  runningApplications,
  server,
  sleep,
  startAll,
  startApplication,
  starts,
  stopApplication,
  under,
  unload,
  worker,
} from "../words.ts";

const three = [
  application("base", [], [worker("a")]),
  application("middle", ["base"], [worker("b")]),
  application("top", ["middle", "base"], [worker("c"), worker("d")]),
];
const look = at("p", runningApplications);

export const applications = [
  applying(
    "L01 a start with a dependency that does not run",
    three,
    at("p", startApplication("top"), startApplication("middle")),
    look,
  ),
  applying(
    "L01 a start in the order of the dependencies",
    three,
    at("p", startApplication("base"), startApplication("middle"), startApplication("top")),
    look,
  ),
  applying("L02 a start with all that it depends on", three, at("p", startAll("top")), look),
  applying(
    "L02 a start with some that run already",
    three,
    at("p", startApplication("base"), startAll("top")),
    look,
  ),
  applying("L02 a start of what runs", three, at("p", startAll("base"), startAll("base")), look),
  applying(
    "L04 a tree that does not start",
    [application("base", [], [worker("a"), worker("b", { starts: starts(refuses("no")) })])],
    at("p", startApplication("base")),
    look,
  ),
  applying(
    "L04 a tree that fails to start",
    [application("base", [], [worker("a", { starts: [{ do: [crash("boom")], gives: "ok" }] })])],
    at("p", startApplication("base")),
    look,
  ),
  applying(
    "L04 a tree that does not start, below another",
    [
      application("base", [], [worker("a", { starts: starts(refuses("no")) })]),
      application("top", ["base"], [worker("b")]),
    ],
    at("p", startApplication("base"), startApplication("top")),
    look,
  ),
  applying(
    "L04 an application that did not start can be started again",
    [application("base", [], [worker("a", { starts: starts(refuses("no"), "ok") })])],
    at("p", startApplication("base"), startApplication("base")),
    look,
  ),
  applying(
    "L05 stopping: before, the tree, after",
    three,
    at("p", startAll("top")),
    at("p", stopApplication("top")),
    look,
  ),
  applying(
    "L05 stopping takes as long as the tree needs",
    [
      application(
        "base",
        [],
        [worker("a", { terminate: [sleep(100)] }), worker("b", { terminate: [sleep(100)] })],
      ),
    ],
    at("p", startApplication("base")),
    at("p", stopApplication("base")),
    pass(50),
    pass(300),
    look,
  ),
  applying(
    "L06 stopping does not ask who depends on it",
    three,
    at("p", startAll("top")),
    at("p", stopApplication("base")),
    look,
  ),
  applying(
    "L05 an application that was stopped can be started again",
    three,
    at("p", startApplication("base")),
    at("p", stopApplication("base")),
    at("p", startApplication("base")),
    look,
  ),
  applying(
    "L07 a running application cannot be unloaded",
    three,
    at("p", startApplication("base"), unload("base")),
    at("p", stopApplication("base"), unload("base")),
    look,
  ),
  applying(
    "L08 a temporary application whose tree ends",
    [
      application("base", [], [worker("a")], { intensity: 0, period: 1 }),
      application("top", ["base"], [worker("b")]),
    ],
    at("p", startAll("top")),
    at("a", end("boom")),
    look,
  ),
  applying(
    "L08 a temporary application whose tree is killed",
    [
      application("base", [], [under("a", server({ trap: true }))]),
      application("top", ["base"], [worker("b")]),
    ],
    at("p", startAll("top")),
    at("p", exit("base", "kill")),
    look,
  ),
  applying(
    "L08 a transient application whose tree ends normal",
    [application("base", [], [worker("a", { restart: "temporary" })])],
    at("p", startApplication("base", "transient")),
    at("p", exit("a", "normal")),
    look,
  ),
];
