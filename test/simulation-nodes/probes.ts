// The eyes of the room: they note what nodes tell of each other and what every worker is given.

import type { NativeLogic } from "../../runtime/index.ts";
import { type AnyLogic, DownMessage, ExitMessage, formatReason } from "../../runtime/index.ts";
import { hostLogic } from "../../runtime/logic/logic.ts";
import { Request } from "../../runtime/process/mailbox.ts";
import { NodeMessage } from "../../runtime/process/node-events.ts";
import type { Process } from "../../runtime/process/process.ts";
import type { Player, Program, Stage } from "./stage.ts";

// biome-ignore lint/suspicious/noExplicitAny: logic of every kind passes through here.
type Watched = NativeLogic<any, any>;

/** The same logic, each process of which is watched from before its first line to its end. */
export function watched(stage: Stage, programOf: () => Program, logic: AnyLogic): Watched {
  return {
    logicName: "worker",
    host: (process) => {
      const program = programOf();
      const label = stage.label(process.pid);
      const player: Player = { pid: process.pid, label, program, hasEnded: false };
      const behaviour = hostLogic(process, logic);
      stage.players.set(label, player);
      stage.living.add(player);
      stage.note({ type: "born", pid: label });
      const release = behaviour.release.bind(behaviour);
      behaviour.release = () => {
        release();
        if (program.world.isDead) return;
        player.hasEnded = true;
        stage.living.delete(player);
        stage.note({ type: "ended", pid: label });
      };
      watchMailbox(stage, player, process);
      return behaviour;
    },
  };
}

function watchMailbox(stage: Stage, { label, program }: Player, process: Process): void {
  const deliver = process.deliver.bind(process);
  process.deliver = (item, priority) => {
    if (!process.hasEnded && !program.world.isDead) noteItem(stage, program, label, item);
    deliver(item, priority);
  };
}

function noteItem(stage: Stage, program: Program, to: string, item: object): void {
  if (item instanceof DownMessage) {
    // The runtime's own, which the process never sees.
    if (item.isListenedTo) return;
    stage.note({
      type: "told_down",
      ref: `${program.label}:${item.ref.ref}`,
      to,
      reason: formatReason(item.reason),
    });
    return;
  }
  if (item instanceof ExitMessage) {
    const from = stage.label(item.from);
    stage.note({ type: "told_exit", to, from, reason: formatReason(item.reason) });
    return;
  }
  if (item instanceof NodeMessage) {
    const peer = stage.labelOfNode(item.node, item.incarnation);
    stage.note({ type: "told_node", to, kind: item.type === "sys.nodeup" ? "up" : "down", peer });
    return;
  }
  const fields = (item instanceof Request ? item.payload : item) as Readonly<Record<string, unknown>>;
  if ((item as { readonly type?: unknown }).type !== "note") return;
  stage.note({ type: "got", to, from: String(fields.from), number: Number(fields.number) });
}

/** Notes what a node tells of its sessions. */
export function watchNode(stage: Stage, { node, label, world }: Program): void {
  node.subscribe(({ name, data }) => {
    if (world.isDead) return;
    const fields = data as Readonly<Record<string, unknown>>;
    const peer = (): string => stage.labelOfNode(String(fields.peer), Number(fields.incarnation));
    if (name === "node_up") stage.note({ type: "up", node: label, peer: peer() });
    if (name === "node_down")
      stage.note({ type: "down", node: label, peer: peer(), why: String(fields.why) });
    if (name === "signals_dropped")
      stage.note({ type: "dropped", node: label, peer: String(fields.peer), why: String(fields.why) });
    if (name === "signals_refused")
      stage.note({ type: "stuck", what: `${label} refuses signals of ${fields.peer}: ${fields.why}` });
  });
}
