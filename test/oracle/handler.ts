// The handlers of a scenario's event manager, and what a manager answers.
import {
  type AddHandler,
  type AnyLogic,
  type CallHandler,
  type EventHandler,
  eventHandler,
  eventManager,
  type HandlerGone,
  handOver,
  ok,
  refuse,
  removeHandler,
  replyWith,
} from "../../runtime/index.ts";
import type { Handler, HandlerReaction } from "./language.ts";
import { perform } from "./perform.ts";
import { caught, handlerEnd } from "./spelling.ts";
import type { Stage } from "./stage.ts";

export const managerLogic: AnyLogic = eventManager("manager");

type Result = ReturnType<EventHandler["callbacks"]["event"]>;

export function handlerOf(stage: Stage, handler: Handler): EventHandler<unknown, undefined> {
  const role = stage.part(handler.id, handler.log);
  const react = async (
    word: string,
    name: string,
    reactions: Readonly<Record<string, HandlerReaction>> = {},
  ) => {
    role.tell(`${word} ${name}`);
    const reaction = reactions[name] ?? {};
    await perform(stage, role, reaction.do ?? []);
    return (await resultOf(stage, word === "call", reaction)) as never;
  };
  return eventHandler(handler.id, {
    init: async (_: undefined, before) => {
      role.tell(
        before === undefined ? "init" : `init after ${before.ok ? stage.text(before.value) : "error"}`,
      );
      const { do: actions = [], gives } = handler.begins ?? { gives: "ok" };
      await perform(stage, role, actions);
      if (typeof gives === "object" && "refuse" in gives) return refuse(gives.refuse as never);
      return typeof gives === "object" && "garbage" in gives ? (gives.garbage as never) : ok(0);
    },
    event: (_, event: unknown) => react("event", String(event), handler.events),
    call: (_, request: unknown) => react("call", String(request), handler.calls),
    info: (state) => ok(state),
    terminate: async (_, end) => {
      role.tell(`terminate ${stage.text(handlerEnd(end))}`);
      await perform(stage, role, handler.leaves ?? []);
      return "left";
    },
  });
}

async function resultOf(
  stage: Stage,
  isCall: boolean,
  { gives }: HandlerReaction,
): Promise<Awaited<Result> | unknown> {
  if (gives === undefined) return isCall ? replyWith("ok", 0) : ok(0);
  if (gives === "remove") return isCall ? removeHandler({ reply: "removed" }) : removeHandler();
  if ("reply" in gives) return replyWith(gives.reply, 0);
  if ("garbage" in gives) return gives.garbage;
  const next = handlerOf(stage, gives.swap);
  return isCall ? handOver(0, next, {}, { reply: "swapped" }) : handOver(0, next);
}

export function added(stage: Stage, answer: AddHandler): string {
  return answer.ok ? "ok" : `error ${stage.text(caught(answer.reason))}`;
}

/** Erlang has a word for one that is not there to be deleted, and another for one that is not there to be called. */
export function left(stage: Stage, answer: HandlerGone | CallHandler, notFound: string): string {
  if (answer.ok) return stage.text(answer.value);
  return `error ${answer.error === "not_found" ? notFound : stage.text(caught(answer.reason))}`;
}
