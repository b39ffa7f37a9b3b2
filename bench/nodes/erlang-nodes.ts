// Distributed Erlang as a peer: two nodes on the loopback with an epmd of their own, each with one scheduler.
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";
import { compiled, figuresIn } from "../erlang.ts";
import { type Place, prefixFor } from "./place.ts";
import { ended, endWithUs } from "./program.ts";

const serverNode = "server@127.0.0.1";

export class ErlangNodes {
  readonly #place: Place;
  readonly #cookie = randomBytes(16).toString("hex");
  readonly #environment: NodeJS.ProcessEnv;
  readonly #children: ChildProcess[] = [];
  #clients = 0;

  private constructor(place: Place, epmdPort: number) {
    this.#place = place;
    this.#environment = { ...process.env, ERL_EPMD_PORT: String(epmdPort), AIEX_BENCH_SERVER: serverNode };
  }

  /** @throws {AbsentPeer} no Erlang */
  static async start(place: Place): Promise<ErlangNodes> {
    compiled();
    const nodes = new ErlangNodes(place, await freePort());
    const epmd = nodes.#run("epmd", ["-address", "127.0.0.1"]);
    await once(epmd, "spawn");
    const server = nodes.#run("erl", [...nodes.#given(serverNode), "-run", "bench_nodes", "serve"]);
    await said(server, /ready/);
    return nodes;
  }

  /** The figures of one work of bench_nodes, of a client that comes and goes. */
  async figures(work: string): Promise<Readonly<Record<string, number>>> {
    this.#clients += 1;
    const name = `client${this.#clients}@127.0.0.1`;
    const client = this.#run("erl", [...this.#given(name), "-run", "bench", "main", "bench_nodes", work]);
    const text = await said(client);
    if (client.exitCode !== 0) throw new Error(`Erlang's "${work}" ended with ${client.exitCode}: ${text}`);
    return figuresIn(text);
  }

  async end(): Promise<void> {
    for (const child of this.#children.reverse()) await ended(child);
  }

  #given(name: string): readonly string[] {
    const loopback = ["-kernel", "inet_dist_use_interface", "{127,0,0,1}"];
    const named = ["-name", name, "-setcookie", this.#cookie, "-start_epmd", "false", ...loopback];
    return ["+S", "1:1", "-noshell", "-noinput", "-pa", compiled(), ...named];
  }

  #run(program: string, given: readonly string[]): ChildProcess {
    const [command = "", ...words] = [...prefixFor(this.#place), program, ...given];
    const child = spawn(command, words, { env: this.#environment, stdio: ["ignore", "pipe", "inherit"] });
    endWithUs(child);
    this.#children.push(child);
    return child;
  }
}

/** What a program has printed by its end, or when it has said this. */
function said(child: ChildProcess, pattern?: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    child.stdout?.setEncoding("utf8").on("data", (more: string) => {
      text += more;
      if (pattern?.test(text) === true) resolve(text);
    });
    child.once("error", reject);
    child.once("close", () => {
      if (pattern === undefined) resolve(text);
      else reject(new Error(`Erlang ended before it was ready: ${text}`));
    });
  });
}

/** One that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("The system gave no port.");
  return address.port;
}
