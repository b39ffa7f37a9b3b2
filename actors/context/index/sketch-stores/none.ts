// Sketches that are kept nowhere.
import type { SketchStore } from "../sketch-store.ts";

/** Keeps nothing. */
export const noSketchStore: SketchStore = {
  get: async () => new Map(),
  put: async () => {},
  close: async () => {},
};
