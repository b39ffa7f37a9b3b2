// A nats-server of the comparison's own: AIEX_NATS_SERVER, or one on the PATH, on a free port of the loopback.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { AbsentPeer } from "../measure.ts";
import { type Place, prefixFor } from "./place.ts";
import { ended, endWithUs } from "./program.ts";

/** Where servers are, and where an ordinary user's PATH often does not lead. */
const programs = ["nats-server", "/usr/sbin/nats-server", "/usr/local/sbin/nats-server"];

export interface Broker {
  readonly url: string;
  end(): Promise<void>;
}

/** As `2.9.10`; undefined where there is no server. */
export function brokerVersion(): string | undefined {
  return found()?.version;
}

/** `more` are further words of its command line. @throws {AbsentPeer} no nats-server */
export async function startBroker(place: Place, more: readonly string[] = []): Promise<Broker> {
  const server = found();
  if (server === undefined) throw new AbsentPeer("no nats-server on this machine");
  const [command = "", ...given] = [
    ...prefixFor(place),
    server.program,
    "-a",
    "127.0.0.1",
    "-p",
    "-1",
    ...more,
  ];
  const child = spawn(command, given, { stdio: ["ignore", "ignore", "pipe"] });
  endWithUs(child);
  return { url: `nats://127.0.0.1:${await portOf(child)}`, end: () => ended(child) };
}

async function portOf(child: ChildProcess): Promise<string> {
  let log = "";
  const port = new Promise<string>((resolve) => {
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      log = (log + text).slice(-10_000);
      const told = /Listening for client connections on \S+:(\d+)[\s\S]*Server is ready/.exec(log)?.[1];
      if (told !== undefined) resolve(told);
    });
  });
  const exit = once(child, "exit").then(() => {
    throw new Error(`The nats-server did not start.\n${log}`);
  });
  exit.catch(() => {});
  return Promise.race([port, exit]);
}

interface Found {
  readonly program: string;
  readonly version: string;
}

function found(): Found | undefined {
  const named = process.env.AIEX_NATS_SERVER ?? "";
  for (const program of named === "" ? programs : [named]) {
    const { status, stdout } = spawnSync(program, ["-v"], { encoding: "utf8" });
    const version = /v(\d+\.\d+\.\d+\S*)/.exec(stdout ?? "")?.[1];
    if (status === 0 && version !== undefined) return { program, version };
  }
  return undefined;
}
