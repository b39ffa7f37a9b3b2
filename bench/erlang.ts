// Erlang itself as a peer: each round is a run of `erl` with one scheduler on one core, which warms up, takes its own time
// and prints its figures. The works are in bench/erlang/, compiled by `erlc` when the first of them is asked for.
import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { AbsentPeer, type Peer, shared } from "./measure.ts";
import { elixirName, erlangName } from "./peer-names.ts";

const sources = fileURLToPath(new URL("../erlang/", import.meta.url));

/** Far beyond what any of the works takes: a run that hangs must not hold the others up. */
const runMsMax = 120_000;
/** Room for a million processes and those that start them. */
const processesMax = 2_000_000;

/** One core, as one thread of JavaScript has; where the machine offers no way to say so, one scheduler has to do. */
const pinned = answerOf("taskset", ["-c", "1", "true"]) === undefined ? [] : ["taskset", "-c", "1"];

const absent = "not on this machine";

let folder: string | undefined;

/** A work of bench/erlang/, `module function`, which gives one figure. */
export function erlang(does: string, work: string): Peer {
  return { name: erlangName, does, round: async () => figuresOf(work).value ?? Number.NaN };
}

/** As `erlang`, for a work of Elixir's own modules. */
export function elixir(does: string, work: string): Peer {
  const round = async (): Promise<number> => {
    if (elixirPath().length === 0) throw new AbsentPeer(absent);
    return figuresOf(work).value ?? Number.NaN;
  };
  return { name: elixirName, does, round };
}

/** As `erlang`, for a work that gives several figures by name. */
export function erlangParts(work: string): (does: string, part: string) => Peer {
  const part = shared(async () => figuresOf(work));
  return (does, name) => ({ name: erlangName, does, round: part(name) });
}

/** The release, as `25`; undefined where there is no Erlang. */
export function otpRelease(): string | undefined {
  const ask = "io:put_chars(erlang:system_info(otp_release)), halt().";
  return answerOf("erl", ["-noshell", "-eval", ask]);
}

/** @throws {AbsentPeer} no `erl`; {Error} the work failed */
function figuresOf(work: string): Readonly<Record<string, number>> {
  const [command = "", ...given] = [
    ...pinned,
    ...["erl", "+S", "1:1", "+P", String(processesMax), "-noshell", "-pa", compiled(), ...elixirPath()],
    ...["-run", "bench", "main", ...work.split(" ")],
  ];
  const { status, stdout, stderr } = ended(command, given);
  if (status !== 0) throw new Error(`Erlang's "${work}" ended with ${status}: ${stdout}${stderr}`);
  return figuresIn(stdout);
}

/** What bench.erl prints: a line `name value` for each. */
export function figuresIn(text: string): Readonly<Record<string, number>> {
  const lines = text.trim().split("\n");
  return Object.fromEntries(
    lines.map((line) => {
      const [name = "", value] = line.split(" ");
      return [name, Number(value)];
    }),
  );
}

/**
 * The folder of the compiled works.
 * @throws {AbsentPeer} no `erl`
 */
export function compiled(): string {
  if (folder !== undefined) return folder;
  if (otpRelease() === undefined) throw new AbsentPeer(absent);
  const target = mkdtempSync(join(tmpdir(), "aiex-bench-erlang-"));
  process.on("exit", () => rmSync(target, { recursive: true, force: true }));
  const modules = readdirSync(sources).filter((name) => name.endsWith(".erl"));
  const given = ["-Werror", "-o", target, ...modules.map((name) => join(sources, name))];
  const { status, stdout, stderr } = ended("erlc", given);
  if (status !== 0) throw new Error(`erlc ended with ${status}: ${stdout}${stderr}`);
  folder = target;
  return target;
}

let elixirFolder: readonly string[] | undefined;

/** Elixir's own modules for the code path, where it is installed. */
function elixirPath(): readonly string[] {
  if (elixirFolder === undefined) {
    const answer = answerOf("elixir", ["-e", "IO.write(:code.lib_dir(:elixir))"]);
    elixirFolder = answer === undefined ? [] : ["-pa", join(answer, "ebin")];
  }
  return elixirFolder;
}

/** What a program prints; undefined where it is not installed, or fails. */
function answerOf(command: string, given: readonly string[]): string | undefined {
  const { status, stdout } = ended(command, given);
  return status === 0 ? stdout : undefined;
}

function ended(command: string, given: readonly string[]): SpawnSyncReturns<string> {
  return spawnSync(command, given, { encoding: "utf8", timeout: runMsMax });
}
