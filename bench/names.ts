// Names, keys, groups and monitors: sending to a registered name, registering a key, joining a group, watching a process.
import {
  cast,
  child,
  demonitor,
  groupScope,
  joinGroup,
  leaveGroup,
  monitor,
  named,
  noReply,
  ok,
  receive,
  registerKey,
  registry,
  server,
  spawn,
  supervisor,
  unregisterKey,
} from "aiex/runtime";
import { createActor, setup } from "xstate";
import { elixir, erlang } from "./erlang.ts";
import { bareCounter } from "./logic.ts";
import { measure, rate } from "./measure.ts";
import { inProcess, node } from "./node.ts";
import { elixirName, erlangName, rawName } from "./peer-names.ts";
import { flood } from "./traffic.ts";

const counter = server("counter", {
  init: () => ok({ count: 0 }),
  casts: {
    add: (state: { count: number }, by: number) => {
      state.count += by;
      return noReply(state);
    },
    tell: (state: { count: number }, told: () => void) => {
      told();
      return noReply(state);
    },
  },
});

const sends = 300_000;
const watches = 200_000;
const keys = 50_000;

await measure({
  name: "cast by registered name",
  unit: "messages/s",
  better: "higher",
  ours: async () => {
    const pid = await node.spawn(counter, { name: "counter" });
    const name = named("counter");
    const handled = await rate(sends, () =>
      flood(
        sends,
        () => cast(name, "add", 1),
        (told) => cast(name, "tell", told),
      ),
    );
    await node.stop(pid);
    return handled;
  },
  peers: [
    erlang("gen_server:cast to a local name", "bench_messages cast_by_name"),
    {
      name: rawName,
      does: "system.get, own ActorLogic",
      round: () => {
        const actor = createActor(bareCounter, { systemId: "counter" }).start();
        const { system } = actor;
        return rate(sends, () => {
          for (let sent = 0; sent < sends; sent += 1) system.get("counter").send({ type: "add", by: 1 });
          actor.stop();
        });
      },
    },
  ],
  reach: { against: erlangName, atLeast: 1 },
});

await measure({
  name: "monitor and demonitor",
  unit: "pairs/s",
  better: "higher",
  ours: async () => {
    const pid = await node.spawn(counter);
    const watched = await inProcess(() =>
      rate(watches, () => {
        for (let count = 0; count < watches; count += 1) demonitor(monitor(pid));
      }),
    );
    node.exit(pid, "kill");
    return watched;
  },
  peers: [
    erlang("monitor and demonitor", "bench_names watch"),
    {
      name: rawName,
      does: "subscribe and unsubscribe",
      round: () => {
        const actor = createActor(bareCounter).start();
        const complete = (): void => {};
        return rate(watches, () => {
          for (let count = 0; count < watches; count += 1) actor.subscribe({ complete }).unsubscribe();
        });
      },
    },
  ],
  reach: { against: erlangName, atLeast: 0.5 },
});

await node.spawn(
  supervisor("names", {
    children: [
      child(registry("keys", { keys: "unique" }), { id: "keys" }),
      child(groupScope("groups"), { id: "groups" }),
    ],
  }),
);

await measure({
  name: "registry register",
  unit: "keys/s",
  better: "higher",
  ours: () =>
    inProcess(async () => {
      const registered = await rate(keys, () => {
        for (let count = 0; count < keys; count += 1) registerKey("keys", `key${count}`);
      });
      for (let count = 0; count < keys; count += 1) unregisterKey("keys", `key${count}`);
      return registered;
    }),
  peers: [
    elixir("Registry.register, unique keys", "bench_names register"),
    {
      name: rawName,
      does: "actors started with a systemId",
      round: () => {
        // The one way to a name there: an actor of that name in a system.
        const root = createActor(setup({}).createMachine({})).start();
        const count = keys / 10;
        return rate(count, () => {
          for (let started = 0; started < count; started += 1)
            createActor(bareCounter, { parent: root, systemId: `key${started}` } as never).start();
          root.stop();
        });
      },
    },
  ],
  reach: { against: elixirName, atLeast: 1 },
});

await measure({
  name: "group join",
  unit: "joins/s",
  better: "higher",
  // Short, so that it takes more of them.
  rounds: 11,
  ours: () =>
    inProcess(async () => {
      const waiting = async (): Promise<void> => {
        await receive();
      };
      const members = await Promise.all(Array.from({ length: 5_000 }, () => spawn(waiting)));
      const joined = await rate(members.length, () => {
        for (const member of members) joinGroup("groups", "members", member);
      });
      for (const member of members) leaveGroup("groups", "members", member);
      for (const member of members) node.exit(member, "kill");
      return joined;
    }),
  peers: [erlang("pg:join", "bench_names join")],
  reach: { against: erlangName, atLeast: 10 },
});
await node.halt();
