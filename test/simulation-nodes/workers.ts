// The workers of the room: servers that answer, and do a deed of their own whenever they are told to act.
import {
  type AnyLogic,
  monitorNodes,
  noReply,
  ok,
  replyWith,
  self,
  server,
  trapExit,
} from "../../runtime/index.ts";
import { act } from "./deeds.ts";
import { watched } from "./probes.ts";
import type { Program, Stage } from "./stage.ts";

interface Question {
  readonly question: number;
}

/** The logic of every worker of one node, watched. */
export function workerLogic(stage: Stage, programOf: () => Program): ReturnType<typeof watched> {
  const logic: AnyLogic = server("worker", {
    init: () => {
      trapExit(true);
      if (stage.draw.chance(0.3)) {
        monitorNodes(true);
        stage.note({ type: "listens", pid: stage.label(self()) });
      }
      return ok({});
    },
    calls: {
      echo: (state: object, { question }: Question) => replyWith({ question }, state),
    },
    casts: {
      act: (state: object) => {
        act(stage);
        return noReply(state);
      },
      note: (state: object) => noReply(state),
    },
    info: (state) => noReply(state),
  });
  return watched(stage, programOf, logic);
}
