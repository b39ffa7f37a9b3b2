// F: state machines: entering, postponing, raising, answering and ending.
import * as say from "../words.ts";
import {
  at,
  call,
  cast,
  crash,
  end,
  exit,
  log,
  machine,
  monitor,
  pass,
  plain,
  scenario,
  send,
  startLinked,
} from "../words.ts";

const door = { closed: { open: { to: "opened" } }, opened: { close: { to: "closed" } } };
const p = plain();

const states = [
  scenario(
    "F01 entering tells the state that was left",
    { p, m: machine("closed", door) },
    at("p", send("m", "open"), send("m", "close"), send("m", "open"), send("m", "open")),
  ),
  scenario(
    "F01 a reaction that keeps the state does not enter it",
    { p, m: machine("one", { one: { stay: {}, self: { to: "one" } } }) },
    at("p", send("m", "stay"), send("m", "self")),
  ),
  scenario(
    "F01 entering the same state once more",
    { p, m: machine("one", { one: { again: { repeats: true } } }) },
    at("p", send("m", "again"), send("m", "again")),
  ),
  scenario(
    "F01 what is done on entering comes before the next event",
    {
      p,
      m: machine(
        "one",
        { one: { go: { to: "two" }, more: {} }, two: { more: {} } },
        { two: { do: [log("entered")] } },
      ),
    },
    at("p", send("m", "go"), send("m", "more")),
  ),
  scenario(
    "F08 an event that a state does not know passes",
    { p, m: machine("closed", door) },
    at("p", send("m", "paint"), cast("m", "paint"), send("m", "open")),
  ),
];

const postponing = [
  scenario(
    "F03 D08 a postponed event comes again after a change of state",
    { p, m: machine("one", { one: { later: { postpones: true }, go: { to: "two" } }, two: { later: {} } }) },
    at("p", send("m", "later")),
    at("p", send("m", "go")),
  ),
  scenario(
    "F03 D08 not after a step that keeps the state",
    { p, m: machine("one", { one: { later: { postpones: true }, stay: {}, again: { repeats: true } } }) },
    at("p", send("m", "later"), send("m", "stay"), send("m", "again")),
  ),
  scenario(
    "F03 D08 postponed events come oldest first and before newer ones",
    {
      p,
      m: machine("one", {
        one: { a: { postpones: true }, b: { postpones: true }, go: { to: "two" } },
        two: { a: {}, b: {}, c: {} },
      }),
    },
    at("p", send("m", "b"), send("m", "a"), send("m", "b"), send("m", "go"), send("m", "c"), send("m", "a")),
  ),
  scenario(
    "F03 D08 an event that is postponed again keeps its place",
    {
      p,
      m: machine("one", {
        one: { a: { postpones: true }, b: { postpones: true }, go: { to: "two" } },
        two: { a: { postpones: true }, b: {}, go: { to: "three" } },
        three: { a: {}, b: {} },
      }),
    },
    at("p", send("m", "a"), send("m", "b"), send("m", "a"), send("m", "go")),
    at("p", send("m", "b"), send("m", "go")),
  ),
  scenario(
    "F03 D08 an event that comes again may change the state again",
    {
      p,
      m: machine("one", {
        one: { a: { postpones: true }, b: { postpones: true }, go: { to: "two" } },
        two: { a: { to: "three" }, b: { postpones: true } },
        three: { b: {}, a: {} },
      }),
    },
    at("p", send("m", "b"), send("m", "a"), send("m", "go")),
  ),
  scenario(
    "F03 D08 postponing and changing the state in one step",
    { p, m: machine("one", { one: { a: { postpones: true, to: "two" } }, two: { a: {} } }) },
    at("p", send("m", "a"), send("m", "a")),
  ),
  scenario(
    "F03 D08 a call can be postponed",
    {
      p,
      q: plain(),
      m: machine("one", {
        one: { ask: { postpones: true }, go: { to: "two" } },
        two: { ask: { reply: "yes" } },
      }),
    },
    at("p", call("m", "ask")),
    at("q", send("m", "go")),
  ),
  scenario(
    "F03 a postponed call of a machine that ends",
    { p, q: plain(), m: machine("one", { one: { ask: { postpones: true }, go: { do: [end("boom")] } } }) },
    at("p", call("m", "ask")),
    at("q", send("m", "go")),
  ),
  scenario(
    "F04 raised events come before all others",
    { p, m: machine("one", { one: { go: { raises: ["x", "y"] }, x: {}, y: {}, a: {} } }) },
    at("p", send("m", "go"), send("m", "a")),
  ),
  scenario(
    "F04 raised events come before postponed ones",
    {
      p,
      m: machine("one", {
        one: { a: { postpones: true }, go: { to: "two", raises: ["x"] } },
        two: { x: {}, a: {}, b: {} },
      }),
    },
    at("p", send("m", "a"), send("m", "go"), send("m", "b")),
  ),
  scenario(
    "F04 a raised event may raise the next",
    {
      p,
      m: machine("one", { one: { go: { raises: ["x", "y"] }, x: { raises: ["z"] }, y: {}, z: {}, a: {} } }),
    },
    at("p", send("m", "go"), send("m", "a")),
  ),
  scenario(
    "F04 what is raised in one state is handled in the next",
    {
      p,
      m: machine("one", {
        one: { go: { to: "two", raises: ["x"] }, x: {} },
        two: { x: { to: "three" } },
        three: {},
      }),
    },
    at("p", send("m", "go")),
  ),
  scenario(
    "F04 what is raised on entering",
    { p, m: machine("one", { one: { go: { to: "two" } }, two: { a: {}, x: {} } }, { one: {} }) },
    at("p", send("m", "go"), send("m", "a")),
  ),
];

const ends = [
  scenario(
    "F07 several answers in one step, in order",
    {
      p,
      q: plain(),
      r: plain(),
      m: machine("one", {
        one: {
          one: { hold: "t1" },
          two: { hold: "t2" },
          go: {
            replies: [
              ["t2", "second"],
              ["t1", "first"],
            ],
          },
        },
      }),
    },
    at("p", call("m", "one")),
    at("q", call("m", "two")),
    at("r", send("m", "go")),
  ),
  scenario(
    "F07 answers in the step that ends it",
    {
      p,
      q: plain(),
      r: plain(),
      m: machine("one", { one: { one: { hold: "t1" }, go: { replies: [["t1", "last"]], stops: "normal" } } }),
    },
    at("r", monitor("m", "d")),
    at("p", call("m", "one")),
    at("q", send("m", "go")),
  ),
  scenario(
    "F08 a call and its answer",
    { p, m: machine("one", { one: { ask: { reply: "yes", to: "two" } }, two: { ask: { reply: "no" } } }) },
    at("p", call("m", "ask"), call("m", "ask")),
  ),
  scenario(
    "F08 a call that nobody answers",
    { p, m: machine("one", { one: { ask: {} } }) },
    at("p", call("m", "ask", 100)),
    pass(200),
    at("p", log("waited")),
  ),
  scenario(
    "F08 a call to a machine that does not know it",
    { p, m: machine("one", { one: {} }) },
    at("p", call("m", "ask", 100)),
    pass(200),
  ),
  scenario(
    "F08 a callback that fails",
    { p, w: plain(), m: machine("one", { one: { go: { do: [crash("boom")] } } }) },
    at("w", monitor("m", "d")),
    at("p", send("m", "go")),
  ),
  scenario(
    "F08 a callback that ends itself",
    { p, w: plain(), m: machine("one", { one: { go: { do: [end("gone")] } } }) },
    at("w", monitor("m", "d")),
    at("p", send("m", "go")),
  ),
  scenario(
    "F08 a caller hears of the end",
    { p, m: machine("one", { one: { ask: { do: [end("gone")] } } }) },
    at("p", call("m", "ask")),
  ),
  ...["normal", "shutdown", "boom"].flatMap((reason) => [
    scenario(
      `F08 the end ${reason} of its parent`,
      { p, w: plain() },
      at("p", startLinked("m", machine("one", { one: {} }))),
      at("w", monitor("m", "d")),
      at("p", end(reason)),
    ),
    scenario(
      `F08 the end ${reason} of its parent, trapping`,
      { p, w: plain() },
      at("p", startLinked("m", { ...machine("one", { one: {} }), trap: true })),
      at("w", monitor("m", "d")),
      at("p", end(reason)),
    ),
    scenario(
      `F08 the signal ${reason} of a stranger`,
      { p, w: plain(), m: machine("one", { one: {} }) },
      at("w", monitor("m", "d")),
      at("p", exit("m", reason)),
    ),
  ]),
  scenario("F08 stop", { p, m: machine("one", { one: {} }) }, at("p", say.stop("m"))),
  scenario(
    "F08 stop with a reason",
    { p, w: plain(), m: machine("one", { one: {} }) },
    at("w", monitor("m", "d")),
    at("p", say.stop("m", "enough")),
  ),
];

export const machines = [...states, ...postponing, ...ends];
