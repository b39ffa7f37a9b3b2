// What a node or a command needs to connect to a broker, read from what it was given.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { realWorld } from "../../../runtime/index.ts";
import { brokerLine } from "../../../supervisors/cluster/broker-line.ts";

const { files } = realWorld();
const nowhere = { url: undefined, credentials: undefined, tlsCa: undefined };
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "aiex-l-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
});

function written(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text, { mode: 0o600 });
  return path;
}

describe("brokerLine()", () => {
  it("says where servers are that need no credentials, with the certificates that were given", async () => {
    const place = { ...nowhere, url: "nats://a:1,nats://b:2", tlsCa: written("ca.pem", "certificate") };
    expect(await brokerLine(files, place, "alpha")).toEqual({
      options: { servers: ["nats://a:1", "nats://b:2"], name: "alpha", tls: { ca: "certificate" } },
      cluster: undefined,
      ownName: undefined,
      isSynced: false,
    });
  });

  it("gives the text of a .creds file on, which does not say whose it is", async () => {
    const text = "-----BEGIN NATS USER JWT-----\nx\n";
    const credentials = written("me.creds", text);
    const line = await brokerLine(files, { ...nowhere, url: "nats://a:1", credentials }, "alpha");
    expect(line).toMatchObject({ options: { credentials: { kind: "creds", text } }, ownName: undefined });
    await expect(brokerLine(files, { ...nowhere, credentials }, "alpha")).rejects.toThrow(/--nats URL/);
  });

  it("is refused where nobody says where the broker is, and where the credentials are none", async () => {
    await expect(brokerLine(files, nowhere, "alpha")).rejects.toMatchObject({ code: "no_broker_place" });
    for (const text of ["", "{}", "\u0000\u0001", '{"schema":"other"}'])
      await expect(
        brokerLine(files, { ...nowhere, url: "nats://a:1", credentials: written("bad.json", text) }, "alpha"),
      ).rejects.toMatchObject({ code: "credentials_refused" });
  });
});
