// A run: the machine that claims its log, goes on from what is written there, and ends when it is over or let go.
import { assign, fromCallback, fromPromise, setup } from "xstate";
import { type ExitReason, exit, type Pid, type Ref, samePid, self } from "../../runtime/index.ts";
import type { StepMessage } from "./run-asks.ts";
import type { WaitCause } from "./run-entry.ts";
import { RunJournal } from "./run-journal.ts";
import type { RunCommand, RunInput, RunProcessOptions } from "./run-options.ts";
import { RunWork } from "./run-work.ts";

type RunEvent =
  | RunCommand
  | StepMessage
  | { readonly type: "sys.down"; readonly ref: Ref; readonly reason: ExitReason; readonly output: unknown }
  | { readonly type: "sys.exit"; readonly from: Pid }
  | { readonly type: "written" | "note_due" | "tick" | "permit" | "release_due" }
  | { readonly type: "retry"; readonly id: string };

interface RunContext {
  readonly input: RunInput;
  readonly work: RunWork | undefined;
  /** What it was told before its log was read. */
  readonly early: readonly RunCommand[];
}

/**
 * Defines the machine of runs: one for all that a node has, since making one costs more than many of them do. The process of a run must
 * trap exits, since its steps are linked, and ends with `normal` when the run is over or let go; else another process goes on with it.
 * @param optionsOf what the run of that id is given, asked for when its process begins
 */
export function runProcess(optionsOf: (id: string) => RunProcessOptions) {
  return setup({
    types: { context: {} as RunContext, events: {} as RunEvent, input: {} as RunInput },
    actors: actorsOf(optionsOf),
    guards: {
      isOfKeeper: ({ context: { input }, event }) =>
        event.type === "sys.exit" && input.keeper !== undefined && samePid(event.from, input.keeper),
      hasEnded: ({ context }) => context.work?.hasEnded === true,
      waitsFor: ({ context }, cause: WaitCause) => context.work?.waiting === cause,
      works: ({ context }) => context.work?.waiting === undefined,
    },
    actions: {
      /** At once: whoever comes next has it begun under the same name. */
      endWithKeeper: () => exit(self(), "kill"),
      begin: ({ context: { work, early } }) => {
        work?.begin();
        for (const command of early) work?.command(command);
      },
      tell: ({ context: { work }, event }) => {
        if (work !== undefined) tell(work, event);
      },
      fail: ({ event }) => {
        throw (event as unknown as { readonly error: unknown }).error;
      },
    },
  }).createMachine({
    id: "run",
    context: ({ input }) => ({ input, work: undefined, early: [] }),
    initial: "opening",
    states: {
      opening: {
        invoke: {
          src: "open",
          input: ({ context }) => context.input,
          onDone: { target: "open", actions: assign({ work: ({ event }) => event.output }) },
          onError: { actions: "fail" },
        },
        on: {
          ...keeperEnds,
          "*": {
            actions: assign({
              early: ({ context, event }) => (isCommand(event) ? [...context.early, event] : context.early),
            }),
          },
        },
      },
      open: {
        invoke: { src: "hold", input: ({ context }) => context.work },
        entry: "begin",
        initial: "running",
        always: { guard: "hasEnded", target: "closing" },
        // What it does is kept in `work`; the context is made anew, so that the machine looks where it stands.
        on: { ...keeperEnds, "*": { actions: ["tell", assign({ work: ({ context }) => context.work })] } },
        states: {
          running: { always: waitingStates },
          waiting: {
            initial: "limit",
            states: { limit: {}, workspace: {}, answer: {}, node: {} },
            always: { guard: "works", target: "running" },
          },
        },
      },
      closing: {
        invoke: {
          src: "close",
          input: ({ context }) => context.work,
          onDone: "over",
          onError: { actions: "fail" },
        },
      },
      over: { type: "final" },
    },
  });
}

/** Its keeper has ended, and has not let it go: it was killed, or took too long. */
const keeperEnds = { "sys.exit": { guard: "isOfKeeper", actions: "endWithKeeper" } } as const;

/** What the machine invokes. */
function actorsOf(optionsOf: (id: string) => RunProcessOptions) {
  return {
    open: fromPromise(
      async ({ input, signal }: { readonly input: RunInput; readonly signal: AbortSignal }) => {
        const options = optionsOf(input.id);
        const journal = await RunJournal.open(options, input, signal);
        try {
          return await RunWork.over(options, journal);
        } catch (error) {
          await journal.close();
          throw error;
        }
      },
    ),
    /** Closes what is open, even where the process is killed. */
    hold: fromCallback(
      ({ input }: { readonly input: RunWork | undefined }) =>
        () =>
          input?.letGo(),
    ),
    close: fromPromise(async ({ input }: { readonly input: RunWork | undefined }) => input?.close()),
  };
}

/** A run that works comes to wait for one of these. */
const waitingStates = (["limit", "workspace", "answer", "node"] as const).map((cause) => ({
  guard: { type: "waitsFor", params: cause },
  target: `waiting.${cause}`,
})) as readonly {
  readonly guard: { readonly type: "waitsFor"; readonly params: WaitCause };
  readonly target: `waiting.${WaitCause}`;
}[];

const commands: ReadonlySet<string> = new Set<RunCommand["type"]>([
  "watch",
  "cancel",
  "parent_over",
  "answer",
  "cut_short",
  "resume",
  "workspace_back",
  "release",
]);

function isCommand(event: RunEvent): event is RunCommand {
  return commands.has(event.type);
}

function tell(work: RunWork, event: RunEvent): void {
  switch (event.type) {
    case "written":
      work.written();
      break;
    case "sys.down":
      work.down(event);
      break;
    case "sys.exit":
      return;
    case "retry":
      work.retry(event.id);
      break;
    case "tick":
      work.tick();
      break;
    case "permit":
      work.permit();
      break;
    case "note_due":
      work.noteDue();
      break;
    case "release_due":
      work.releaseDue();
      break;
    default:
      if (isCommand(event)) work.command(event);
      else work.asked(event);
  }
}
