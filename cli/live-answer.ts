// The words that completion scripts ask this program for while somebody types: the ids of runs, and the names of workflows.

/** The text to print for `words`, or undefined where they ask for something else. */
export async function liveAnswer(words: readonly string[]): Promise<string | undefined> {
  if (words.length !== 2 || words[0] !== "completion") return undefined;
  if (words[1] === "runs") return runs();
  return words[1] === "workflows" ? workflows() : undefined;
}

async function runs(): Promise<string> {
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

async function workflows(): Promise<string> {
  const [{ homedir }, { join }, { userFolder }, { findInProject }, { realWorld }, { liveWorkflowLines }] =
    await Promise.all([
      import("node:os"),
      import("node:path"),
      import("../supervisors/config/user-folder.ts"),
      import("../supervisors/config/project-folder.ts"),
      import("../runtime/worlds/real.ts"),
      import("./completions/live-workflows.ts"),
    ]);
  const { files } = realWorld();
  const home = homedir();
  const project = await findInProject({ files, directory: process.cwd(), home }, ["workflows"]);
  const own = join(userFolder(process.env, home), "workflows");
  return liveWorkflowLines(files, project === undefined ? [own] : [own, project.path]);
}
