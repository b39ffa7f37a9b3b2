// Real Erlang: turns scenarios into a term, has them played by the modules in `erlang/`, and reads what was seen.
import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Log, Scenario } from "./language.ts";

export interface ErlangLogs {
  /** The release that played, `25.2.3`. */
  readonly otp: string;
  readonly scenarios: Readonly<Record<string, Log>>;
}

const run = promisify(execFile);
const sources = fileURLToPath(new URL("erlang/", import.meta.url));

/** Plays all scenarios on Erlang, in real time. @throws where there is no `erl`, or it fails */
export async function playOnErlang(scenarios: readonly Scenario[]): Promise<ErlangLogs> {
  const room = await mkdtemp(join(tmpdir(), "aiex-oracle-"));
  try {
    const modules = (await readdir(sources)).map((name) => join(sources, name));
    await run("erlc", ["-Werror", "-o", room, ...modules]);
    const [input, output] = [join(room, "scenarios.term"), join(room, "logs.json")];
    await writeFile(input, `${term(scenarios)}.\n`);
    // One scheduler: what is runnable runs in order, and the conductor looks only when all are at rest.
    await run("erl", ["+S", "1:1", "-noshell", "-pa", room, "-run", "oracle", "main", input, output], {
      cwd: room,
    });
    return JSON.parse(await readFile(output, "utf8")) as ErlangLogs;
  } finally {
    await rm(room, { recursive: true, force: true });
  }
}

/** A scenario's data as an Erlang term: objects are maps and strings are atoms; actors are pairs, which have an order. */
export function term(value: unknown): string {
  if (typeof value === "string") return `'${value.replace(/[\\']/g, "\\$&")}'`;
  if (typeof value !== "object" || value === null) return String(value);
  if (Array.isArray(value)) return `[${value.map(term).join(",")}]`;
  const fields = Object.entries(value).map(([key, field]) => {
    const text = key === "actors" ? `[${(field as [string, unknown][]).map(pair).join(",")}]` : term(field);
    return `${term(key)}=>${text}`;
  });
  return `#{${fields.join(",")}}`;
}

function pair([name, actor]: readonly [string, unknown]): string {
  return `{${term(name)},${term(actor)}}`;
}
