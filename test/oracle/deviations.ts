// Where this runtime shows something else than Erlang, and why: every such place is here, and in docs/otp.md.
import type { Log } from "./language.ts";

export interface Deviation {
  readonly because: string;
  /** What the observers see here, none of them for nothing; those that are left out see what they see on Erlang. */
  readonly here: Log;
}

const throws =
  "What a callback throws is its result there, for an old reason of the language. Here it is a failure, as it is in any function.";
const monitored =
  "spawnMonitor is OTP's spawn_monitor: its DOWN comes also when the start failed, which is told beside it.";
const unknownCast =
  "A cast that nobody handles is a message like any other: it is reported and dropped. There it ends a server whose handle_cast has no clause for it.";
const declinedRestart =
  "A child that declines to be started again is gone. There an entry without a process stays that nobody can remove, and counts as active.";
const raised =
  "XState's raise puts an event behind those that were raised before it, next_event before them.";
const nothingToPrepare =
  "A tree that has ended by itself leaves nothing to prepare, so beforeStop does not run. There prep_stop does.";
const emptyGroup = "A group without members is none. There one that nobody was joined to is listed.";
const leavesAtOnce =
  "Who ends leaves at once, with all that it was in for; there one message comes for each time it had joined.";
const startTerms =
  "A start function that does not start a child fails with its own reason, as any function does, and what it gives by mistake is named so.";

export const deviations: Readonly<Record<string, Deviation>> = {
  "A03 a thrown value ends a server": {
    because: throws,
    here: { a: ["init", "terminate {{nocatch,ball},stack} (0)"], w: ["DOWN m a {{nocatch,ball},stack}"] },
  },
  "E25 a call that throws": {
    because: throws,
    here: {
      a: ["init", "call x", "terminate {{nocatch,ball},stack} (0)"],
      p: ["call a x: exit {{nocatch,ball},stack}", "done"],
      w: ["DOWN m a {{nocatch,ball},stack}"],
    },
  },
  "E25 a cast that throws": {
    because: throws,
    here: {
      a: ["init", "cast x", "terminate {{nocatch,ball},stack} (0)"],
      w: ["DOWN m a {{nocatch,ball},stack}"],
    },
  },
  "E25 a info that throws": {
    because: throws,
    here: {
      a: ["init", "got x", "terminate {{nocatch,ball},stack} (0)"],
      w: ["DOWN m a {{nocatch,ball},stack}"],
    },
  },
  "C10 a server that refuses at once is seen with its own reason": {
    because: monitored,
    here: { w: ["start a: error no", "DOWN m a no"] },
  },
  "E35 an unknown cast ends the server": {
    because: unknownCast,
    here: { a: ["init", "got other"], w: [], end: ["alive: a p w"] },
  },
  "H11 a cast that it does not know": {
    because: unknownCast,
    here: {
      boss: ["start s: ok"],
      tree: ["s: init", "a: init"],
      w: ["which_children s: a worker a", "count_children s: specs 1, active 1, supervisors 0, workers 1"],
      end: ["alive: a boss s w"],
    },
  },
  "H42 a restart that declines": {
    because: declinedRestart,
    here: {
      w: [
        "start_child s a: ok a",
        "start_child s b: ok b",
        "which_children s: undefined worker b",
        "count_children s: specs 1, active 1, supervisors 0, workers 1",
      ],
    },
  },
  ...startFunctions("crash", "{boom,stack}"),
  ...startFunctions("throw", "{{nocatch,ball},stack}"),
  ...startFunctions("end", "gone"),
  ...startFunctions("garbage", "{bad_return_value,rubbish}"),
  "F04 a raised event may raise the next": {
    because: raised,
    here: { m: ["enter one from one", "go in one", "x in one", "y in one", "z in one", "a in one"] },
  },
  "L08 a temporary application whose tree ends": {
    because: nothingToPrepare,
    here: {
      tree: ["base: init", "a: init", "top: init", "b: init", "a: terminate boom (0)", "base: after stop"],
    },
  },
  "L08 a temporary application whose tree is killed": {
    because: nothingToPrepare,
    here: { tree: ["base: init", "top: init", "b: init", "base: after stop"] },
  },
  "K13 joining nobody": {
    because: emptyGroup,
    here: { p: ["join pg g: ok", "members pg g: ", "groups pg: "] },
  },
  "K17 the end of one who was in twice": {
    because: leavesAtOnce,
    here: { p: ["join pg g: ok", "monitor_group pg g: a a", "group m leave g a a"] },
  },
  "H09 the default number of restarts": {
    because: "Elixir's default of 3 restarts in 5 seconds, not OTP's of 1.",
    here: {
      boss: ["start s: ok"],
      tree: [
        "s: init",
        "a: init",
        "a: terminate boom (0)",
        "a.2: init",
        "a.2: terminate boom (0)",
        "a.3: init",
      ],
      w: ["alive s: true"],
      end: ["alive: a.3 boss s w"],
    },
  },
  "H68 a significant child that is permanent": {
    because: "child(…) refuses such a spec when it is written, before a supervisor sees it.",
    here: {
      boss: [
        'start s: error {Child "a" is significant and permanent: it would always be started again. Make it transient or temporary.,stack}',
      ],
    },
  },
};

/** A child's start function that fails, below a supervisor that starts and below one that is asked. */
function startFunctions(how: string, reason: string): Readonly<Record<string, Deviation>> {
  const none = ["which_children s: ", "count_children s: specs 0, active 0, supervisors 0, workers 0"];
  return {
    [`H04 a start function that does not start: ${how}`]: {
      because: startTerms,
      here: { boss: [`start s: error {shutdown,{failed_to_start_child,b,${reason}}}`] },
    },
    [`H50 H04 a start function that does not start: ${how}`]: {
      because: startTerms,
      here: { w: [`start_child s a: error ${reason} of child a`, ...none] },
    },
  };
}

/** What is to be seen here of a scenario that shows `log` on Erlang. */
export function expectedOf(name: string, log: Log): Log {
  const spelledAlike = Object.fromEntries(
    Object.entries(log).map(([observer, lines]) => [observer, withoutExitOfFailedStart(lines).map(inWords)]),
  );
  const merged = { ...spelledAlike, ...deviations[name]?.here };
  return Object.fromEntries(Object.entries(merged).filter(([, lines]) => lines.length > 0));
}

/** OTP up to 25 leaves the EXIT of a process that did not start to a starter that traps; OTP 26 and this runtime do not (E03). */
function withoutExitOfFailedStart(lines: readonly string[]): readonly string[] {
  const failed = lines.flatMap((line) => /^start (\S+): (?:error|ignore)/.exec(line)?.[1] ?? []);
  return lines.filter((line) => !failed.some((name) => line.startsWith(`EXIT ${name} `)));
}

/** Erlang tells in terms what is wrong with a supervisor's flags and specs, and this runtime in words (H07, H08, H68). */
function inWords(line: string): string {
  return line
    .replace(/\{(?:supervisor_data|start_spec),.*\}$/, "{supervisor_data,_}")
    .replace(/: error \{bad_combination,.*\}$/, ": error bad_child_spec");
}
