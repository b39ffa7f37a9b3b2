import { describe } from "vitest";
import { memorySessionStore } from "../../../../../actors/context/sessions/stores/memory.ts";
import { storeConformance } from "../session-store-conformance.ts";

describe("memorySessionStore", () => {
  storeConformance(memorySessionStore);
});
