// The runtime's public surface, by hand and in alphabetical order.
export type { Answer, Carrier, CarrierState, CarrierSubscription, Incoming } from "./carrier.ts";
export type { Capture, Checkpoint, CheckpointKeeper, KeptDelay, KeptEvent } from "./checkpoint/checkpoint.ts";
export { decodeCheckpoint, encodeCheckpoint } from "./checkpoint/codec.ts";
export {
  type DurableLogic,
  type DurableOptions,
  durable,
  type RestOfCheckpoint,
} from "./checkpoint/durable.ts";
export type { RestoredOptions } from "./checkpoint/durable-behaviour.ts";
export { CheckpointTooLarge, CheckpointUnusable, NotDurable, NotPlaced } from "./checkpoint/failures.ts";
export { restored } from "./checkpoint/restored.ts";
export { saveCheckpoint } from "./checkpoint/save-checkpoint.ts";
export type { DistributionOptions, NodeDistribution } from "./distribution/distribution.ts";
export type { NodePlace } from "./distribution/gateway.ts";
export { AiexError, type AiexErrorOptions } from "./errors.ts";
export { type DebugFunction, debugDone } from "./inspect/debug-function.ts";
export { SystemRequestFailed } from "./inspect/failures.ts";
export { type Inspection, sys, topProcesses, trace, tree } from "./inspect/inspection.ts";
export type { DebugStatus, ProcessStatus } from "./inspect/request.ts";
export { formatTraceEvent, type ShownMessage, type TraceEvent } from "./inspect/shown-event.ts";
export type { Statistics } from "./inspect/statistics.ts";
export type { Sys, SysOptions } from "./inspect/sys.ts";
export type { TopBy, TopProcessesOptions } from "./inspect/top-processes.ts";
export type { Trace, TraceKind, TraceOptions } from "./inspect/tracer.ts";
export { type ApplicationTree, formatTrees, type TreeNode, type TreeOptions } from "./inspect/tree.ts";
export type { SystemMonitorOptions } from "./inspect/turn-meter.ts";
export { type Claimed, type ClaimOptions, claimLog } from "./journal/claim.ts";
export { ClaimLost, JournalClosed, JournalDamaged, JournalFailed, StoreHeld } from "./journal/failures.ts";
export type {
  Acknowledgement,
  Append,
  Appended,
  Journal,
  JournalRecord,
  LogEnd,
  Page,
  RecordKind,
} from "./journal/journal.ts";
export { LeaseHeld, LeaseNotTaken } from "./leases/failures.ts";
export type { LeaseId, LeaseInfo } from "./leases/lease.ts";
export {
  type CallFailedEvent,
  callProcess,
  castProcess,
  type DownEvent,
  type ExitEvent,
  monitorProcess,
  type ProcessAction,
  type ProcessEvent,
  type ReplyEvent,
  type ReplyPlan,
  replyProcess,
  type SpawnedEvent,
  type SpawnFailedEvent,
  sendProcess,
  spawnProcess,
  type TimeoutEvent,
} from "./logic/actions.ts";
export {
  type EventHandler,
  type EventHandlerDefinition,
  eventHandler,
  type HandlerEnd,
  HandlerExitMessage,
  type HandlerGone,
  handOver,
  removeHandler,
} from "./logic/event-handler.ts";
export type { AddHandler, CallHandler } from "./logic/event-handlers.ts";
export {
  addHandler,
  addSupervisedHandler,
  callHandler,
  deleteHandler,
  type EventManager,
  eventManager,
  notify,
  swapHandler,
  syncNotify,
  whichHandlers,
} from "./logic/event-manager.ts";
export type { Received } from "./logic/function.ts";
export { receiveTimeout } from "./logic/function.ts";
export type { AnyLogic, FunctionLogic, InputOf, NativeLogic, ProtocolOf } from "./logic/logic.ts";
export { type ServerDefinition, type ServerProtocol, server } from "./logic/server.ts";
export {
  ignore,
  type NextOptions,
  noReply,
  ok,
  refuse,
  refuseQuietly,
  replyWith,
  stopWith,
} from "./logic/server-result.ts";
export {
  cancelTimeout,
  type PreviousState,
  postpone,
  type StepAction,
  startTimeout,
  type TimeoutPlan,
  updateTimeout,
  withPrevious,
} from "./logic/step-actions.ts";
export { type Task, task } from "./logic/task.ts";
export type { TimeoutKey } from "./logic/timeouts.ts";
export type { NodeState } from "./membership/beat.ts";
export type { DownReason } from "./membership/membership.ts";
export type { MemberInfo } from "./membership/membership-shell.ts";
export { NameHeld } from "./membership/name-held.ts";
export {
  type ClusterLockOptions,
  type ClusterVerbs,
  clusterNames,
  registerClusterName,
  reregisterClusterName,
  unregisterClusterName,
  whereClusterName,
  withClusterLock,
} from "./names/cluster-verbs.ts";
export { type ConflictResolver, NameConflictMessage, notifyAll } from "./names/conflict.ts";
export { LockLost, LockTaken, NotOwner } from "./names/failures.ts";
export type { NameOptions } from "./names/naming.ts";
export {
  demonitorGroup,
  GroupMessage,
  groupMembers,
  groupScope,
  joinGroup,
  leaveGroup,
  localMembers,
  monitorGroup,
  sendGroup,
  whichGroups,
} from "./node/groups.ts";
export type { HealthOptions } from "./node/health.ts";
export { HeapExhausted, HeapFull, type HeapReading } from "./node/heap.ts";
export { type Node, type NodeOptions, startNode } from "./node/node.ts";
export {
  countEntries,
  dispatch,
  keysOf,
  lockKey,
  lookup,
  type RegistryEntry,
  registerKey,
  registry,
  unregisterKey,
  updateValue,
  via,
} from "./node/registry.ts";
export {
  defineEvents,
  type EventData,
  type EventDefinition,
  type EventLevel,
  event,
  type Field,
  field,
  type Measurement,
  measure,
  type NamedDefinition,
  type Quiet,
  type SpanPart,
  type Unit,
} from "./observe/event-definition.ts";
export type {
  ApplicationEvent,
  EventSubscriber,
  RuntimeEvent,
  RuntimeEventName,
  RuntimeEvents,
} from "./observe/events.ts";
export type { LogDestination } from "./observe/guarded-destination.ts";
export { LogFile } from "./observe/log-file.ts";
export { attachLogger, type LoggerOptions } from "./observe/logger.ts";
export { attachMetrics, type MetricsOptions } from "./observe/metrics.ts";
export { tellEvent } from "./observe/tell-event.ts";
export { attachTraces, type TracesOptions } from "./observe/traces.ts";
export { clusterLeases, sweepLease } from "./ownership/acting.ts";
export { beginOwnership } from "./ownership/begin.ts";
export { NodesMissing, NoOwnership } from "./ownership/failures.ts";
export type { BeginOptions, Ownership } from "./ownership/ownership.ts";
export type {
  ChildMove,
  ChildPhase,
  DrainProgress,
  MoveReason,
  OwnershipReport,
  OwnershipState,
  PlacedChildInfo,
} from "./ownership/report.ts";
export { type ClusterSupervisorOptions, clusterSupervisor } from "./placement/cluster-supervisor.ts";
export {
  ChildPresent,
  Fenced,
  MovePending,
  UnfitNode,
  UnknownChild,
} from "./placement/failures.ts";
export type { Place } from "./placement/place.ts";
export { type PlacedChild, type PlacedChildOptions, placedChild } from "./placement/placed-child.ts";
export { type StartKind, startKind } from "./placement/start-kind.ts";
export { type PortAnswer, type PortOptions, type PortProtocol, port } from "./port.ts";
export * from "./process/acting.ts";
export {
  type Address,
  type ClusterName,
  clusterNamed,
  formatAddress,
  type Name,
  type NameOnNode,
  named,
  type Via,
} from "./process/address.ts";
export { type ErrorData, type ExitReason, formatReason, isOrderly } from "./process/exit-reason.ts";
export {
  AlreadyStarted,
  CalleeExited,
  CallingSelf,
  CallTimeout,
  Misuse,
  NodeDown,
  NoProcess,
  Overload,
  StartFailed,
  StartIgnored,
  StartTimeout,
} from "./process/failures.ts";
export type { ProcessActivity, ProcessInfo, ProcessKind } from "./process/info.ts";
export type { MailboxBound } from "./process/mailbox.ts";
export { type NodeChange, type NodeListener, NodeMessage } from "./process/node-events.ts";
export type { MultiCallResult, NodeVerbs, RemoteLogic, RunOptions } from "./process/node-verbs.ts";
export { formatPid, isPid, type Pid, type Ref, samePid, sameRef } from "./process/pid.ts";
export type { AnyProtocol, Message, Protocol } from "./process/protocol.ts";
export type { ConnectedNode } from "./process/remote-node.ts";
export { type StartRequest, UnknownLogic } from "./process/remote-start.ts";
export { DownMessage, ExitMessage, TimeoutMessage } from "./process/system-message.ts";
export type { Verbs } from "./process/verbs.ts";
export { blobHash } from "./store/blob-guard.ts";
export type { BlobInfo, Blobs } from "./store/blobs.ts";
export type { Bucket, BucketEntry, BucketListener, Written } from "./store/bucket.ts";
export type { ClusterStore } from "./store/cluster-store.ts";
export { StoreUnavailable } from "./store/failures.ts";
export { type LocalStoreOptions, localStore } from "./store/local-store.ts";
export {
  type ChildCount,
  type ChildInfo,
  type ChildSpecData,
  childSpecOf,
  countChildren,
  type DeleteChild,
  deleteChild,
  type RestartChild,
  restartChild,
  type StartChild,
  type Supervisor,
  startChild,
  type TerminateChild,
  terminateChild,
  whichChildren,
} from "./supervision/admin.ts";
export {
  type Application,
  ApplicationNotStarted,
  ApplicationRunning,
  Applications,
  type ApplicationsOptions,
  ApplicationTerminated,
  type ApplicationType,
} from "./supervision/application.ts";
export { type ChildSpec, child, childOf, type Restart, type Shutdown } from "./supervision/child-spec.ts";
export { type DynamicSupervisorOptions, dynamicSupervisor } from "./supervision/dynamic-supervisor.ts";
export {
  countPartitions,
  type PartitionSupervisorOptions,
  partitionFor,
  partitionSupervisor,
  resizePartitions,
} from "./supervision/partition-supervisor.ts";
export type { PastRestart } from "./supervision/restart-history.ts";
export { type StopOnSignalOptions, type StopSignals, stopOnSignal } from "./supervision/stop-signal.ts";
export { type SupervisorLogic, type SupervisorOptions, supervisor } from "./supervision/supervisor.ts";
export type { World } from "./world.ts";
export { realWorld } from "./worlds/real.ts";
export { type SimulatedWorld, simulatedWorld } from "./worlds/simulated.ts";
