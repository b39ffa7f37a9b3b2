// The verbs as free functions: each acts as the process whose code calls it.
import { currentProcess } from "./current.ts";
import { createNodeVerbs, type NodeVerbs } from "./node-verbs.ts";
import { createVerbs, type Verbs } from "./verbs.ts";

const acting: Verbs = createVerbs(currentProcess);

export const {
  alias,
  call,
  cancelTimer,
  cast,
  demonitor,
  exit,
  groupLeader,
  isAlive,
  link,
  monitor,
  processInfo,
  readTimer,
  receive,
  register,
  reply,
  self,
  send,
  sendAfter,
  sendRequest,
  setGroupLeader,
  sleep,
  spawn,
  spawnMonitor,
  startTimer,
  stop,
  trapExit,
  tryCall,
  tryReceive,
  unalias,
  unlink,
  unregister,
  whereis,
} = acting;

const actingAmongNodes: NodeVerbs = createNodeVerbs(currentProcess);

export const {
  connectNode,
  disconnectNode,
  monitorNode,
  monitorNodes,
  multiCall,
  nodes,
  runOn,
  spawnOn,
  spawnRequest,
} = actingAmongNodes;
