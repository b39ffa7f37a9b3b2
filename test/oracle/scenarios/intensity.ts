// H: how often a supervisor starts children again before it gives up, and what becomes of its own supervisor then.
import * as say from "../words.ts";
import { at, end, exit, pass, refuses, server, sleep, starts, supervisor, under, worker } from "../words.ts";
import { look, tree } from "./supervisors.ts";

const strategies = ["one_for_one", "one_for_all", "rest_for_one"] as const;
const times = (count: number, id: string) => Array.from({ length: count }, () => at(id, end("boom")));

export const intensity = [
  ...[0, 1, 2].flatMap((allowed) => [
    tree(
      `H32 H39 ${allowed} restarts allowed, and as many come`,
      supervisor("one_for_one", [worker("a"), worker("b")], { intensity: allowed, period: 60 }),
      ...times(allowed, "a"),
      look,
    ),
    tree(
      `H32 H39 ${allowed} restarts allowed, and one more comes`,
      supervisor("one_for_one", [worker("a"), worker("b"), worker("c")], { intensity: allowed, period: 60 }),
      ...times(allowed + 1, "b"),
      at("w", say.alive("s")),
    ),
  ]),
  ...strategies.flatMap((strategy) => [
    tree(
      `H28 ${strategy}, one sweep is one restart`,
      supervisor(strategy, [worker("a"), worker("b"), worker("c")], { intensity: 2, period: 60 }),
      at("a", end("boom")),
      at("a", end("boom")),
      look,
      at("a", end("boom")),
      at("w", say.alive("s")),
    ),
    tree(
      `H34 ${strategy}, all children share the count`,
      supervisor(strategy, [worker("a"), worker("b"), worker("c")], { intensity: 2, period: 60 }),
      at("a", end("boom")),
      at("b", end("boom")),
      at("c", end("boom")),
      at("w", say.alive("s")),
    ),
    tree(
      `H35 ${strategy}, a restart that is refused once`,
      supervisor(
        strategy,
        [worker("a"), worker("b", { starts: starts("ok", refuses("no"), "ok") }), worker("c")],
        { intensity: 3, period: 60 },
      ),
      at("b", end("boom")),
      look,
    ),
    tree(
      `H35 ${strategy}, a restart that is always refused`,
      supervisor(strategy, [worker("a"), worker("b", { starts: starts("ok", refuses("no")) }), worker("c")], {
        intensity: 3,
        period: 60,
      }),
      at("b", end("boom")),
    ),
    tree(
      `H35 ${strategy}, a restart that always ends normal`,
      supervisor(
        strategy,
        [worker("a"), worker("b", { starts: starts("ok", refuses("normal")) }), worker("c")],
        { intensity: 2, period: 60 },
      ),
      at("b", end("boom")),
    ),
    tree(
      `H29 ${strategy}, another child is refused during the sweep`,
      supervisor(
        strategy,
        [worker("a"), worker("b"), worker("c", { starts: starts("ok", refuses("no"), "ok") })],
        { intensity: 4, period: 60 },
      ),
      at("b", end("boom")),
      look,
    ),
    tree(
      `H29 ${strategy}, the first child is refused during the sweep`,
      supervisor(
        strategy,
        [worker("a", { starts: starts("ok", refuses("no"), refuses("no"), "ok") }), worker("b"), worker("c")],
        { intensity: 4, period: 60 },
      ),
      at("a", end("boom")),
      look,
    ),
    tree(
      `H29 ${strategy}, the first and the last are refused in turn`,
      supervisor(
        strategy,
        [
          worker("a", { starts: starts("ok", refuses("no"), "ok", refuses("no"), "ok") }),
          worker("b"),
          worker("c", { starts: starts("ok", refuses("no"), "ok") }),
        ],
        { intensity: 8, period: 60 },
      ),
      at("a", end("boom")),
      look,
    ),
    tree(
      `H35 ${strategy}, a transient child whose restart is refused with normal`,
      supervisor(
        strategy,
        [
          worker("a"),
          worker("b", { restart: "transient", starts: starts("ok", refuses("normal"), "ok") }),
          worker("c"),
        ],
        { intensity: 4, period: 60 },
      ),
      at("b", end("boom")),
      look,
    ),
    tree(
      `H25 H29 ${strategy}, a temporary sibling while another is refused`,
      supervisor(
        strategy,
        [
          worker("a", { restart: "temporary" }),
          worker("b", { starts: starts("ok", refuses("no"), "ok") }),
          worker("c", { restart: "temporary" }),
        ],
        { intensity: 4, period: 60 },
      ),
      at("b", end("boom")),
      look,
    ),
    tree(
      `H39 ${strategy}, giving up with children that are slow to stop`,
      supervisor(
        strategy,
        [worker("a", { terminate: [sleep(100)] }), worker("b"), worker("c", { terminate: [sleep(100)] })],
        { intensity: 0, period: 60 },
      ),
      at("b", end("boom")),
      pass(50),
      pass(300),
    ),
  ]),
  tree(
    "H38 restarts slide out of the window",
    supervisor("one_for_one", [worker("a")], { intensity: 1, period: 1 }),
    at("a", end("boom")),
    pass(2_300),
    at("a", end("boom")),
    look,
  ),
  tree(
    "H33 two restarts well within the window",
    supervisor("one_for_one", [worker("a")], { intensity: 1, period: 2 }),
    at("a", end("boom")),
    pass(500),
    at("a", end("boom")),
    at("w", say.alive("s")),
  ),
  tree(
    "H09 the default number of restarts",
    supervisor("one_for_one", [worker("a")]),
    ...times(2, "a"),
    at("w", say.alive("s")),
  ),
  tree(
    "H37 what can be asked while a child is retried",
    supervisor(
      "one_for_one",
      [worker("a", { starts: [{ gives: "ok" }, { do: [sleep(100)], gives: { refuse: "no" } }] })],
      { intensity: 50, period: 60 },
    ),
    at("a", end("boom")),
    at(
      "w",
      say.whichChildren("s"),
      say.startChild("s", worker("a")),
      say.restartChild("s", "a"),
      say.deleteChild("s", "a"),
      say.countChildren("s"),
      say.terminateChild("s", "a"),
      say.whichChildren("s"),
    ),
    pass(1_500),
  ),
  ...(["permanent", "transient", "temporary"] as const).flatMap((restart) => [
    tree(
      `H40 H41 a ${restart} supervisor that has given up below another`,
      supervisor(
        "one_for_one",
        [
          worker("a"),
          under("t", supervisor("one_for_one", [worker("b"), worker("c")], { intensity: 0, period: 60 }), {
            restart,
          }),
          worker("d"),
        ],
        { intensity: 3, period: 60 },
      ),
      at("b", end("boom")),
      look,
    ),
    tree(
      `H40 a ${restart} supervisor that is killed below another`,
      supervisor(
        "one_for_one",
        [
          worker("a"),
          under(
            "t",
            supervisor(
              "one_for_one",
              [under("b", server({ trap: true })), under("c", server({ log: "tree" }))],
              {
                intensity: 0,
                period: 60,
              },
            ),
            { restart },
          ),
          worker("d"),
        ],
        { intensity: 3, period: 60 },
      ),
      at("w", exit("t", "kill")),
      look,
    ),
  ]),
  tree(
    "H41 a permanent supervisor that gives up again and again takes its own along",
    supervisor(
      "one_for_one",
      [worker("a"), under("t", supervisor("one_for_one", [worker("b")], { intensity: 1, period: 60 }))],
      { intensity: 1, period: 60 },
    ),
    ...times(2, "b"),
    look,
    ...times(2, "b"),
    at("w", say.alive("s")),
  ),
  tree(
    "H41 a fresh count after each restart of a supervisor",
    supervisor(
      "one_for_one",
      [under("t", supervisor("one_for_one", [worker("b")], { intensity: 1, period: 60 }))],
      { intensity: 5, period: 60 },
    ),
    ...times(5, "b"),
    look,
  ),
  tree(
    "H24 rest_for_one over supervisors",
    supervisor(
      "rest_for_one",
      [
        worker("a"),
        under("t", supervisor("one_for_all", [worker("b"), worker("c")], { intensity: 0, period: 60 })),
        worker("d"),
      ],
      { intensity: 3, period: 60 },
    ),
    at("c", end("boom")),
    look,
  ),
];
