// The endpoint for other tools, as its command starts it, and Portkey's gateway beside it: two HTTP servers of one interface before the
// same server of models, and one client for both.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { installPeer, peersFolder } from "../nodes/peers.ts";
import { ended, endWithUs, Program } from "../nodes/program.ts";
import { model } from "./dialects.ts";

export interface Endpoint {
  /** What asks it. */
  readonly client: Program;
  /** MiB that its program has now. */
  mib(): number;
  end(): Promise<void>;
}

const command = fileURLToPath(new URL("../../../dist/command/cli/main.js", import.meta.url));
const startMsMax = 30_000;

/** `aiex serve --openai`, alone, in a home that holds nothing else. `origin`: where the server of models is. */
export async function ownEndpoint(origin: string): Promise<Endpoint> {
  const folder = mkdtempSync(join(tmpdir(), "aiex-bench-endpoint-"));
  const settings = join(folder, "settings.json");
  const bench = { kind: "openai", model, base_url: `${origin}/v1`, api_key: "none" };
  const llm = { max_concurrent_requests: 1_000, providers: { bench } };
  writeFileSync(settings, JSON.stringify({ llm }), { mode: 0o600 });
  const home = { HOME: folder, XDG_CONFIG_HOME: folder, XDG_RUNTIME_DIR: folder, XDG_DATA_HOME: folder };
  const given = ["serve", "--openai", "--port", "0", "--solo", "--name", "bench", "--format", "json"];
  const child = spawn(process.execPath, [command, ...given], {
    env: { ...process.env, ...home, AIEX_CONFIG: settings },
    stdio: ["ignore", "pipe", "inherit"],
  });
  endWithUs(child);
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  const { url, token } = JSON.parse(line.toString()) as { readonly url: string; readonly token: string };
  const endpoint = await started(child, url, { authorization: `Bearer ${token}` }, origin);
  return {
    ...endpoint,
    end: async () => {
      await endpoint.end();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** @throws {AbsentPeer} it is not installed */
export async function portkeyEndpoint(origin: string): Promise<Endpoint> {
  installPeer("@portkey-ai/gateway");
  const program = fileURLToPath(
    new URL("node_modules/@portkey-ai/gateway/build/start-server.js", peersFolder),
  );
  const port = await freePort();
  const child = spawn(process.execPath, [program, `--port=${port}`, "--headless"], {
    env: { ...process.env, TRUSTED_CUSTOM_HOSTS: "127.0.0.1,localhost" },
    // It tells of every request that fails, at length; the client tells of the first.
    stdio: "ignore",
  });
  endWithUs(child);
  const url = `http://127.0.0.1:${port}`;
  await answering(url);
  const headers = {
    authorization: "Bearer none",
    "x-portkey-provider": "openai",
    "x-portkey-custom-host": `${origin}/v1`,
  };
  return started(child, `${url}/v1`, headers, origin);
}

async function started(
  child: ChildProcess,
  url: string,
  headers: Readonly<Record<string, string>>,
  origin: string,
): Promise<Endpoint> {
  const client = new Program("any", "../models/client", [url, JSON.stringify(headers), origin]);
  await client.ready();
  return {
    client,
    mib: () =>
      Number(spawnSync("ps", ["-o", "rss=", "-p", `${child.pid}`], { encoding: "utf8" }).stdout) / 1_024,
    end: async () => {
      await client.end();
      await ended(child);
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}

async function answering(url: string): Promise<void> {
  const end = performance.now() + startMsMax;
  for (;;) {
    const isThere = await fetch(url).then(
      () => true,
      () => false,
    );
    if (isThere) return;
    if (performance.now() > end) throw new Error(`Nobody answers at ${url}.`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
