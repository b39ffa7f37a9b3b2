// The program of one node in the chaos room that is the whole product, with what the room looks at beside it.
import { createHash } from "node:crypto";
import { appendFileSync } from "node:fs";
import { type Node, realWorld } from "../../../runtime/index.ts";
import type { World } from "../../../runtime/world.ts";
import { loadConfiguration, startAiex } from "../../../supervisors/aiex.ts";
import { Member, note } from "../member.ts";
import { RunCompany } from "../runs/company.ts";
import { serve } from "../serve.ts";
import { hashOfFile, type Written, writesPath } from "./written.ts";

await serve(async (settings) => {
  const { name, cluster, factor, outside, whole } = settings;
  if (outside === undefined || whole === undefined) throw new Error("A whole node has runs, and a home.");
  const world = withWrites(realWorld(), outside, whole.project);
  const env = { HOME: whole.home };
  const loaded = await loadConfiguration({ world, env, home: whole.home, directory: whole.project });
  const workspace = { ...loaded.values.workspace, project_dir: whole.project };
  const configuration = { ...loaded, values: { ...loaded.values, workspace } };
  let product: { stop(): Promise<void> } | undefined;
  const halt = async (): Promise<void> => product?.stop();
  let member: Member | undefined;
  const begin = async (node: Node): Promise<void> => {
    member = new Member(settings, { node, runs: new RunCompany(node, note, outside), halt });
    await member.enter();
  };
  const place = { host: "chaos", osPid: process.pid, version: "1" };
  const onFailure = (thrown: unknown): void => note({ type: "trouble", what: String(thrown) });
  const as = { name, distribution: { cluster, factor, place }, begin };
  product = await startAiex({ world, configuration, onFailure, as });
  if (member === undefined) throw new Error("It began without a node.");
  member.ready();
  return member;
});

/** The world as it is, with every file written down that is written in the project. */
function withWrites(world: World, outside: string, project: string): World {
  const { files } = world;
  const writeFile: World["files"]["writeFile"] = async (path, bytes, options) => {
    if (path.startsWith(`${project}/`)) {
      const hash = createHash("sha256").update(bytes).digest("hex");
      const [name, before] = [path.slice(project.length + 1), hashOfFile(path)];
      const written: Written = { path: name, hash, before, atMs: Date.now() };
      appendFileSync(writesPath(outside), `${JSON.stringify(written)}\n`);
    }
    await files.writeFile(path, bytes, options);
  };
  const watched = new Proxy(files, {
    get: (target, key) => {
      const part: unknown = key === "writeFile" ? writeFile : Reflect.get(target, key, target);
      return typeof part === "function" && key !== "writeFile" ? part.bind(target) : part;
    },
  });
  return { ...world, files: watched };
}
