// E: how servers end.
import * as say from "../words.ts";
import {
  at,
  call,
  cast,
  crash,
  does,
  end,
  exit,
  monitor,
  pass,
  plain,
  replies,
  scenario,
  send,
  server,
  sleep,
  startLinked,
  stop,
  stops,
  throwing,
} from "../words.ts";

const asking = server({ calls: { ask: replies("yes") }, casts: { go: {} } });

const handlers = { call: "calls", cast: "casts", info: "infos" } as const;
const ways = { call: call("a", "x"), cast: cast("a", "x"), info: send("a", "x") };

/** Ends of a callback, by the way the message came. */
const ends = (["call", "cast", "info"] as const).flatMap((kind) => {
  const handler = handlers[kind];
  const with_ = (reaction: object, trap = false) => ({
    p: plain(),
    w: plain(),
    a: server({ trap, [handler]: { x: reaction, fine: {} } }),
  });
  const steps = [at("w", monitor("a", "m")), at("p", ways[kind]), at("p", say.log("done"))];
  return [
    scenario(`E24 a ${kind} that stops the server`, with_({ gives: { stop: "enough" } }), ...steps),
    scenario(`E24 a ${kind} that stops the server normal`, with_({ gives: { stop: "normal" } }), ...steps),
    scenario(
      `E24 a ${kind} that stops the server shutdown`,
      with_({ gives: { stop: { shutdown: "x" } } }),
      ...steps,
    ),
    scenario(`E25 a ${kind} that fails`, with_({ do: [crash("boom")] }), ...steps),
    scenario(`E25 a ${kind} that ends itself`, with_({ do: [end("gone")] }), ...steps),
    scenario(`E25 a ${kind} that throws`, with_({ do: [throwing("ball")] }), ...steps),
    scenario(`E26 a ${kind} that returns garbage`, with_({ gives: { garbage: "rubbish" } }), ...steps),
  ];
});

const endings = [
  scenario(
    "E24 a call that stops with a reply",
    { p: plain(), w: plain(), a: server({ calls: { ask: { gives: { stop: "enough", reply: "yes" } } } }) },
    at("w", monitor("a", "m")),
    at("p", call("a", "ask")),
  ),
  scenario(
    "E25 the state is the one before the callback that failed",
    { p: plain(), a: server({ casts: { go: {}, fall: does(crash("boom")) } }) },
    at("p", cast("a", "go"), cast("a", "go"), cast("a", "fall"), cast("a", "go")),
  ),
  scenario(
    "E25 a failing terminate gives the reason",
    { p: plain(), w: plain(), a: server({ casts: { go: stops("enough") }, terminate: [crash("worse")] }) },
    at("w", monitor("a", "m")),
    at("p", cast("a", "go")),
  ),
  scenario(
    "E25 a terminate that ends itself gives the reason",
    { p: plain(), w: plain(), a: server({ casts: { go: stops("enough") }, terminate: [end("worse")] }) },
    at("w", monitor("a", "m")),
    at("p", cast("a", "go")),
  ),
  scenario(
    "E25 a failing terminate behind a failing callback",
    {
      p: plain(),
      w: plain(),
      a: server({ casts: { go: does(crash("boom")) }, terminate: [crash("worse")] }),
    },
    at("w", monitor("a", "m")),
    at("p", cast("a", "go")),
  ),
  ...["kill", "boom", "shutdown"].flatMap((reason) =>
    [true, false].map((trap) =>
      scenario(
        `E28 E30 the signal ${reason} of a stranger to a server that ${trap ? "traps" : "does not trap"}`,
        { p: plain(), w: plain(), a: server({ trap }) },
        at("w", monitor("a", "m")),
        at("p", exit("a", reason)),
      ),
    ),
  ),
  scenario(
    "E30 the end of a linked process that is not the parent",
    { a: server({ trap: true }), b: plain() },
    at("b", say.link("a")),
    at("b", end("boom")),
  ),
  ...["normal", "shutdown", "boom"].flatMap((reason) =>
    [true, false].map((trap) =>
      scenario(
        `E31 the end ${reason} of the parent of a server that ${trap ? "traps" : "does not trap"}`,
        { p: plain(), w: plain() },
        at("p", startLinked("a", server({ trap }))),
        at("w", monitor("a", "m")),
        at("p", end(reason)),
      ),
    ),
  ),
  scenario("E35 an unknown call ends the server", { p: plain(), a: asking }, at("p", call("a", "other"))),
  scenario(
    "E35 an unknown cast ends the server",
    { p: plain(), w: plain(), a: asking },
    at("w", monitor("a", "m")),
    at("p", cast("a", "other")),
  ),
  scenario(
    "E25 B04 one that falls with the server it calls sends nothing more",
    { p: plain(), w: plain() },
    at(
      "p",
      startLinked("a", server({ calls: { ask: stops("boom") } })),
      call("a", "ask"),
      send("w", "after the call"),
    ),
  ),
  scenario(
    "E35 an unexpected message does not end the server",
    { p: plain(), a: asking },
    at("p", send("a", "other"), call("a", "ask")),
  ),
  scenario(
    "E37 stop waits for the end",
    { p: plain(), a: server({ terminate: [sleep(100)] }) },
    at("p", stop("a")),
    pass(200),
    at("p", say.alive("a")),
  ),
  scenario(
    "E37 stop with a reason of one's own",
    { p: plain(), w: plain(), a: server() },
    at("w", monitor("a", "m")),
    at("p", stop("a", "enough")),
  ),
  scenario(
    "E37 stop of one that ends for another reason",
    { p: plain(), a: server({ terminate: [crash("worse")] }) },
    at("p", stop("a")),
  ),
  scenario(
    "E37 stop of one that is gone",
    { p: plain(), a: server() },
    at("a", end("boom")),
    at("p", stop("a"), stop("@nobody")),
  ),
  scenario(
    "E37 stop of one that is too slow",
    { p: plain(), w: plain(), a: server({ terminate: [sleep(300)] }) },
    at("w", monitor("a", "m")),
    at("p", stop("a", "normal", 100)),
    pass(200),
    at("p", say.log("still here")),
    pass(300),
  ),
  scenario(
    "E37 stop of one that is killed meanwhile",
    { p: plain(), q: plain(), a: server({ terminate: [sleep(300)] }) },
    at("p", stop("a")),
    at("q", exit("a", "kill")),
  ),
  scenario(
    "E37 stop is handled behind what came before",
    { p: plain(), a: server({ casts: { go: {} } }) },
    at("p", cast("a", "go"), cast("a", "go"), stop("a")),
  ),
  scenario(
    "A14 what is behind the end is not handled",
    { p: plain(), a: server({ casts: { go: stops("enough"), come: {} } }) },
    at("p", cast("a", "go"), cast("a", "come")),
  ),
];

export const serverEnds = [...ends, ...endings];
