// The cache of parsers' answers, as the configuration and this installation have it.
import { join } from "node:path";
import { type AnswerCache, answerCache, noAnswerCache } from "../actors/analysis/answer-cache.ts";
import { engineFingerprint } from "../actors/analysis/engine.ts";
import type { FileSystem } from "../runtime/file-system.ts";
import type { Configuration } from "./config.ts";

export async function analysisCache(
  files: FileSystem,
  { values, cacheDirectory }: Configuration,
): Promise<AnswerCache> {
  const bytesMax = values.analysis.cache_max_mb * 1024 * 1024;
  if (bytesMax === 0 || cacheDirectory === undefined) return noAnswerCache;
  const engine = await engineFingerprint(files);
  if (engine === undefined) return noAnswerCache;
  return answerCache({ files, directory: join(cacheDirectory, "analysis"), bytesMax, engine });
}
