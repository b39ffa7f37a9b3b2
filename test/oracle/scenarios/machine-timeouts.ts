// F: the three kinds of timeout of a state machine.
import type { MachineReaction } from "../language.ts";
import * as say from "../words.ts";
import { at, machine, pass, plain, scenario, send } from "../words.ts";

const p = plain();
const timeout = (key: string, ms = 100): MachineReaction => ({ starts: [{ key, ms, event: "tick" }] });

export const machineTimeouts = [
  ...["event", "state", "own"].flatMap((key) => {
    const kind = key === "own" ? "named" : key;
    return [
      scenario(
        `F05 a ${kind} timeout comes in time`,
        { p, m: machine("one", { one: { go: timeout(key), tick: {} } }) },
        at("p", send("m", "go")),
        pass(60),
        pass(150),
      ),
      scenario(
        `F05 a ${kind} timeout and an event in between`,
        { p, m: machine("one", { one: { go: timeout(key), tick: {}, a: {} } }) },
        at("p", send("m", "go")),
        pass(40),
        at("p", send("m", "a")),
        pass(200),
      ),
      scenario(
        `F05 a ${kind} timeout and an unknown event in between`,
        { p, m: machine("one", { one: { go: timeout(key), tick: {} } }) },
        at("p", send("m", "go")),
        pass(40),
        at("p", send("m", "a")),
        pass(200),
      ),
      scenario(
        `F05 a ${kind} timeout and a change of state in between`,
        {
          p,
          m: machine("one", { one: { go: timeout(key), a: { to: "two" }, tick: {} }, two: { tick: {} } }),
        },
        at("p", send("m", "go")),
        pass(40),
        at("p", send("m", "a")),
        pass(200),
      ),
      scenario(
        `F05 a ${kind} timeout that is started with a change of state`,
        {
          p,
          m: machine("one", { one: { go: { ...timeout(key), to: "two" }, tick: {} }, two: { tick: {} } }),
        },
        at("p", send("m", "go")),
        pass(200),
      ),
      scenario(
        `F05 a ${kind} timeout and the same state entered once more`,
        { p, m: machine("one", { one: { go: timeout(key), a: { repeats: true }, tick: {} } }) },
        at("p", send("m", "go")),
        pass(40),
        at("p", send("m", "a")),
        pass(200),
      ),
      scenario(
        `F06 a ${kind} timeout that is started again`,
        { p, m: machine("one", { one: { go: timeout(key, 150), tick: {} } }) },
        at("p", send("m", "go")),
        pass(90),
        at("p", send("m", "go")),
        pass(100),
        at("p", say.log("not yet")),
        pass(150),
      ),
      scenario(
        `F06 a ${kind} timeout that is cancelled`,
        { p, m: machine("one", { one: { go: timeout(key), a: { cancels: [key] }, tick: {} } }) },
        at("p", send("m", "go")),
        pass(40),
        at("p", send("m", "a")),
        pass(200),
      ),
      scenario(
        `F05 a ${kind} timeout of nothing comes before what waits`,
        { p, m: machine("one", { one: { go: timeout(key, 0), tick: {}, a: {} } }) },
        at("p", send("m", "go"), send("m", "a")),
      ),
      scenario(
        `F05 F04 a ${kind} timeout of nothing and a raised event`,
        {
          p,
          m: machine("one", { one: { go: { ...timeout(key, 0), raises: ["x"] }, tick: {}, x: {}, a: {} } }),
        },
        at("p", send("m", "go"), send("m", "a")),
      ),
      scenario(
        `F05 F03 a ${kind} timeout and a postponed event`,
        {
          p,
          m: machine("one", {
            one: { a: { postpones: true }, go: { ...timeout(key), to: "two" } },
            two: { a: {}, tick: {} },
          }),
        },
        at("p", send("m", "a"), send("m", "go")),
        pass(200),
      ),
      scenario(
        `F05 a ${kind} timeout that is started on entering`,
        {
          p,
          m: machine(
            "one",
            { one: { go: { to: "two" }, tick: {} }, two: { tick: {}, go: { to: "one" } } },
            { two: timeout(key) },
          ),
        },
        at("p", send("m", "go")),
        pass(200),
      ),
    ];
  }),
  scenario(
    "F05 all three kinds at once",
    {
      p,
      m: machine("one", {
        one: {
          go: {
            starts: [
              { key: "event", ms: 300, event: "e" },
              { key: "state", ms: 200, event: "s" },
              { key: "own", ms: 100, event: "n" },
            ],
          },
          e: {},
          s: {},
          n: {},
        },
      }),
    },
    at("p", send("m", "go")),
    pass(150),
    pass(100),
    pass(150),
  ),
  scenario(
    "F05 two named ones at once",
    {
      p,
      m: machine("one", {
        one: {
          go: {
            starts: [
              { key: "x", ms: 200, event: "x" },
              { key: "y", ms: 100, event: "y" },
            ],
          },
          x: {},
          y: {},
        },
      }),
    },
    at("p", send("m", "go")),
    pass(150),
    pass(150),
  ),
];
