// E: what servers do between two messages: continue, idle timeouts, hibernation.
import * as say from "../words.ts";
import {
  at,
  call,
  cast,
  crash,
  does,
  exit,
  goesOn,
  monitor,
  pass,
  plain,
  replies,
  scenario,
  send,
  server,
  sleep,
  startLinked,
  stops,
} from "../words.ts";

export const serverWaits = [
  scenario(
    "E32 a continue from init comes before what waits already",
    { p: plain() },
    at(
      "p",
      startLinked(
        "a",
        server({
          starts: [{ do: [send("a", "one")], gives: { ok: { continue: "go" } } }],
          continues: { go: does(say.log("doing")) },
        }),
      ),
    ),
  ),
  scenario(
    "E32 a continue comes before what waits already",
    { p: plain(), a: server({ casts: { go: { do: [sleep(50)], next: { continue: "on" } } } }) },
    at("p", cast("a", "go"), send("a", "one"), send("a", "two")),
    pass(150),
  ),
  scenario(
    "E32 a continue after a reply",
    { p: plain(), a: server({ calls: { ask: replies("yes", { continue: "on" }) } }) },
    at("p", call("a", "ask")),
  ),
  scenario(
    "E32 a continue that continues, then stops",
    {
      p: plain(),
      w: plain(),
      a: server({
        casts: { go: goesOn({ continue: "one" }) },
        continues: { one: goesOn({ continue: "two" }), two: stops("enough") },
      }),
    },
    at("w", monitor("a", "m")),
    at("p", cast("a", "go"), send("a", "hello")),
  ),
  scenario(
    "E32 a continue that fails",
    {
      p: plain(),
      w: plain(),
      a: server({ casts: { go: goesOn({ continue: "one" }) }, continues: { one: does(crash("boom")) } }),
    },
    at("w", monitor("a", "m")),
    at("p", cast("a", "go")),
  ),
  scenario(
    "E33 an idle timeout",
    { p: plain(), a: server({ casts: { go: goesOn({ timeoutMs: 100 }) } }) },
    at("p", cast("a", "go")),
    pass(200),
    pass(200),
  ),
  scenario(
    "E33 an idle timeout from init",
    { p: plain() },
    at("p", startLinked("a", server({ starts: [{ gives: { ok: { timeoutMs: 100 } } }] }))),
    pass(200),
  ),
  scenario(
    "E33 any message cancels an idle timeout",
    { p: plain(), a: server({ casts: { go: goesOn({ timeoutMs: 150 }) } }) },
    at("p", cast("a", "go")),
    pass(50),
    at("p", send("a", "hello")),
    pass(300),
  ),
  scenario(
    "E33 an idle timeout that is set again each time",
    { p: plain(), a: server({ casts: { go: goesOn({ timeoutMs: 150 }) } }) },
    at("p", cast("a", "go")),
    pass(80),
    at("p", cast("a", "go")),
    pass(100),
    at("p", send("p", "not yet")),
    pass(150),
  ),
  scenario(
    "E33 an idle timeout that sets the next",
    {
      p: plain(),
      a: server({ casts: { go: goesOn({ timeoutMs: 100 }) }, timeout: goesOn({ timeoutMs: 100 }) }),
    },
    at("p", cast("a", "go")),
    pass(150),
    pass(100),
  ),
  scenario(
    "E33 a trapped exit cancels an idle timeout",
    { p: plain(), a: server({ trap: true, casts: { go: goesOn({ timeoutMs: 100 }) } }) },
    at("p", cast("a", "go")),
    pass(40),
    at("p", exit("a", "boom")),
    pass(200),
  ),
  scenario(
    "E34 a timeout of 0 comes when nothing waits",
    { p: plain(), a: server({ casts: { go: goesOn({ timeoutMs: 0 }) } }) },
    at("p", cast("a", "go")),
  ),
  scenario(
    "E34 a timeout of 0 with something waiting is cancelled",
    { p: plain(), a: server({ casts: { go: { do: [sleep(50)], next: { timeoutMs: 0 } } } }) },
    at("p", cast("a", "go"), send("a", "one")),
    pass(150),
  ),
  scenario(
    "E36 one that hibernates wakes with its state",
    { p: plain(), a: server({ casts: { go: goesOn({ hibernate: true }), fall: stops("enough") } }) },
    at("p", cast("a", "go")),
    at("p", cast("a", "go")),
    at("p", cast("a", "fall")),
  ),
];
