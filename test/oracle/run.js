// `npm run test:oracle`: has Erlang play all scenarios and compares with the fixtures; with `--write` it writes them anew.
// Without an `erl` it says so, and compares this runtime with the fixtures that are there.
import { spawnSync } from "node:child_process";
import { startVitest } from "vitest/node";

const known = ["--write"];
const given = process.argv.slice(2);
const unknown = given.filter((option) => !known.includes(option));
if (unknown.length > 0) {
  process.stderr.write(`The oracle knows no ${unknown.join(", ")}. It takes: ${known.join(", ")}.\n`);
  process.exit(2);
}

const writes = given.includes("--write");
// `+V` and `-version` say who they are and end at once.
const hasErlang = [
  ["erl", "+V"],
  ["erlc", "-version"],
].every(([program, option]) => spawnSync(program, [option]).error === undefined);
if (!hasErlang) {
  process.stdout.write(
    "There is no erl on the PATH, so Erlang is not asked: this runtime is compared with what Erlang showed before.\n",
  );
  if (writes) process.exit(1);
}

// One after the other: what is written must be there before it is compared. Without the project's configuration, since the
// oracle needs no built command.
for (const file of hasErlang ? ["erlang", "oracle"] : ["oracle"]) {
  if (file === "erlang") process.env.AIEX_ORACLE = writes ? "write" : "compare";
  const vitest = await startVitest("test", [`test/oracle/${file}.test.ts`], { config: false, watch: false });
  await vitest.close();
  if (process.exitCode !== undefined && process.exitCode !== 0) break;
}
