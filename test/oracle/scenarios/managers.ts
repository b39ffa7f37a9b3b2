// G: event managers and their handlers.
import type { Handler } from "../language.ts";
import * as say from "../words.ts";
import {
  addHandler,
  addSupervised,
  at,
  callHandler,
  crash,
  deleteHandler,
  end,
  exit,
  handler,
  manager,
  monitor,
  notify,
  pass,
  plain,
  removes,
  scenario,
  server,
  sleep,
  startLinked,
  swapHandler,
  syncNotify,
  trapping,
  whichHandlers,
} from "../words.ts";

const p = plain();
const crew = { p, m: manager };
const failing: Pick<Handler, "events" | "calls"> = {
  events: { fall: { do: [crash("boom")] }, rubbish: { gives: { garbage: "rubbish" } }, leave: removes },
  calls: {
    fall: { do: [crash("boom")] },
    rubbish: { gives: { garbage: "rubbish" } },
    leave: removes,
    ask: { gives: { reply: "yes" } },
  },
};
const two = at(
  "p",
  addHandler("m", handler("h", { ...failing, log: "handlers" })),
  addHandler("m", handler("k", { log: "handlers" })),
);
const look = at("p", whichHandlers("m"));

const telling = [
  scenario(
    "G01 notify reaches all and waits for none",
    crew,
    two,
    at("p", notify("m", "hello"), notify("m", "again")),
  ),
  scenario(
    "G01 notify of one that is gone",
    { ...crew, q: p },
    at("q", exit("m", "kill")),
    at("p", notify("m", "hello"), say.log("done"), syncNotify("m", "hello")),
  ),
  scenario(
    "G01 sync_notify waits for all",
    crew,
    at("p", addHandler("m", handler("h", { events: { slow: { do: [sleep(100)] } } }))),
    at("p", syncNotify("m", "slow"), say.log("done")),
    pass(200),
  ),
  scenario(
    "G01 events keep their order",
    crew,
    two,
    at("p", notify("m", "one"), syncNotify("m", "two"), notify("m", "three")),
  ),
  scenario(
    "G02 the latest handler is first",
    crew,
    two,
    at("p", addHandler("m", handler("i", { log: "handlers" })), notify("m", "hello")),
    look,
  ),
  scenario(
    "G02 a manager without handlers",
    crew,
    at("p", notify("m", "hello"), syncNotify("m", "hello")),
    look,
  ),
  scenario(
    "G02 a handler is there once",
    crew,
    two,
    at("p", addHandler("m", handler("h", { log: "handlers" }))),
    look,
  ),
];

const leaving = [
  scenario(
    "G02 a handler that removes itself",
    crew,
    two,
    at("p", notify("m", "leave"), notify("m", "hello")),
    look,
  ),
  scenario(
    "G05 a handler that fails is let go of, alone",
    crew,
    two,
    at("p", notify("m", "fall"), notify("m", "hello")),
    look,
  ),
  scenario(
    "G05 a handler that returns garbage is let go of",
    crew,
    two,
    at("p", notify("m", "rubbish"), notify("m", "hello")),
    look,
  ),
  scenario(
    "G05 a handler that does not begin",
    crew,
    at("p", addHandler("m", handler("h", { begins: { gives: { refuse: "no" } } }))),
    look,
  ),
  scenario(
    "G05 a handler that fails to begin",
    crew,
    at("p", addHandler("m", handler("h", { begins: { do: [crash("boom")], gives: "ok" } }))),
    look,
  ),
  scenario(
    "G05 a handler that begins with garbage",
    crew,
    at("p", addHandler("m", handler("h", { begins: { gives: { garbage: "rubbish" } } }))),
    look,
  ),
  scenario(
    "G02 a handler that is deleted gives its last word",
    crew,
    two,
    at("p", deleteHandler("m", "h"), notify("m", "hello")),
    look,
  ),
  scenario("G02 a handler that is not there", crew, two, at("p", deleteHandler("m", "x")), look),
  scenario(
    "G05 a handler that fails while it leaves",
    crew,
    at("p", addHandler("m", handler("h", { leaves: [crash("worse")] })), deleteHandler("m", "h")),
    look,
  ),
];

const calls = [
  scenario("G05 a call to a handler", crew, two, at("p", callHandler("m", "h", "ask"))),
  scenario("G05 a call to a handler that is not there", crew, two, at("p", callHandler("m", "x", "ask"))),
  scenario("G05 a call in which the handler fails", crew, two, at("p", callHandler("m", "h", "fall")), look),
  scenario("G05 a call that gives garbage", crew, two, at("p", callHandler("m", "h", "rubbish")), look),
  scenario(
    "G05 a call in which the handler removes itself",
    crew,
    two,
    at("p", callHandler("m", "h", "leave")),
    look,
  ),
];

const next = handler("n", { log: "handlers" });
const swaps = [
  scenario(
    "G06 a swap hands over the last word",
    crew,
    two,
    at("p", swapHandler("m", "h", next), notify("m", "hello")),
    look,
  ),
  scenario("G06 a swap of one that is not there", crew, two, at("p", swapHandler("m", "x", next)), look),
  scenario(
    "G06 a swap with one that does not begin",
    crew,
    two,
    at("p", swapHandler("m", "h", handler("n", { log: "handlers", begins: { gives: { refuse: "no" } } }))),
    look,
  ),
  scenario(
    "G06 a handler that hands over by itself",
    crew,
    at("p", addHandler("m", handler("h", { log: "handlers", events: { go: { gives: { swap: next } } } }))),
    at("p", notify("m", "go"), notify("m", "hello")),
    look,
  ),
  scenario(
    "G06 a handler that hands over in a call",
    crew,
    at("p", addHandler("m", handler("h", { log: "handlers", calls: { go: { gives: { swap: next } } } }))),
    at("p", callHandler("m", "h", "go"), notify("m", "hello")),
    look,
  ),
];

const owned = at("o", addSupervised("m", handler("h", { ...failing, log: "handlers" })));
const supervised = [
  ...["leave", "fall", "rubbish"].map((event) =>
    scenario(
      `G04 the owner hears of the end of its handler: ${event}`,
      { ...crew, o: plain() },
      owned,
      at("p", notify("m", event)),
      look,
    ),
  ),
  scenario(
    "G04 the owner hears of a deletion",
    { ...crew, o: plain() },
    owned,
    at("p", deleteHandler("m", "h")),
    look,
  ),
  scenario(
    "G04 the owner hears of a swap, and owns the next",
    { ...crew, o: plain() },
    owned,
    at("p", swapHandler("m", "h", next)),
    look,
    at("p", deleteHandler("m", "n")),
  ),
  ...["normal", "shutdown", "boom"].map((reason) =>
    scenario(
      `G04 the owner's end ${reason} takes its handler along`,
      { ...crew, o: plain() },
      owned,
      at("o", end(reason)),
      look,
    ),
  ),
  scenario(
    "G04 the manager's end takes the owner along",
    { ...crew, o: plain(), w: plain() },
    at("w", monitor("o", "d")),
    owned,
    at("p", exit("m", "kill")),
  ),
  scenario(
    "G04 the manager's end is told to an owner that traps",
    { ...crew, o: trapping() },
    owned,
    at("p", exit("m", "kill")),
  ),
  scenario(
    "G04 the owner of a handler when its manager stops",
    { ...crew, o: trapping() },
    owned,
    at("p", say.stop("m")),
  ),
  scenario(
    "G04 another handler of no owner stays",
    { ...crew, o: plain() },
    two,
    at("o", addSupervised("m", handler("i", { log: "handlers" }))),
    at("o", end("boom")),
    look,
  ),
];

const ends = [
  scenario("G02 all handlers leave when the manager stops", crew, two, at("p", say.stop("m"))),
  scenario(
    "G02 all handlers leave when the manager's parent ends",
    { p: trapping(), w: plain() },
    at("p", startLinked("m", manager)),
    at("w", monitor("m", "d"), addHandler("m", handler("h")), addHandler("m", handler("k"))),
    at("p", end("boom")),
  ),
  scenario(
    "G02 no handler leaves when the manager is killed",
    { ...crew, w: plain() },
    at("w", monitor("m", "d")),
    two,
    at("w", exit("m", "kill")),
  ),
  scenario(
    "G02 an exit of a stranger is a message",
    { ...crew, w: plain(), a: server() },
    at("w", monitor("m", "d")),
    two,
    at("w", exit("m", "boom")),
    look,
  ),
];

export const managers = [...telling, ...leaving, ...calls, ...swaps, ...supervised, ...ends];
