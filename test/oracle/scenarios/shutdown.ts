// H: how a child is stopped, and which children end their supervisor.
import * as say from "../words.ts";
import {
  at,
  crash,
  end,
  exit,
  log,
  pass,
  plain,
  server,
  sleep,
  supervisor,
  trapping,
  under,
  worker,
} from "../words.ts";
import { look, tree } from "./supervisors.ts";

const deaf = (id: string, shutdown: number | "infinity" | "brutal_kill") =>
  worker(id, { shutdown, terminate: [sleep(400), log("stopped at last")] });

const stopping = [
  tree(
    "H43 a child that takes too long is killed",
    supervisor("one_for_one", [worker("a"), deaf("b", 100), worker("c")]),
    at("w", say.terminateChild("s", "b")),
    pass(50),
    pass(150),
    look,
  ),
  tree(
    "H43 a child that is in time",
    supervisor("one_for_one", [deaf("a", 1_000)]),
    at("w", say.terminateChild("s", "a")),
    pass(600),
    look,
  ),
  tree(
    "H44 a child that is killed at once",
    supervisor("one_for_one", [worker("a"), deaf("b", "brutal_kill")]),
    at("w", say.monitor("b", "m"), say.terminateChild("s", "b")),
    look,
  ),
  tree(
    "H45 a child that is waited for",
    supervisor("one_for_one", [deaf("a", "infinity")]),
    at("w", say.terminateChild("s", "a")),
    pass(200),
    pass(400),
    look,
  ),
  tree(
    "H46 a child that does not trap ends at once, without terminate",
    supervisor("one_for_one", [worker("a", { trap: false, terminate: [log("never")] })]),
    at("w", say.monitor("a", "m"), say.terminateChild("s", "a")),
    look,
  ),
  tree(
    "H46 a bare process is stopped like any other",
    supervisor("one_for_one", [under("a", plain()), under("b", trapping(), { shutdown: 100 })]),
    at("w", say.monitor("a", "ma"), say.monitor("b", "mb")),
    at("boss", exit("s", "shutdown")),
    pass(200),
  ),
  tree(
    "H48 a child that ends for another reason while it is stopped",
    supervisor("one_for_one", [
      worker("a"),
      worker("b", { terminate: [crash("worse")] }),
      worker("c", { terminate: [end("normal")] }),
    ]),
    at("boss", exit("s", "shutdown")),
  ),
  tree(
    "H48 a child that was killed in the moment it is stopped",
    supervisor("one_for_one", [worker("a"), worker("b", { terminate: [sleep(100)] })]),
    at("w", say.terminateChild("s", "b")),
    pass(30),
    at("boss", exit("b", "kill")),
    look,
  ),
  tree(
    "H49 every child has its own time",
    supervisor("one_for_one", [deaf("a", 100), deaf("b", 100), deaf("c", 100)]),
    at("boss", exit("s", "shutdown")),
    pass(50),
    pass(100),
    pass(100),
    pass(100),
  ),
  tree(
    "H49 a supervisor below another takes as long as it needs",
    supervisor("one_for_one", [
      under("t", supervisor("one_for_one", [deaf("a", 1_000), deaf("b", 1_000)])),
      worker("c"),
    ]),
    at("boss", exit("s", "shutdown")),
    pass(200),
    pass(400),
    pass(400),
  ),
  tree(
    "H49 H13 a supervisor below another with too little time leaves orphans",
    supervisor("one_for_one", [
      under("t", supervisor("one_for_one", [under("a", trapping()), deaf("b", 1_000)]), { shutdown: 100 }),
    ]),
    at("boss", exit("s", "shutdown")),
    pass(50),
    pass(150),
  ),
  tree(
    "H11 the end of a child while the supervisor stops another",
    supervisor("one_for_one", [worker("a"), worker("b", { terminate: [sleep(100)] })], {
      intensity: 3,
      period: 60,
    }),
    at("w", say.terminateChild("s", "b")),
    at("a", end("boom")),
    pass(200),
    look,
  ),
  tree(
    "H12 the parent's exit while a child is stopped",
    supervisor("one_for_one", [worker("a"), worker("b", { terminate: [sleep(100)] })]),
    at("w", say.terminateChild("s", "b")),
    at("boss", exit("s", "shutdown")),
    pass(200),
  ),
  tree(
    "H12 stop of a supervisor",
    supervisor("one_for_one", [worker("a"), worker("b")]),
    at("w", say.stop("s")),
  ),
  tree(
    "H12 stop of a supervisor with a reason of one's own",
    supervisor("one_for_one", [worker("a"), worker("b")]),
    at("w", say.stop("s", "enough")),
  ),
];

const outcomes = { normal: "normal", shutdown: "shutdown", boom: "boom" };

const significant = (["any_significant", "all_significant"] as const).flatMap((autoShutdown) =>
  (["transient", "temporary"] as const).flatMap((restart) => [
    ...Object.entries(outcomes).map(([name, reason]) =>
      tree(
        `H64 H65 H66 ${autoShutdown}, a significant ${restart} child ends ${name}`,
        supervisor(
          "one_for_one",
          [
            worker("a"),
            worker("b", { restart, significant: true }),
            worker("c", { restart, significant: true }),
          ],
          { autoShutdown, intensity: 3, period: 60 },
        ),
        at("b", end(reason)),
        look,
      ),
    ),
    tree(
      `H64 H65 ${autoShutdown}, the last significant ${restart} child ends`,
      supervisor(
        "one_for_one",
        [
          worker("a"),
          worker("b", { restart, significant: true }),
          worker("c", { restart, significant: true }),
        ],
        { autoShutdown, intensity: 3, period: 60 },
      ),
      at("b", end("normal")),
      at("c", end("normal")),
      at("w", say.alive("s")),
    ),
    tree(
      `H64 H65 ${autoShutdown}, a significant ${restart} child is stopped by hand`,
      supervisor("one_for_one", [worker("a"), worker("b", { restart, significant: true })], {
        autoShutdown,
        intensity: 3,
        period: 60,
      }),
      at("w", say.terminateChild("s", "b")),
      at("w", say.alive("s")),
      look,
    ),
    ...(["one_for_all", "rest_for_one"] as const).map((strategy) =>
      tree(
        `H64 H65 ${autoShutdown}, a significant ${restart} sibling in a sweep of ${strategy}`,
        supervisor(strategy, [worker("a"), worker("b", { restart, significant: true })], {
          autoShutdown,
          intensity: 3,
          period: 60,
        }),
        at("a", end("boom")),
        at("w", say.alive("s")),
      ),
    ),
  ]),
);

const refused = [
  tree(
    "H68 a significant child that is permanent",
    supervisor("one_for_one", [worker("a", { significant: true })], { autoShutdown: "any_significant" }),
  ),
  tree(
    "H68 a significant child without automatic shutdown",
    supervisor("one_for_one", [worker("a", { restart: "transient", significant: true })]),
  ),
  tree(
    "H68 a significant child that is added without automatic shutdown",
    supervisor("one_for_one", []),
    at("w", say.startChild("s", worker("a", { restart: "transient", significant: true }))),
    look,
  ),
  tree(
    "H64 a significant supervisor that has given up",
    supervisor(
      "one_for_one",
      [
        worker("a"),
        under("t", supervisor("one_for_one", [worker("b")], { intensity: 0, period: 60 }), {
          restart: "transient",
          significant: true,
        }),
      ],
      { autoShutdown: "any_significant" },
    ),
    at("b", end("boom")),
  ),
  tree(
    "H64 a child that is no worker of significance ends",
    supervisor(
      "one_for_one",
      [worker("a", { restart: "temporary" }), worker("b", { restart: "transient", significant: true })],
      { autoShutdown: "any_significant" },
    ),
    at("a", end("boom")),
    look,
  ),
  tree(
    "H64 a server without a trap as a significant child",
    supervisor(
      "one_for_one",
      [under("a", server({ log: "tree" }), { restart: "temporary", significant: true }), worker("b")],
      { autoShutdown: "any_significant" },
    ),
    at("w", exit("a", "kill")),
  ),
];

export const shutdown = [...stopping, ...significant, ...refused];
