// The test kit's public surface (`aiex/testing`), by hand and in alphabetical order.
export { type MemoryFaults, type MemoryNetwork, memoryNetwork } from "../carriers/memory.ts";
export { type SimulatedWorld, simulatedWorld } from "../worlds/simulated.ts";
export { ExpectationFailed } from "./arrivals.ts";
export type { EventLog, ExpectNoneOptions, ExpectOptions } from "./event-log.ts";
export type { Span, StoreFaults } from "./imperfect-store/faults.ts";
export type { AppliedChange } from "./imperfect-store/leader.ts";
export { type ImperfectStore, type ImperfectStoreOptions, imperfectStore } from "./imperfect-store.ts";
export type { Part, Pattern } from "./pattern.ts";
export type { MessagePattern, Probe } from "./probe.ts";
export { type FailOptions, type Spy, type SpyPoint, spyOn, type When } from "./spy.ts";
export { type TestNode, type TestNodeOptions, testNode } from "./test-node.ts";
