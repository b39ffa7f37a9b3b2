// Plays the same play with the runtime: a node in a simulated world, watched through its events and answers.
import {
  CalleeExited,
  type ChildCount,
  type ChildInfo,
  type ChildSpec,
  child,
  dynamicSupervisor,
  exit,
  ignore,
  NoProcess,
  noReply,
  ok,
  type Pid,
  type Protocol,
  type RuntimeEvent,
  refuse,
  type SimulatedWorld,
  type StartChild,
  type Supervisor,
  self,
  server,
  simulatedWorld,
  sleep,
  stopWith,
  supervisor,
} from "../../../../runtime/index.ts";
import { startKernelNode } from "../../../../runtime/node/node.ts";
import { InitIgnored } from "../../../../runtime/process/behaviour.ts";
import {
  chosen,
  type Deed,
  type DynamicPlan,
  endMs,
  type Plan,
  type Play,
  placeOf,
  placesOf,
  type Record,
  reasonText,
  rootPath,
  type SupervisorPlan,
  splitPath,
  startOf,
  type WorkerPlan,
} from "./plan.ts";
import { reportText } from "./report-text.ts";

export interface Performance extends Record {
  /** What is left of deadlines, names and processes when everything has been ended. */
  readonly left: readonly string[];
}

export async function perform(play: Play): Promise<Performance> {
  const performer = new Performer(play);
  return performer.run();
}

class Performer {
  readonly #play: Play;
  readonly #world: SimulatedWorld = simulatedWorld();
  readonly #local = startKernelNode({ world: this.#world, boundary: "freeze" });
  readonly #attempts = new Map<string, number>();
  readonly #latest = new Map<string, { readonly pid: Pid; readonly plan: Plan }>();
  readonly #ready = new Set<number>();
  readonly #labels = new Map<number, string>();
  readonly #reports: { [label: string]: string[] } = {};
  readonly #answers: (string | undefined)[] = [];

  constructor(play: Play) {
    this.#play = play;
    this.#local.node.subscribe((event) => this.#note(event));
  }

  async run(): Promise<Performance> {
    const { node } = this.#local;
    node.spawn(this.#supervisor(this.#play.root, rootPath)).catch(() => {});
    for (const [index, { afterMs, deed }] of this.#play.commands.entries()) {
      await this.#world.advance(afterMs);
      this.#do(index, deed);
      await this.#world.settle();
    }
    await this.#world.advance(endMs - this.#world.elapsedMs);
    const answers = this.#play.commands.map((_, index) => this.#answers[index]);
    const alive = node.processes();
    const children: { [label: string]: string | undefined } = {};
    for (const pid of alive) {
      const label = this.#labelOf(pid);
      if (!(label in this.#reports)) continue;
      children[label] = undefined;
      node.whichChildren(pid as unknown as Supervisor).then(
        (infos) => {
          children[label] = this.#infosText(infos);
        },
        () => {},
      );
    }
    await this.#world.settle();
    const names = alive.map((pid) => this.#labelOf(pid)).sort();
    const named = node.registered().filter((name) => !names.includes(name));
    return {
      reports: this.#reports,
      answers,
      alive: names,
      children: { ...children },
      left: [...named, ...(await this.#endAll())],
    };
  }

  async #endAll(): Promise<readonly string[]> {
    const { node, kernel } = this.#local;
    for (let round = 0; round < 20 && node.processes().length > 0; round += 1) {
      for (const pid of node.processes()) node.exit(pid, "kill");
      await this.#world.settle();
    }
    const left = node.processes().map((pid) => `process ${this.#labelOf(pid)}`);
    left.push(...node.registered().map((name) => `name ${name}`));
    if (kernel.calls.size > 0) left.push(`${kernel.calls.size} pending calls`);
    if (kernel.messageTimers.size > 0) left.push(`${kernel.messageTimers.size} timers`);
    await this.#world.until(node.halt());
    return left;
  }

  #enter(path: string, plan: Plan): number {
    const attempt = (this.#attempts.get(path) ?? 0) + 1;
    this.#attempts.set(path, attempt);
    const label = `${path}#${attempt}`;
    this.#labels.set(self().id, label);
    this.#latest.set(path, { pid: self(), plan });
    if (plan.kind !== "worker") this.#reports[label] = [];
    return attempt;
  }

  #spec(plan: Plan, path: string): ChildSpec {
    const { id, restart, shutdownMs, significant } = plan;
    const options = { id, restart, shutdownMs, significant };
    switch (plan.kind) {
      case "worker":
        return child(this.#worker(plan, path), { ...options, trapExit: plan.traps });
      case "supervisor":
        return child(this.#supervisor(plan, path), options);
      case "dynamic":
        return child(this.#dynamic(plan, path), options);
    }
  }

  #supervisor(plan: SupervisorPlan, path: string) {
    const logic = supervisor(path, () => {
      if (this.#isDeclined(plan, path)) return undefined;
      const { strategy, maxRestarts, withinMs, autoShutdown } = plan;
      const children = plan.children.map((each) => this.#spec(each, `${path}/${each.id}`));
      return { strategy, maxRestarts, withinMs, autoShutdown, children };
    });
    return this.#noticed(logic, () => false);
  }

  #dynamic(plan: DynamicPlan, path: string) {
    const { maxRestarts, withinMs, maxChildren } = plan;
    const logic = dynamicSupervisor(path, { maxRestarts, withinMs, maxChildren });
    return this.#noticed(logic, () => this.#isDeclined(plan, path));
  }

  /** Notes when the start of a supervisor is through. */
  #noticed<L extends ReturnType<typeof dynamicSupervisor>>(logic: L, isDeclined: () => boolean): L {
    const host: typeof logic.host = (process) => {
      const behaviour = logic.host(process);
      const init = behaviour.init.bind(behaviour);
      behaviour.init = async (input) => {
        const outcome = isDeclined() ? new InitIgnored() : await init(input);
        this.#ready.add(process.pid.id);
        return outcome;
      };
      return behaviour;
    };
    return { ...logic, host };
  }

  #isDeclined(plan: Plan, path: string): boolean {
    const { outcome } = startOf(plan, this.#enter(path, plan));
    if (outcome === "throw") throw new Error("thrown");
    return outcome === "ignore";
  }

  #worker(plan: WorkerPlan, path: string) {
    return server(path, {
      init: () => {
        const { outcome, delayMs } = startOf(plan, this.#enter(path, plan));
        const begin = () => {
          if (outcome === "throw") throw new Error("thrown");
          if (outcome === "refuse") return refuse("refused");
          this.#ready.add(self().id);
          return outcome === "ignore" ? ignore() : ok({ endsItself: false });
        };
        return delayMs > 0 ? sleep(delayMs).then(begin) : begin();
      },
      casts: {
        end: (_state: { readonly endsItself: boolean }, reason: string) =>
          stopWith(JSON.parse(reason), { endsItself: true }),
      },
      info: (state) => noReply(state),
      terminate: async ({ endsItself }) => {
        if (endsItself) return;
        if (plan.stopMs === Number.POSITIVE_INFINITY) await new Promise(() => {});
        if (plan.stopMs > 0) await sleep(plan.stopMs);
        if (plan.stopReason !== undefined) exit(plan.stopReason);
      },
    });
  }

  #do(index: number, deed: Deed): void {
    const { node } = this.#local;
    const places = placesOf(this.#play);
    switch (deed.type) {
      case "end":
      case "kill": {
        const target = this.#latest.get(placeOf(places, deed.path));
        if (target === undefined) return;
        const { pid, plan } = target;
        if (deed.type === "kill") node.exit(pid, "kill");
        else if (!this.#ready.has(pid.id)) return;
        else if (plan.kind === "worker") node.cast(pid, "end", JSON.stringify(deed.reason));
        else node.stop(pid, deed.reason).catch(() => {});
        return;
      }
      case "start_child":
      case "which_children":
      case "count_children":
        this.#answer(index, this.#ask(chosen(places.supervisors, deed.supervisor), deed));
        return;
      default: {
        const path = placeOf(places, deed.path);
        const changed = this.#change(deed.type, path);
        this.#answer(
          index,
          changed.then((result) => changeText(result, (pid) => this.#labelOf(pid))),
        );
      }
    }
  }

  async #ask(
    path: string,
    deed: Extract<Deed, { type: "start_child" | "which_children" | "count_children" }>,
  ) {
    const { node } = this.#local;
    const pid = this.#supervisorAt(path)?.pid;
    if (pid === undefined) return "gone";
    switch (deed.type) {
      case "start_child":
        return changeText(
          await node.startChild(pid, this.#spec(deed.spec, `${path}/${deed.spec.id}`)),
          (child) => this.#labelOf(child),
        );
      case "which_children":
        return this.#infosText(await node.whichChildren(pid));
      case "count_children":
        return countText(await node.countChildren(pid));
    }
  }

  async #change(
    request: "terminate_child" | "restart_child" | "delete_child",
    path: string,
  ): Promise<Change> {
    const { node } = this.#local;
    const { parent = "", id } = splitPath(path);
    const target = this.#supervisorAt(parent);
    if (target === undefined) return { ok: false, error: "gone" };
    if (request === "delete_child") return node.deleteChild(target.pid, id);
    if (request === "restart_child") return node.restartChild(target.pid, id);
    if (target.kind === "supervisor") return node.terminateChild(target.pid, id);
    // Where nobody was started yet, the supervisor itself stands for a pid that is no child's.
    const nobody = target.pid as unknown as Pid;
    return node.terminateChild(target.pid, this.#latest.get(path)?.pid ?? nobody);
  }

  /** Whoever is at `path`, if that is a supervisor that has started. */
  #supervisorAt(path: string): { readonly pid: Supervisor; readonly kind: Plan["kind"] } | undefined {
    const found = this.#latest.get(path);
    return found === undefined || found.plan.kind === "worker" || !this.#ready.has(found.pid.id)
      ? undefined
      : { pid: found.pid as unknown as Supervisor, kind: found.plan.kind };
  }

  #answer(index: number, answer: Promise<string>): void {
    answer
      .catch((error: unknown) => {
        if (error instanceof NoProcess || error instanceof CalleeExited) return "gone";
        throw error;
      })
      .then((text) => {
        this.#answers[index] = `${this.#world.elapsedMs} ${text}`;
      });
  }

  #note(event: RuntimeEvent): void {
    const text = reportText(event, (pid) => this.#labelOf(pid));
    if (text === undefined) return;
    this.#reports[this.#labelOf(self())]?.push(`${this.#world.elapsedMs} ${text}`);
  }

  #labelOf(pid: Pid<Protocol>): string {
    return this.#labels.get(pid.id) ?? `stranger ${pid.id}`;
  }

  #infosText(infos: readonly ChildInfo[]): string {
    const text = ({ id, pid }: ChildInfo): string => {
      const who = pid === undefined ? "nobody" : pid === "restarting" ? pid : this.#labelOf(pid);
      return id === undefined ? who : `${id} ${who}`;
    };
    return infos.map(text).join(", ");
  }
}

type Change =
  | StartChild
  | { readonly ok: true; readonly pid?: Pid<Protocol> | undefined }
  | { readonly ok: false; readonly error: string; readonly reason?: unknown };

function changeText(change: Change, labelOf: (pid: Pid<Protocol>) => string): string {
  if (change.ok) {
    if (!("pid" in change)) return "ok";
    return `ok ${change.pid === undefined ? "nobody" : labelOf(change.pid)}`;
  }
  if ("pid" in change) return `${change.error} ${labelOf(change.pid)}`;
  return "reason" in change ? `${change.error} ${reasonText(change.reason)}` : change.error;
}

function countText({ specs, active, supervisors, workers }: ChildCount): string {
  return `specs ${specs} active ${active} supervisors ${supervisors} workers ${workers}`;
}
