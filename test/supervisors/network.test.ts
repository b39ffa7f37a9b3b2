// The network as it is configured: every kind of provider through a real proxy, to a server that a configured authority vouches for.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { realWorld, simulatedWorld, type World } from "../../runtime/index.ts";
import { type Configuration, ConfigurationError, loadConfiguration } from "../../supervisors/config.ts";
import { configuredNetwork } from "../../supervisors/network.ts";
import { adapter, ask, dialectOf, key, kinds } from "../actors/llm/providers/adapters.ts";
import { piecesOf } from "../actors/llm/wire-formats.ts";
import { authority, closedPort, type ProxyRules, webProxy, webServer } from "../runtime/http/servers.ts";

function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "aiex-network-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text, { mode: 0o600 });
  return folder;
}

/** The configuration of a file with this `network` part, or of an environment. */
function configurationOf(
  network: object,
  env: Readonly<Record<string, string>> = {},
): Promise<Configuration> {
  const folder = folderWith({ "config.json": JSON.stringify({ network }) });
  return loadConfiguration({
    world: realWorld(),
    env: { ...env, AIEX_CONFIG: join(folder, "config.json"), XDG_CACHE_HOME: folder },
    home: folder,
  });
}

async function worldOf(network: object, env: Readonly<Record<string, string>> = {}): Promise<World> {
  const made = await configuredNetwork(realWorld(), await configurationOf(network, env));
  onTestFinished(made.close);
  return made.world;
}

const caFile = (): string => join(folderWith({ "ca.pem": authority.join("\n") }), "ca.pem");

async function problemOf(network: object, env: Readonly<Record<string, string>> = {}): Promise<string> {
  try {
    await worldOf(network, env);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.message;
    throw error;
  }
  throw new Error("It was taken.");
}

describe("configuredNetwork()", () => {
  it.each(kinds)("takes a provider of kind %s through a proxy, and trusts its server", async (kind) => {
    const pieces = piecesOf(dialectOf(kind), { say: ["Hel", "lo"] }, "the-model");
    const server = await webServer((_, response) => response.end(pieces.join("")), "elsewhere");
    const proxy = await webProxy(server.port, { credentials: "ann:secret" });
    const world = await worldOf(
      { ca_file: caFile() },
      { HTTPS_PROXY: proxy.origin.replace("//", "//ann:secret@") },
    );
    const provider = adapter(kind, { base_url: "https://elsewhere.example" });
    expect(await ask(provider, { world })).toMatchObject({ text: "Hello" });
    expect(proxy.tunnels).toEqual(["elsewhere.example:443"]);
    expect(JSON.stringify(server.requests[0]?.headers)).toContain(key);
  });

  describe.each(kinds)("33: a provider of kind %s", (kind) => {
    const behind = async (rules: ProxyRules, network: object = {}) => {
      const server = await webServer((_, response) => response.end("hello"), "elsewhere");
      const proxy = await webProxy(server.port, rules);
      return worldOf({ proxy: proxy.origin, ca_file: caFile(), ...network });
    };

    it("is not asked again where the proxy wants a password (407)", async () => {
      const provider = adapter(kind, { base_url: "https://elsewhere.example" });
      const failure = await ask(provider, { world: await behind({ credentials: "ann:secret" }) });
      expect(failure).toMatchObject({ retryable: false, message: expect.stringMatching(/proxy.*407/s) });
    });

    it("is not asked again where nobody vouches for its certificate", async () => {
      const provider = adapter(kind, { base_url: "https://elsewhere.example" });
      const failure = await ask(provider, { world: await behind({}, { ca_file: undefined }) });
      expect(failure).toMatchObject({ code: "connection", retryable: false });
    });

    it("is asked again where nobody accepts connections, and where there is no such host", async () => {
      const world = await worldOf({});
      const refused = adapter(kind, { base_url: `http://127.0.0.1:${await closedPort()}` });
      expect(await ask(refused, { world })).toMatchObject({ code: "connection", retryable: true });
      const unknown = adapter(kind, { base_url: "http://nowhere.invalid" });
      expect(await ask(unknown, { world })).toMatchObject({ code: "connection", retryable: true });
    });
  });

  it("reaches excepted hosts without the proxy", async () => {
    const world = await worldOf({ proxy: `http://127.0.0.1:${await closedPort()}`, no_proxy: "invalid" });
    const failure = await world.fetch("https://nowhere.invalid/").catch((error: unknown) => error);
    expect((failure as Error).cause).toMatchObject({ syscall: "getaddrinfo" });
  });

  it("follows redirects where that is configured", async () => {
    const server = await webServer((request, response) => {
      if (request.url === "/to") response.end("there");
      else response.writeHead(307, { location: "/to" }).end();
    });
    expect((await (await worldOf({})).fetch(server.origin)).status).toBe(307);
    const world = await worldOf({ follow_redirects: true });
    expect(await (await world.fetch(server.origin)).text()).toBe("there");
  });

  it("leaves a simulated world as it is", async () => {
    const world = simulatedWorld({ seed: 1 });
    expect((await configuredNetwork(world, await configurationOf({}))).world).toBe(world);
  });

  it.each([
    ["nothing", undefined, "cannot be read"],
    ["no certificate", "hello", "it holds no certificate"],
    [
      "a broken one",
      "-----BEGIN CERTIFICATE-----\nno\n-----END CERTIFICATE-----",
      "certificate 1 of 1 in it is broken",
    ],
  ])("refuses a file of certificates with %s in it", async (_, text, says) => {
    const folder = folderWith(text === undefined ? {} : { "ca.pem": text });
    const problem = await problemOf({}, { AIEX_CA_FILE: join(folder, "ca.pem") });
    expect(problem).toContain("environment variable AIEX_CA_FILE: network.ca_file names a file");
    expect(problem).toContain(says);
  });
});

describe("The configuration of the network", () => {
  it("is taken from the usual variables, of which those in small letters go first", async () => {
    const env = {
      HTTPS_PROXY: "proxy.example:3128",
      HTTP_PROXY: "http://other.example",
      http_proxy: "http://inside.example:8080/",
      NO_PROXY: "a.example,10.0.0.0/8",
    };
    expect((await configurationOf({}, env)).values.network).toEqual({
      proxy: "http://proxy.example:3128",
      http_proxy: "http://inside.example:8080/",
      no_proxy: "a.example,10.0.0.0/8",
      verify_tls: true,
      follow_redirects: false,
      connect_timeout_ms: 10_000,
    });
  });

  it("shows nobody a proxy's password", async () => {
    const loaded = await configurationOf({ proxy: "http://ann:canary@proxy.example:3128" });
    expect(JSON.stringify(loaded)).not.toContain("canary");
    for (const proxy of ["http://ann:canary@proxy.example:99999", "socks5://ann:canary@proxy.example"]) {
      const problem = await problemOf({ proxy });
      expect(problem).toContain("network.proxy must be a URL such as http://proxy.example.com:3128");
      expect(problem).not.toContain("canary");
    }
  });

  it.each([
    "http://proxy.example/path",
    "http://proxy.example/?q",
    "http://a%zz:b@proxy.example",
    "http://",
    "ftp://a",
    "",
  ])("refuses %j as a proxy", async (proxy) => {
    expect(await problemOf({ proxy })).toContain("network.proxy");
  });

  it("warns where certificates are not looked at", async () => {
    expect((await configurationOf({})).warnings).toEqual([]);
    const { warnings } = await configurationOf({ verify_tls: false });
    expect(warnings).toEqual([expect.stringContaining("network.verify_tls is off: whoever is on the way")]);
    const both = await configurationOf({ verify_tls: false, ca_file: "/ca.pem" });
    expect(both.warnings).toEqual([expect.stringContaining("network.ca_file has no effect then")]);
  });
});
