import { describe, expect, test } from "vitest";
import { judgeLeftover, type Sighting } from "../../../runtime/broker/leftover.ts";

const configurationPath = "/home/olga/broker/broker.conf";
const server = `/usr/bin/nats-server -c ${configurationPath}`;
const owner = { osPid: 10, command: "node aiex.js node start" };
const all: Sighting = {
  record: { port: 4222, owner },
  serverPid: 20,
  brokerCommand: server,
  ownerCommand: owner.command,
  ownPid: 30,
  configurationPath,
};

describe("judgeLeftover()", () => {
  test.each<readonly [string, Partial<Sighting>, object]>([
    ["a broker whose owner lives", {}, { kind: "held", ownerPid: 10 }],
    [
      "a broker that its owner is about to start again",
      { brokerCommand: undefined },
      { kind: "held", ownerPid: 10 },
    ],
    ["a broker whose owner is gone", { ownerCommand: undefined }, { kind: "orphan", osPid: 20 }],
    ["a broker whose owner's number is another's now", { ownerCommand: "vi" }, { kind: "orphan", osPid: 20 }],
    ["a broker of this very program", { ownPid: 10 }, { kind: "orphan", osPid: 20 }],
    ["a broker that was never written down", { record: undefined }, { kind: "orphan", osPid: 20 }],
    ["a number that is another's now", { ownerCommand: undefined, brokerCommand: "vi" }, { kind: "gone" }],
    [
      "a server that has another configuration",
      { ownerCommand: undefined, brokerCommand: "nats-server -c /home/olga/other.conf" },
      { kind: "gone" },
    ],
    ["two that are gone", { ownerCommand: undefined, brokerCommand: undefined }, { kind: "gone" }],
    [
      "nothing at all",
      { record: undefined, serverPid: undefined, brokerCommand: undefined },
      { kind: "gone" },
    ],
    [
      "an owner of which nothing was known",
      { record: { port: 1, owner: { osPid: 10, command: undefined } }, ownerCommand: undefined },
      { kind: "orphan", osPid: 20 },
    ],
  ])("sees %s", (_, given, expected) => {
    expect(judgeLeftover({ ...all, ...given })).toEqual(expected);
  });
});
