// What the kinds of code that can be asked for are in each language, in words for a model.
import { type LanguageId, languageById } from "../analysis/languages.ts";

/** What can be generated. */
export const generatedTypes = [
  "module",
  "function",
  "test",
  "genserver",
  "supervisor",
  "documentation",
  "boilerplate",
] as const;
export type GeneratedType = (typeof generatedTypes)[number];

/** Kinds for which a language has a way of its own that a model has to be told; null for documentation, which is Markdown. */
export function idiomOf(type: GeneratedType, language: LanguageId | null): string {
  if (language === null) return "It is a page of Markdown.";
  const idiom = idioms[type]?.[language];
  return idiom ?? `Write it as ${nameOf(language)} is written by those who write it best.`;
}

function nameOf(language: LanguageId): string {
  return languageById(language)?.name ?? language;
}

const aiexServer = `A server is made with the runtime of the package aiex, as in this example:

import { noReply, ok, replyWith, server } from "aiex/runtime";

export const counter = server("counter", {
  init: ({ start }: { start: number }) => ok({ total: start }),
  calls: {
    bump: (state, { by }: { by: number }) => replyWith(state.total + by, { total: state.total + by }),
    total: (state) => replyWith(state.total, state),
  },
  casts: { reset: () => noReply({ total: 0 }) },
});

init gives the first state with ok(state). A call gets the state and the payload, and gives replyWith(reply, state). A cast gives noReply(state). Handlers may be asynchronous; one message is handled at a time. terminate: (state, reason) => … cleans up. The state is never changed in place. Who uses it: const pid = await node.spawn(counter, { input: { start: 1 } }); await node.call(pid, "bump", { by: 2 }, { timeoutMs: 500 }); node.cast(pid, "reset").`;

const aiexSupervisor = `A supervisor is made with the runtime of the package aiex, as in this example:

import { child, supervisor } from "aiex/runtime";
import { counter } from "./counter.ts";

export const counters = supervisor("counters", {
  strategy: "one_for_one",
  maxRestarts: 3,
  withinMs: 5_000,
  children: [child(counter, { name: "counter", input: { start: 0 } })],
});

strategy is one_for_one, one_for_all or rest_for_one. A child is a server, any XState v5 logic, or another supervisor; child(logic, { name, input, restart: "permanent" | "transient" | "temporary", shutdownMs }). Children start in their order and stop in reverse.`;

const goServer =
  "It is a goroutine that alone has the state and takes requests from a channel, each with a channel for its answer; it ends with its context.Context, and callers give up with theirs.";
const goSupervisor =
  "It starts its workers as goroutines, recovers what they panic with, starts them again with a limit of restarts within a time, and ends all of them with its context.Context.";
const threads =
  "a thread that alone has the state and takes requests from a queue; each caller waits for its answer with a deadline, and it can be stopped";
const watcher =
  "what starts the workers in their order, starts one that fails again with a limit of restarts within a time, and stops all in reverse order";

const idioms: Readonly<Partial<Record<GeneratedType, Readonly<Partial<Record<LanguageId, string>>>>>> = {
  genserver: {
    typescript: aiexServer,
    tsx: aiexServer,
    javascript: aiexServer,
    elixir:
      "It is a GenServer of OTP: `use GenServer`, a client API with specs, `start_link/1`, `init/1` that does not block, and handle_call, handle_cast and handle_info with @impl true.",
    erlang:
      "It is a gen_server of OTP: -behaviour(gen_server), an exported API with specs, start_link, init/1 that does not block, and handle_call/3, handle_cast/2 and handle_info/2.",
    go: goServer,
    rust: "It is a task of tokio that alone has the state and takes commands from an mpsc channel, each with a oneshot channel for its answer; a handle that can be cloned is its API.",
    python:
      "It is a task of asyncio that alone has the state and takes requests from a queue, each with a future for its answer; it is an asynchronous context manager, and callers have deadlines.",
    java: `It is ${threads}: a single-threaded executor whose methods give CompletableFuture.`,
    ruby: `It is ${threads}: Thread and Queue.`,
    c: `It is ${threads}: C11 threads or pthreads.`,
    cpp: `It is ${threads}: std::jthread and std::future.`,
  },
  supervisor: {
    typescript: aiexSupervisor,
    tsx: aiexSupervisor,
    javascript: aiexSupervisor,
    elixir:
      "It is a Supervisor of OTP: `use Supervisor`, `start_link/1`, and `init/1` with the children as child specs, the strategy, max_restarts and max_seconds.",
    erlang:
      "It is a supervisor of OTP: -behaviour(supervisor), start_link, and init/1 with a map of flags (strategy, intensity, period) and child specs as maps.",
    go: goSupervisor,
    rust: "It starts its workers as tasks of a JoinSet, starts those that fail or panic again with a limit of restarts within a time, and ends all of them with a cancellation.",
    python:
      "It starts its workers as tasks of asyncio, starts those that fail again with a limit of restarts within a time, and cancels all of them when it ends.",
    java: `It is ${watcher}.`,
    ruby: `It is ${watcher}.`,
    c: `It is ${watcher}: processes with fork and waitpid.`,
    cpp: `It is ${watcher}.`,
  },
  test: {
    elixir: "Write it with ExUnit.",
    erlang: 'Write it with EUnit: -include_lib("eunit/include/eunit.hrl").',
    go: "Write it with the package testing, as tables where they fit.",
    rust: "Write it with #[test] in a module tests with #[cfg(test)], or as a file of tests/.",
  },
};
