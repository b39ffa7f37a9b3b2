// A: exit reasons and exit signals.
import * as say from "../words.ts";
import {
  at,
  crash,
  end,
  exit,
  monitor,
  once,
  plain,
  scenario,
  send,
  server,
  sleep,
  startLinked,
  trap,
  trapping,
} from "../words.ts";

const reasons = {
  boom: "boom",
  normal: "normal",
  shutdown: "shutdown",
  "shutdown with more": { shutdown: "x" },
  kill: "kill",
  killed: "killed",
};

export const exits = [
  scenario(
    "A01 a function that returns ends normal",
    { w: plain() },
    at("w", say.start("a", once(), { monitor: "m" })),
  ),
  ...Object.entries({ process: plain(), server: server() }).flatMap(([kind, a]) => [
    scenario(
      `A02 an error ends a ${kind} with its stack`,
      { w: plain(), a },
      at("w", monitor("a", "m")),
      at("a", crash("boom")),
    ),
    scenario(
      `A03 a thrown value ends a ${kind}`,
      { w: plain(), a },
      at("w", monitor("a", "m")),
      at("a", say.throwing("ball")),
    ),
    ...Object.entries(reasons).map(([name, reason]) =>
      scenario(
        `A04 a ${kind} that ends itself with ${name} ends with exactly that`,
        { w: plain(), a },
        at("w", monitor("a", "m")),
        at("a", end(reason)),
      ),
    ),
    ...Object.entries(reasons).map(([name, reason]) =>
      scenario(
        `A05 A06 A10 A11 the signal ${name} to a ${kind} that does not trap`,
        { w: plain(), a, b: plain() },
        at("w", monitor("a", "m")),
        at("b", exit("a", reason)),
        at("b", send("a", "hello")),
      ),
    ),
    ...Object.entries(reasons).map(([name, reason]) =>
      scenario(
        `A08 A10 A11 the signal ${name} to a ${kind} that traps`,
        { w: plain(), a: { ...a, trap: true }, b: plain() },
        at("w", monitor("a", "m")),
        at("b", exit("a", reason)),
        at("b", send("a", "hello")),
      ),
    ),
  ]),
  ...Object.entries(reasons).flatMap(([name, reason]) => [
    scenario(
      `A07 the signal ${name} to itself, not trapping`,
      { w: plain(), a: plain() },
      at("w", monitor("a", "m")),
      at("a", exit("a", reason), say.log("still here")),
    ),
    scenario(
      `A09 the signal ${name} to itself, trapping`,
      { w: plain(), a: trapping() },
      at("w", monitor("a", "m")),
      at("a", exit("a", reason), say.log("still here")),
    ),
  ]),
  scenario(
    "A13 the first of two signals decides",
    { w: plain(), a: plain(), b: plain() },
    at("w", monitor("a", "m")),
    at("b", exit("a", "first"), exit("a", "second"), exit("a", "kill")),
  ),
  scenario(
    "A13 a signal that ends nobody leaves the decision to the next",
    { w: plain(), a: plain(), b: plain() },
    at("w", monitor("a", "m")),
    at("b", exit("a", "normal"), exit("a", "second")),
  ),
  scenario(
    "A14 a message before a deadly signal may stay unread",
    { w: plain(), a: plain({ first: [sleep(100)] }), b: plain() },
    at("w", monitor("a", "m")),
    at("b", send("a", "hello"), exit("a", "boom")),
    say.pass(200),
  ),
  scenario(
    "A15 a signal does not wait for the messages of a busy process",
    { w: plain(), a: server({ infos: { slow: say.does(sleep(300)) } }), b: plain() },
    at("w", monitor("a", "m")),
    at("b", send("a", "slow"), send("a", "hello")),
    at("b", exit("a", "boom")),
    say.pass(400),
  ),
  scenario(
    "A16 setting the flag gives the old one, and the flag counts when the signal comes",
    { a: plain(), b: plain(), w: plain() },
    at("w", monitor("a", "m")),
    at("a", trap(true), trap(true), trap(false), trap(true)),
    at("b", exit("a", "one")),
    at("a", trap(false)),
    at("b", exit("a", "two")),
  ),
  scenario(
    "A18 who hears of the end does not find the name any more",
    { w: plain(), a: plain() },
    at("w", say.register("n", "a"), monitor("a", "m")),
    at("a", end("boom")),
    at("w", say.whereis("n"), say.alive("a")),
  ),
  scenario(
    "A19 a signal to one that is gone changes nothing",
    { a: plain(), b: trapping() },
    at("a", end("normal")),
    at("b", exit("a", "boom"), exit("a", "kill"), say.log("done")),
  ),
  ...Object.entries(reasons).map(([name, reason]) =>
    scenario(
      `A05 A08 a parent that ends with ${name} and its linked children`,
      { p: plain(), wa: plain(), wb: plain(), wc: plain(), wd: plain() },
      at(
        "p",
        startLinked("a", plain()),
        startLinked("b", trapping()),
        startLinked("c", server()),
        startLinked("d", server({ trap: true })),
      ),
      ...["a", "b", "c", "d"].map((child) => at(`w${child}`, monitor(child, `m${child}`))),
      at("p", end(reason)),
    ),
  ),
];
