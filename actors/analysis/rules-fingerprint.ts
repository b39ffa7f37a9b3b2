// A name for a set of a user's rules: two sets have the same one only where they find the same.
import { createHash } from "node:crypto";
import type { AnalysisRule } from "./catalog.ts";

/** "" where there are none. Ours are part of the engine's own fingerprint. */
export function fingerprintOfRules(userRules: readonly AnalysisRule[]): string {
  if (userRules.length === 0) return "";
  return createHash("sha256").update(JSON.stringify(userRules)).digest("hex");
}
