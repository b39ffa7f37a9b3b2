// The actors of a scenario as processes of this runtime: a function, a server or a supervisor that follows its part.
import {
  type AnyLogic,
  type ChildSpec,
  child,
  childOf,
  DownMessage,
  ExitMessage,
  exit,
  GroupMessage,
  groupScope,
  HandlerExitMessage,
  ignore,
  noReply,
  ok,
  type Received,
  type Ref,
  type Application as RuntimeApplication,
  receive,
  refuse,
  replyWith,
  self,
  server,
  stopWith,
  supervisor,
  TimeoutMessage,
} from "../../runtime/index.ts";
import { managerLogic } from "./handler.ts";
import type {
  Action,
  Actor,
  Application,
  Child,
  Faulty,
  Plain,
  Reaction,
  Server,
  Start,
  Supervisor,
} from "./language.ts";
import { machineLogic } from "./machine.ts";
import { perform } from "./perform.ts";
import { caught } from "./spelling.ts";
import type { Role, Stage } from "./stage.ts";

/** True for what has nothing of the scenario's own in it that could tell its name. */
export function isNameless(actor: Actor): boolean {
  return actor.kind === "manager" || actor.kind === "scope";
}

/** The logic of an actor; its input is its name. */
export function logicOf(stage: Stage, actor: Actor, name: string): AnyLogic {
  switch (actor.kind) {
    case "plain":
      return plainLogic(stage, actor);
    case "server":
      return serverLogic(stage, actor);
    case "machine":
      return machineLogic(stage, actor);
    case "manager":
      return managerLogic;
    case "scope":
      return groupScope(name);
    case "supervisor":
      return supervisorLogic(stage, actor);
    case "faulty":
      throw new Error("Only a supervisor can have a start function that fails.");
  }
}

export function applicationOf(stage: Stage, { name, dependsOn, tree }: Application): RuntimeApplication {
  return {
    name,
    dependsOn,
    tree: logicOf(stage, tree, name),
    input: name,
    beforeStop: () => stage.note("tree", `${name}: before stop`),
    afterStop: () => stage.note("tree", `${name}: after stop`),
  };
}

export function childSpec(
  stage: Stage,
  { id, actor, restart, shutdown, significant }: Child,
  isTemplate = false,
): ChildSpec {
  const options = {
    id,
    ...(restart === undefined ? {} : { restart }),
    ...(shutdown === undefined
      ? {}
      : { shutdownMs: shutdown === "infinity" ? Number.POSITIVE_INFINITY : shutdown }),
    ...(significant === undefined ? {} : { significant }),
  };
  if (actor.kind === "faulty") return childOf({ ...options, start: () => faultyStart(actor) });
  const trapExit = "trap" in actor && actor.trap === true;
  // A template is started without a name: each child is given its own.
  const input = isTemplate ? {} : { input: id };
  return child(logicOf(stage, actor, id), { ...options, trapExit, ...input } as never);
}

function faultyStart({ start }: Faulty): never {
  switch (start) {
    case "crash":
      throw new Error("boom");
    case "throw":
      throw "ball";
    case "end":
      return exit("gone");
    case "garbage":
      return "rubbish" as never;
  }
}

function plainLogic(stage: Stage, actor: Plain) {
  return async (name: string): Promise<void> => {
    const role = stage.enter(self(), name, actor.log);
    await perform(stage, role, actor.first ?? []);
    if (actor.returns === true) return;
    for (;;) await hear(stage, role, await receive());
  };
}

/** Does what it is told by the scenario, and logs any other message. */
async function hear(stage: Stage, role: Role, message: Received): Promise<void> {
  if (message.type === "do") await perform(stage, role, message.actions as readonly Action[]);
  else role.tell(heard(stage, message));
}

function heard(stage: Stage, message: Received): string {
  const seen: unknown = message;
  if (seen instanceof ExitMessage) return `EXIT ${stage.nameOf(seen.from)} ${stage.text(seen.reason)}`;
  if (seen instanceof DownMessage) {
    const word = seen.type === "sys.down" ? "DOWN" : seen.type;
    const object = "name" in seen.object ? `@${seen.object.name}` : stage.text(seen.object);
    return `${word} ${stage.nameOfRef(seen.ref)} ${object} ${stage.text(seen.reason)}`;
  }
  if (seen instanceof GroupMessage)
    return `group ${stage.nameOfRef(seen.ref)} ${seen.change} ${seen.group} ${stage.names(seen.pids)}`;
  if (seen instanceof HandlerExitMessage)
    return `handler ${seen.id} ended ${stage.text(caught(seen.reason))}`;
  if (seen instanceof TimeoutMessage)
    return seen.ref === undefined
      ? "timeout"
      : `timer ${stage.nameOfRef(seen.ref)} ${stage.text(seen.payload)}`;
  return `got ${message.type}`;
}

/** A server's state: how many messages it has dealt with, and who it is. */
interface Part {
  readonly role: Role;
  readonly count: number;
}

function serverLogic(stage: Stage, actor: Server) {
  const react = async (part: Part, reaction: Reaction | undefined, from?: Ref) => {
    await perform(stage, part.role, reaction?.do ?? []);
    return resultOf(stage, { ...part, count: part.count + 1 }, reaction, from);
  };
  const handlers = (reactions: Readonly<Record<string, Reaction>> = {}, word: string) =>
    Object.fromEntries(
      Object.entries(reactions).map(([type, reaction]) => [
        type,
        (part: Part, _payload: undefined, from?: Ref) => {
          part.role.tell(`${word} ${type}`);
          return react(part, reaction, from);
        },
      ]),
    );
  return server("server", {
    init: async (name: string) => {
      const role = stage.enter(self(), name, actor.log);
      role.tell("init");
      const { starts = [] } = actor;
      const start: Start = starts[Math.min(role.turn, starts.length) - 1] ?? { gives: "ok" };
      await perform(stage, role, start.do ?? []);
      return initResult(start, { role, count: 0 });
    },
    calls: handlers(actor.calls, "call") as never,
    casts: handlers(actor.casts, "cast") as never,
    info: async (part: Part, message) => {
      if (message.type === "do") {
        await perform(stage, part.role, message.actions as readonly Action[]);
        return noReply(part);
      }
      const line = heard(stage, message);
      part.role.tell(line);
      const reaction = line === "timeout" ? actor.timeout : actor.infos?.[message.type];
      return (await react(part, reaction)) as never;
    },
    continue: async (part: Part, what) => {
      part.role.tell(`continue ${String(what)}`);
      return (await react(part, actor.continues?.[String(what)])) as never;
    },
    terminate: async ({ role, count }: Part, reason) => {
      role.tell(`terminate ${stage.text(reason)} (${count})`);
      await perform(stage, role, actor.terminate ?? []);
    },
  });
}

function initResult({ gives }: Start, part: Part) {
  if (gives === "ok") return ok(part);
  if (gives === "ignore") return ignore();
  if ("refuse" in gives) return refuse(gives.refuse as never);
  if ("garbage" in gives) return gives.garbage as never;
  return ok(part, gives.ok);
}

function resultOf(stage: Stage, part: Part, reaction: Reaction | undefined, from: Ref | undefined): unknown {
  const { gives = "noreply", next = {} } = reaction ?? {};
  if (gives === "noreply") return noReply(part, next);
  if ("garbage" in gives) return gives.garbage;
  if ("hold" in gives) {
    if (from !== undefined) stage.refs.set(gives.hold, from);
    return noReply(part, next);
  }
  if ("stop" in gives)
    return gives.reply === undefined
      ? stopWith(gives.stop as never, part)
      : stopWith(gives.stop as never, part, { reply: gives.reply });
  return replyWith(gives.reply, part, next);
}

function supervisorLogic(stage: Stage, part: Supervisor) {
  return supervisor("supervisor", (name: string) => {
    stage.enter(self(), name, part.log).tell("init");
    if (part.ignores === true) return undefined;
    return {
      strategy: part.strategy,
      ...(part.intensity === undefined ? {} : { maxRestarts: part.intensity }),
      ...(part.period === undefined ? {} : { withinMs: part.period * 1_000 }),
      ...(part.autoShutdown === undefined ? {} : { autoShutdown: part.autoShutdown }),
      children: part.children.map((child) => childSpec(stage, child, part.strategy === "simple_one_for_one")),
    };
  });
}
