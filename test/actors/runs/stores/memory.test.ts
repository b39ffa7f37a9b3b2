// Runs in memory: a store of runs.
import { memoryRunStore } from "../../../../actors/runs/stores/memory.ts";
import { itIsARunStore } from "./run-store-conformance.ts";

itIsARunStore("A store of runs in memory", async () => {
  const store = memoryRunStore();
  return { store, other: store, until: (promise) => promise, close: () => store.close() };
});
