// E: how servers start, and fail to.
import * as say from "../words.ts";
import {
  at,
  call,
  crash,
  end,
  monitor,
  pass,
  plain,
  refuses,
  replies,
  scenario,
  send,
  server,
  sleep,
  start,
  startLinked,
  starts,
  trapping,
} from "../words.ts";

const asking = server({ calls: { ask: replies("yes") }, casts: { go: {} } });

/** One who starts a server, linked or not, trapping or not. */
const starting = [
  { how: "linked, not trapping", p: plain(), begin: startLinked },
  { how: "linked, trapping", p: trapping(), begin: startLinked },
  { how: "not linked", p: plain(), begin: start },
];

const inits = [
  { id: "E02", name: "succeeds", start: { gives: "ok" } },
  { id: "E03", name: "stops", start: { gives: { refuse: "no" } } },
  { id: "E03", name: "stops normal", start: { gives: { refuse: "normal" } } },
  { id: "E03", name: "stops shutdown", start: { gives: { refuse: "shutdown" } } },
  { id: "E05", name: "ignores", start: { gives: "ignore" } },
  { id: "E06", name: "fails", start: { do: [crash("boom")], gives: "ok" } },
  { id: "E06", name: "ends itself", start: { do: [end("gone")], gives: "ok" } },
  { id: "E08", name: "returns garbage", start: { gives: { garbage: "rubbish" } } },
] as const;

const beginnings = starting.flatMap(({ how, p, begin }) =>
  inits.map(({ id, name, start: outcome }) =>
    scenario(
      `${id} E11 a start (${how}) whose init ${name}`,
      { w: plain(), p },
      at("w", monitor("p", "m")),
      // One that is linked and does not trap falls with the server: from OTP 26 on before its start returns, until then just behind.
      at(
        "p",
        begin(
          "a",
          server({ trap: true, starts: [outcome] }),
          how === "linked, not trapping" ? { untold: true } : {},
        ),
      ),
      at("p", say.log("still here")),
    ),
  ),
);

const others = [
  scenario(
    "E01 a slow init blocks the starter",
    { p: plain(), q: plain() },
    at("p", startLinked("a", server({ starts: [say.startDoing(sleep(200))] }))),
    at("q", send("p", "hello")),
    at("p", say.log("next")),
    pass(300),
  ),
  ...starting.map(({ how, p, begin }) =>
    scenario(
      `E09 a start (${how}) that takes too long`,
      { w: plain(), p },
      at("w", monitor("p", "m")),
      at("p", begin("a", server({ trap: true, starts: [say.startDoing(sleep(400))] }), { timeoutMs: 100 })),
      pass(200),
      at("p", say.log("still here")),
      pass(400),
    ),
  ),
  scenario(
    "E09 a start that is in time",
    { p: plain() },
    at("p", startLinked("a", server({ starts: [say.startDoing(sleep(100))] }), { timeoutMs: 400 })),
    pass(600),
    at("p", send("a", "hello")),
  ),
  scenario(
    "E10 a name that is taken",
    { p: trapping() },
    at("p", startLinked("a", server(), { name: "n" })),
    at("p", startLinked("b", server(), { name: "n" }), say.whereis("n")),
  ),
  scenario(
    "E10 a start by name holds it",
    { p: plain() },
    at("p", startLinked("a", asking, { name: "n" }), call("@n", "ask")),
    at("a", end("normal")),
    at("p", say.whereis("n")),
  ),
  scenario(
    "E03 a name is free again after a failed start",
    { p: trapping() },
    at(
      "p",
      startLinked("a", server({ starts: starts(refuses("no")) }), { name: "n" }),
      say.whereis("n"),
      startLinked("b", server(), { name: "n" }),
      say.whereis("n"),
    ),
  ),
];

export const serverStarts = [...beginnings, ...others];
