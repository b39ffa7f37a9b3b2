// What the supervision tests share: children that do as they are told, and what their supervisor reported.
import {
  type ChildSpec,
  child,
  exit,
  ignore,
  type Node,
  noReply,
  ok,
  type Pid,
  type Protocol,
  type RuntimeEventName,
  type RuntimeEvents,
  refuse,
  type Supervisor,
  type SupervisorLogic,
  server,
  sleep,
  stopWith,
} from "../../../runtime/index.ts";
import type { LogicChildOptions } from "../../../runtime/supervision/child-spec.ts";
import { type Bench, bench } from "../process/bench.ts";

export interface WorkerManner {
  /** What a worker that traps exits takes to stop. */
  readonly stopMs?: number;
  /** What it ends with in place of what it was told. */
  readonly stopReason?: string;
  readonly startMs?: number;
  /** How its starts come out, one after the other; the others succeed. */
  readonly starts?: readonly ("ok" | "refuse" | "throw" | "ignore")[];
}

export type WorkerOptions = Omit<LogicChildOptions<ReturnType<typeof server>>, "input">;

export interface Stage extends Bench {
  /** What children did, in order: `+a` started, `-a` told to stop, `.a` its stop was through. */
  readonly deeds: string[];
  /** What each start of each worker was given. */
  readonly inputs: unknown[];
  /** How often a worker's init ran. */
  starts(id: string): number;
  worker(id: string, options?: WorkerOptions & WorkerManner & { readonly input?: unknown }): ChildSpec;
  /** Starts a supervisor, unlinked, from outside of all processes. */
  begin(logic: SupervisorLogic): Promise<Supervisor>;
  /** The pid that runs as the child `id` now. */
  pidOf(supervisor: Supervisor, id: string): Promise<Pid>;
  /** Ends a worker with `reason`, as if by itself, and waits for all that follows at once. */
  end(pid: Pid<Protocol>, reason: unknown): Promise<void>;
  /** Lets virtual time go on until `promise` settles. */
  until<T>(promise: Promise<T>): Promise<T>;
  reports<N extends RuntimeEventName>(name: N): readonly RuntimeEvents[N][];
  isAlive(pid: Pid<Protocol> | Supervisor): boolean;
  readonly node: Node;
}

export function stage(): Stage {
  const here = bench();
  const { node, world, events } = here;
  const deeds: string[] = [];
  const inputs: unknown[] = [];
  const attempts = new Map<string, number>();
  const until = <T>(promise: Promise<T>): Promise<T> => world.until(promise);

  const logicOf = (id: string, manner: WorkerManner) =>
    server(id, {
      init: (input: unknown) => {
        const attempt = (attempts.get(id) ?? 0) + 1;
        attempts.set(id, attempt);
        inputs.push(input);
        const begin = () => {
          const outcome = manner.starts?.[attempt - 1] ?? "ok";
          if (outcome === "refuse") return refuse(`${id} refuses`);
          if (outcome === "throw") throw new Error(`${id} throws`);
          if (outcome === "ignore") return ignore();
          deeds.push(`+${id}`);
          return ok({ endsItself: false });
        };
        // One that is ready at once is started on another way than one that is waited for.
        return manner.startMs === undefined ? begin() : sleep(manner.startMs).then(begin);
      },
      casts: {
        end: (_state: { readonly endsItself: boolean }, reason: string) =>
          stopWith(JSON.parse(reason), { endsItself: true }),
      },
      calls: {},
      info: (state) => noReply(state),
      terminate: async ({ endsItself }) => {
        if (endsItself) return;
        deeds.push(`-${id}`);
        if (manner.stopMs === Number.POSITIVE_INFINITY) await new Promise(() => {});
        if (manner.stopMs !== undefined) await sleep(manner.stopMs);
        deeds.push(`.${id}`);
        if (manner.stopReason !== undefined) exit(manner.stopReason);
      },
    });

  return {
    ...here,
    deeds,
    inputs,
    until,
    starts: (id) => attempts.get(id) ?? 0,
    worker: (id, { stopMs, stopReason, startMs, starts, ...options } = {}) => {
      const manner: WorkerManner = {
        ...(stopMs === undefined ? {} : { stopMs }),
        ...(stopReason === undefined ? {} : { stopReason }),
        ...(startMs === undefined ? {} : { startMs }),
        ...(starts === undefined ? {} : { starts }),
      };
      return child(logicOf(id, manner), { id, trapExit: true, ...options });
    },
    begin: (logic) => until(node.spawn(logic)) as Promise<Supervisor>,
    pidOf: async (supervisor, id) => {
      const found = (await until(node.whichChildren(supervisor))).find((info) => info.id === id)?.pid;
      if (found === undefined || found === "restarting") throw new Error(`${id} does not run.`);
      return found as Pid;
    },
    end: async (pid, reason) => {
      node.cast(pid as Pid, "end", JSON.stringify(reason));
      await world.settle();
    },
    reports: (name) => events.filter((event) => event.name === name).map((event) => event.data as never),
    isAlive: (address) => "id" in address && node.isAlive(address),
  };
}
