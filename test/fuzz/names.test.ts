// Hostile names through the one builder of subjects, to a real client and a server that counts lines: one call, one line.
import { connect } from "nats";
import { expect, test } from "vitest";
import { builtSubjects, checkNames } from "./built-subjects.ts";
import { lineStub } from "./line-stub.ts";

const builtNames = 100_000;
const sentNames = 3000;

test(`no subject of ${builtNames} hostile names has anything in it but tokens (T8)`, () => {
  expect(checkNames(1, builtNames)).toBeGreaterThan(builtNames / 2);
});

test(`a real client sends one line for each publish and each subscribe with ${sentNames} hostile names (T8)`, async () => {
  const stub = await lineStub();
  const client = await connect({ servers: `127.0.0.1:${stub.port}`, reconnect: false });
  try {
    const expected: string[] = [];
    for (const { name, subject, pattern } of builtSubjects(2, sentNames)) {
      client.publish(subject, Buffer.from(name));
      client.subscribe(pattern);
      expected.push(`PUB ${subject} ${Buffer.byteLength(name)}`, `SUB ${pattern}`);
    }
    await client.flush();
    const [connecting, ...lines] = stub.lines;
    expect(connecting).toMatch(/^CONNECT \{/);
    expect(lines.map((line) => line.replace(/^(SUB \S+) +\d+$/, "$1"))).toEqual(expected);
    expect(expected.length).toBeGreaterThan(sentNames);
  } finally {
    await client.close();
    await stub.stop();
  }
});

test("a client and this server see an injected line where the builder is gone round, so the count above means something", async () => {
  const stub = await lineStub();
  const client = await connect({ servers: `127.0.0.1:${stub.port}`, reconnect: false });
  try {
    client.publish("a 0\r\n\r\nPUB victim 3\r\nhey\r\nPUB b");
    await client.flush();
    expect(stub.lines.slice(1)).toEqual(["PUB a 0", "PUB victim 3", "PUB b 0"]);
  } finally {
    await client.close();
    await stub.stop();
  }
});
