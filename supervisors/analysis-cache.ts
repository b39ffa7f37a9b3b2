// The cache of parsers' answers, as the configuration and this installation have it.
import { join } from "node:path";
import { type AnswerCache, answerCache, noAnswerCache } from "../actors/analysis/answer-cache.ts";
import { engineFingerprint } from "../actors/analysis/engine.ts";
import { fingerprintOfRules } from "../actors/analysis/rules-fingerprint.ts";
import type { FileSystem } from "../runtime/file-system.ts";
import type { Configuration } from "./config.ts";
import { rulesInEffect } from "./rules.ts";

export async function analysisCache(
  files: FileSystem,
  { values, cacheDirectory, userRules }: Configuration,
): Promise<AnswerCache> {
  const bytesMax = values.analysis.cache_max_mb * 1024 * 1024;
  if (bytesMax === 0 || cacheDirectory === undefined) return noAnswerCache;
  const engine = await engineFingerprint(files);
  if (engine === undefined) return noAnswerCache;
  const directory = join(cacheDirectory, "analysis");
  return answerCache({
    files,
    directory,
    bytesMax,
    engine: engine + fingerprintOfRules(rulesInEffect(userRules)),
  });
}
