// How a process answers what is asked of it. This runs in its own turn, between two messages.
import type { Outcome } from "../process/behaviour.ts";
import { Stopping } from "../process/behaviour.ts";
import { settleCall } from "../process/calls.ts";
import type { LocalValue } from "../process/data.ts";
import { reasonOfThrown } from "../process/exit-reason.ts";
import { Misuse } from "../process/failures.ts";
import { kindOf } from "../process/info.ts";
import type { Ref } from "../process/pid.ts";
import type { Process } from "../process/process.ts";
import type { DebugFunction } from "./debug-function.ts";
import { debugStatus, install, log, noDebug, remove, statistics, trace } from "./debug-options.ts";
import type { ProcessStatus, SystemAnswer, SystemRequestName, SystemRequests } from "./request.ts";
import { shownState } from "./shown-event.ts";
import { copyOfState } from "./state-copy.ts";

type Handlers = {
  readonly [N in SystemRequestName]: (
    process: Process,
    asked: SystemRequests[N]["asks"],
  ) => SystemRequests[N]["answer"];
};

const handlers: Handlers = {
  get_state: (process) => copyOfState(stateOf(process)),
  replace_state: (process, change) => {
    const { behaviour, logicName } = process;
    if (behaviour.replaceState === undefined) {
      throw new Misuse(`"${logicName}" has no state that could be replaced: servers and machines have one.`);
    }
    behaviour.replaceState(change.value);
    process.watch?.handled();
    return copyOfState(stateOf(process));
  },
  get_status: (process) => statusOf(process),
  suspend: (process) => process.suspend() as undefined,
  resume: (process) => process.resume() as undefined,
  terminate: () => undefined,
  statistics: (process, what) => statistics(process, what),
  log: (process, what) => log(process, what),
  trace: (process, what) => trace(process, what === "off" ? what : localOf(what)) as undefined,
  install: (process, { id, debug }) => install(process, id, localOf<DebugFunction>(debug)) as undefined,
  remove: (process, id) => remove(process, id) as undefined,
  no_debug: (process) => noDebug(process) as undefined,
};

/** Carries a request out and answers it; gives how the process goes on. */
export function answerRequest<N extends SystemRequestName>(
  process: Process,
  name: N,
  asked: SystemRequests[N]["asks"],
  from: Ref,
): Outcome {
  const answer = answerTo(process, name, asked);
  settleCall(process, from, answer);
  return name === "terminate" && answer.ok
    ? new Stopping(asked as SystemRequests["terminate"]["asks"])
    : undefined;
}

function answerTo<N extends SystemRequestName>(
  process: Process,
  name: N,
  asked: SystemRequests[N]["asks"],
): SystemAnswer {
  try {
    return { ok: true, value: handlers[name](process, asked) };
  } catch (thrown) {
    return { ok: false, reason: reasonOfThrown(thrown, process) };
  }
}

function statusOf(process: Process): ProcessStatus {
  return {
    pid: process.pid,
    name: process.name,
    logic: process.logicName,
    kind: kindOf(process),
    parent: process.parent?.pid,
    status: process.phase === "suspended" ? "suspended" : "running",
    state: shownState(process),
    debug: debugStatus(process),
  };
}

function stateOf({ behaviour }: Process): unknown {
  const insight = behaviour.insight?.();
  return insight === undefined ? behaviour.state() : insight.state;
}

function localOf<T>(local: LocalValue<T>): T {
  return local.value;
}
