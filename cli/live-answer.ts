// The words that completion scripts ask this program for while somebody types: the ids of runs.

/** The text to print for `words`, or undefined where they ask for something else. */
export async function liveAnswer(words: readonly string[]): Promise<string | undefined> {
  if (words.length !== 2 || words[0] !== "completion" || words[1] !== "runs") return undefined;
  const [{ homedir }, { join }, { dataFolder }, { realWorld }, { liveRunLines, liveRuns }] =
    await Promise.all([
      import("node:os"),
      import("node:path"),
      import("../supervisors/config/data-folder.ts"),
      import("../runtime/worlds/real.ts"),
      import("./completions/live-runs.ts"),
    ]);
  return liveRunLines(await liveRuns(realWorld().files, join(dataFolder(process.env, homedir()), "runs")));
}
