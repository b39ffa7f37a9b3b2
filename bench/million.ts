// A million processes in one node: how long they take to start, and the memory of those who then wait. Every round is a
// program of its own, on both sides.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { erlangParts } from "./erlang.ts";
import { measure, shared } from "./measure.ts";
import { erlangName } from "./peer-names.ts";

const program = fileURLToPath(new URL("./million-waiting.js", import.meta.url));

const ours = shared(async () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program], { encoding: "utf8" });
  if (status !== 0) throw new Error(`The million ended with ${status}: ${stderr}`);
  return JSON.parse(stdout) as { readonly ms: number; readonly mib: number };
});
const erlangs = erlangParts("bench_processes million");

await measure({
  name: "a million idle servers, start",
  unit: "ms",
  better: "lower",
  rounds: 2,
  warmsUp: false,
  ours: ours("ms"),
  peers: [erlangs("plain processes", "ms")],
  reach: { against: erlangName, atLeast: 1 },
  note: "Ours have each run an init and told their starter that they are ready; Erlang's are plain processes, which is less work.",
});

await measure({
  name: "a million idle servers, memory",
  unit: "MiB",
  better: "lower",
  rounds: 2,
  warmsUp: false,
  ours: ours("mib"),
  peers: [erlangs("plain processes, erlang:memory(total)", "mib")],
  note: "Ours is what the whole program has grown by for the operating system, garbage collected.",
});
