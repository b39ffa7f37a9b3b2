// The permissions of every role, on a real server: what is allowed arrives, and what is not is a violation.
import { connect, type NatsConnection, nkeyAuthenticator } from "nats";
import { describe, expect, test } from "vitest";
import { durableNames } from "../../../runtime/broker/durable-names.ts";
import { newNkey } from "../../../runtime/broker/nkey.ts";
import { type Identity, inboxPrefix, isInbox, permissionsOf } from "../../../runtime/broker/roles.ts";
import { brokerConfiguration } from "../../../runtime/broker/server-configuration.ts";
import { realWorld } from "../../../runtime/index.ts";
import { subjects } from "../../../runtime/wire/subject.ts";
import {
  client,
  denialsOf,
  evaluator,
  nodeM,
  nodeN,
  observer,
  open,
  operator,
  settled,
  startCluster,
} from "./cluster.ts";

const every = [nodeN, operator, observer, evaluator, client] as const;
const [node, operators, observers, evaluators, clients] = every.map(({ role }) => role) as [
  string,
  string,
  string,
  string,
  string,
];
const people = [operators, observers, evaluators, clients];
const { msg, beat, pg, evt, ctl, evaluation, svc } = subjects("alpha");
const other = nodeM.name;

/** Subjects by family, as seen by whoever is named `own`, and the roles that may publish there. */
function publishing(own: string): readonly (readonly [string, readonly string[]])[] {
  const run = [node, operators, evaluators];
  return [
    [msg(own, other, 7), run],
    [msg(own, other, 0), run],
    [msg(other, own, 7), []],
    [msg(other, other, 7), []],
    [beat(own), [node]],
    [beat(other), []],
    [pg(own, "scope"), [node]],
    [pg(other, "scope"), []],
    [evt(own, "started"), [node]],
    [evt(other, "started"), []],
    [ctl(own, "inspect", other), [...run, observers]],
    [ctl(own, "stop", other), run],
    [ctl(own, "drain", other), run],
    [ctl(own, "move", other), run],
    [ctl(own, "runs", other), run],
    [ctl(own, "work", other), run],
    [ctl(other, "inspect", own), []],
    [ctl(other, "stop", own), []],
    [ctl(other, "drain", own), []],
    [ctl(other, "move", own), []],
    [ctl(other, "runs", own), []],
    [ctl(other, "work", own), []],
    [evaluation(own, other, "s1"), [node, evaluators]],
    [evaluation(other, own, "s1"), []],
    [svc("llm"), [operators, evaluators, clients]],
    [`${svc("llm")}.complete`, [operators, evaluators, clients]],
    [`${svc("llm")}.status`, people],
    ["$SRV.PING", people],
    ["$SRV.INFO.llm", people],
    ["$SRV.STATS.llm.id", people],
    ["$JS.API.INFO", [node]],
    ["$JS.API.STREAM.CREATE.KV_aiex-alpha-leases", [node]],
    ["$JS.API.STREAM.CREATE.KV_aiex-beta-leases", []],
    ["$JS.API.STREAM.CREATE.another", []],
    ["$JS.API.STREAM.DELETE.KV_aiex-alpha-leases", []],
    ["$JS.API.STREAM.SNAPSHOT.KV_aiex-alpha-leases", []],
    ["$JS.API.STREAM.NAMES", []],
    ["$JS.API.ACCOUNT.PURGE.x", []],
    ["$JS.API.CONSUMER.CREATE.aiex-alpha-journal.c1", [node]],
    ["$JS.API.CONSUMER.CREATE.another.c1", []],
    [`$KV.${durableNames("alpha").bucket("leases")}.n1`, [node]],
    ["$KV.another.n1", []],
    ["$O.aiex-alpha-blobs.C.x", [node]],
    [durableNames("alpha").streamSubjects("journal").replace(">", "n1"), [node]],
    ["$SYS.REQ.SERVER.PING", []],
    [`_INBOX.alpha.${other}.x.1`, []],
    ["_INBOX.x.1", []],
    ["aiex.beta.msg.n1.m1.7", []],
    ["anything", []],
  ];
}

/** Patterns, and the roles that may subscribe to them. The third is a subject that is delivered there. */
function hearing(own: string): readonly (readonly [string, readonly string[], string])[] {
  const all = [node, ...people];
  const members = [node, operators, evaluators];
  return [
    [subjects("alpha").msgTo(own), members, msg(other, own, 7)],
    [subjects("alpha").msgToIncarnation(own, 7), members, msg(other, own, 7)],
    [subjects("alpha").msgTo(other), [], ""],
    ["aiex.alpha.msg.>", [], ""],
    [subjects("alpha").beats(), [node, operators, observers, evaluators], beat(other)],
    [subjects("alpha").groups(), [node], pg(other, "scope")],
    [subjects("alpha").events(), [operators, observers, evaluators], evt(other, "started")],
    [subjects("alpha").ctlTo(own), [node], ctl(other, "stop", own)],
    [subjects("alpha").ctlTo(other), [], ""],
    ["aiex.alpha.ctl.>", [], ""],
    [subjects("alpha").evaluationTo(own), [node, evaluators], evaluation(other, own, "s1")],
    [subjects("alpha").evaluationTo(other), [], ""],
    [`${svc("llm")}.complete`, [], ""],
    ["aiex.alpha.svc.>", [], ""],
    ["$SRV.PING", [node], "$SRV.PING"],
    ["$SRV.PING.llm", [node], "$SRV.PING.llm"],
    [`_INBOX.alpha.${own}.>`, all, `_INBOX.alpha.${own}.x.1`],
    [`_INBOX.alpha.${other}.>`, [], ""],
    ["_INBOX.alpha.>", [], ""],
    ["_INBOX.>", [], ""],
    ["$JS.>", [], ""],
    ["$KV.>", [], ""],
    ["$SYS.>", [], ""],
    ["aiex.beta.>", [], ""],
    [">", [], ""],
  ];
}

function ownOf({ role, name }: Identity): string {
  return role === "node" ? name : `cli-${name}`;
}

describe("A role on the broker", () => {
  test.each(every)(
    "$role publishes what its row says, and all else is a violation (T7)",
    async (identity) => {
      const { connect: as, spy } = await startCluster();
      const [connection, listener] = [await as(identity), await spy()];
      const table = publishing(ownOf(identity));
      const heard = new Set<string>();
      listener.subscribe(">", { callback: (_, { subject }) => heard.add(subject) });
      // A user that hears everything does not hear the server's own subjects by that.
      for (const [subject] of table.filter(([name]) => name.startsWith("$SYS"))) listener.subscribe(subject);
      await settled(listener);
      const denials = denialsOf(connection);
      for (const [subject] of table) connection.publish(subject, "hello");
      await settled(connection, listener);
      const allowed = table.filter(([, roles]) => roles.includes(identity.role)).map(([subject]) => subject);
      const denied = table.filter(([, roles]) => !roles.includes(identity.role)).map(([subject]) => subject);
      expect(denials.toSorted()).toEqual(denied.map((subject) => `publish ${subject}`).toSorted());
      expect(allowed.filter((subject) => !heard.has(subject))).toEqual([]);
      expect(denied.filter((subject) => heard.has(subject))).toEqual([]);
    },
  );

  test.each(every)("$role hears what its row says, and all else is a violation (T7)", async (identity) => {
    const { connect: as, spy } = await startCluster();
    const [connection, speaker] = [await as(identity), await spy()];
    const table = hearing(ownOf(identity));
    const heard = new Set<string>();
    const denials = denialsOf(connection);
    for (const [pattern] of table) {
      connection.subscribe(pattern, {
        callback: (error) => (error === null ? heard.add(pattern) : undefined),
      });
    }
    await settled(connection);
    for (const [, , subject] of table) if (subject !== "") speaker.publish(subject, "hello");
    for (const subject of ["aiex.beta.beat.n1", "_INBOX.x.1", `_INBOX.alpha.${other}.x.1`]) {
      speaker.publish(subject, "hello");
    }
    await settled(speaker, connection);
    const allowed = table.filter(([, roles]) => roles.includes(identity.role)).map(([pattern]) => pattern);
    const denied = table.filter(([, roles]) => !roles.includes(identity.role)).map(([pattern]) => pattern);
    expect(denials.toSorted()).toEqual(denied.map((pattern) => `subscription ${pattern}`).toSorted());
    expect([...heard].toSorted()).toEqual(allowed.toSorted());
  });

  test("node shares the requests to services in the one queue, and in no other (T7)", async () => {
    const { connect: as, spy } = await startCluster();
    const [connection, speaker] = [await as(nodeN), await spy()];
    const denials = denialsOf(connection);
    const heard: string[] = [];
    const subscribe = (queue: string): void => {
      const callback = (error: Error | null): void => {
        if (error === null) heard.push(queue);
      };
      connection.subscribe("aiex.alpha.svc.llm.complete", { queue, callback });
    };
    subscribe("q");
    subscribe("eavesdropper");
    await settled(connection);
    speaker.publish("aiex.alpha.svc.llm.complete", "hello");
    await settled(speaker, connection);
    expect(heard).toEqual(["q"]);
    expect(denials).toEqual(["subscription aiex.alpha.svc.llm.complete"]);
  });

  test("node answers where it was asked, once, and nowhere else (T7)", async () => {
    const { connect: as } = await startCluster();
    const [asker, answerer] = [await as(nodeM), await as(nodeN)];
    const denials = denialsOf(answerer);
    const replies: string[] = [];
    answerer.subscribe(subjects("alpha").ctlTo("n1"), {
      callback: (_, message) => {
        replies.push(message.reply ?? "");
        message.respond("first");
        message.respond("second");
      },
    });
    await settled(answerer);
    const answer = await asker.request(ctl("m1", "inspect", "n1"), "", { timeout: 5_000 });
    await settled(answerer);
    expect(answer.string()).toBe("first");
    expect(replies[0]).toMatch(/^_INBOX\.alpha\.m1\./);
    expect(denials).toEqual([`publish ${replies[0]}`]);
  });

  test("gives nobody the answers of another, whatever they listen to (T7)", async () => {
    const { connect: as } = await startCluster();
    const [asker, answerer, thief] = [await as(client), await as(nodeN), await as(nodeM)];
    const stolen: string[] = [];
    const denials = denialsOf(thief);
    const inbox = "_INBOX.alpha.cli-carl";
    for (const pattern of [`${inbox}.>`, `${inbox}.*.*`, "_INBOX.alpha.*.>", "_INBOX.*.>"]) {
      thief.subscribe(pattern, { callback: (error) => (error === null ? stolen.push(pattern) : undefined) });
    }
    answerer.subscribe("aiex.alpha.svc.echo", {
      queue: "q",
      callback: (_, message) => void message.respond("secret"),
    });
    await settled(thief, answerer);
    const answer = await asker.request("aiex.alpha.svc.echo", "", { timeout: 5_000 });
    await settled(thief);
    expect(answer.string()).toBe("secret");
    expect(stolen).toEqual([]);
    expect(denials).toHaveLength(4);
  });
});

describe("A node's name", () => {
  test("is nobody else's to speak under: another node's key cannot send in its name (T11)", async () => {
    const { connect: as, spy } = await startCluster();
    const [rogue, listener] = [await as(nodeM), await spy()];
    const denials = denialsOf(rogue);
    const heard: string[] = [];
    listener.subscribe("aiex.alpha.>", { callback: (_, { subject }) => heard.push(subject) });
    await settled(listener);
    const forged = [
      msg("n1", "m1", 7),
      msg("n1", "n1", 0),
      beat("n1"),
      pg("n1", "scope"),
      evt("n1", "x"),
      ctl("n1", "stop", "m1"),
      evaluation("n1", "m1", "s1"),
    ];
    for (const subject of forged) rogue.publish(subject, "it is me");
    await settled(rogue, listener);
    expect(heard).toEqual([]);
    expect(denials).toEqual(forged.map((subject) => `publish ${subject}`));
  });

  test("cannot be taken by a person, whose commands speak as cli-<name> (T11)", async () => {
    const { connect: as } = await startCluster({ people: [{ role: "operator", name: "n1" }] });
    const connection = await as({ role: "operator", name: "n1" });
    const denials = denialsOf(connection);
    connection.publish(msg("n1", "m1", 7), "it is me");
    connection.publish(msg("cli-n1", "m1", 7), "it is me");
    await settled(connection);
    expect(denials).toEqual([`publish ${msg("n1", "m1", 7)}`]);
  });
});

describe("A broker of a cluster", () => {
  const codeOf = (connecting: Promise<NatsConnection>): Promise<string> =>
    connecting.then(
      () => "connected",
      ({ code }: { code: string }) => code,
    );

  test("lets nobody in without a key, with another key, or with a cluster's name alone (T7)", async () => {
    const { url, credentials } = await startCluster();
    const { inboxPrefix } = await credentials(nodeN);
    const outcomes = [
      await codeOf(connect({ servers: url, reconnect: false })),
      await codeOf(connect({ servers: url, user: "n1", pass: "alpha", reconnect: false })),
      await codeOf(connect({ servers: url, token: "alpha", reconnect: false })),
      await codeOf(open(url, { nkey: newNkey(realWorld().random).seed, inboxPrefix })),
    ];
    expect(outcomes).toEqual(Array.from({ length: 4 }, () => "AUTHORIZATION_VIOLATION"));
  });

  test("refuses a signature that was made for another connection's challenge (T10)", async () => {
    const { url, credentials } = await startCluster();
    const { nkey } = await credentials(evaluator);
    const sign = nkeyAuthenticator(new TextEncoder().encode(nkey.reveal()));
    let seen: ReturnType<typeof sign> | undefined;
    const recording = (nonce?: string): ReturnType<typeof sign> => {
      seen = sign(nonce);
      return seen;
    };
    const first = await connect({ servers: url, authenticator: recording, reconnect: false });
    await first.close();
    expect(seen).toBeDefined();
    const replayed = connect({
      servers: url,
      authenticator: () => seen as ReturnType<typeof sign>,
      reconnect: false,
    });
    expect(await codeOf(replayed as Promise<NatsConnection>)).toBe("AUTHORIZATION_VIOLATION");
  });

  test("cuts off an evaluator whose grant was taken away, and takes the same grant no more (T10)", async () => {
    const cluster = await startCluster();
    const connection = await cluster.connect(evaluator);
    const denials = denialsOf(connection);
    connection.publish(evaluation("cli-eva", "n1", "s1"), "1 + 1");
    await settled(connection);
    expect(denials).toEqual([]);
    await cluster.server.configure(withoutUser(cluster.configuration, "cli-eva"));
    await connection.closed();
    expect(await codeOf(cluster.connect(evaluator))).toBe("AUTHORIZATION_VIOLATION");
    expect(await codeOf(cluster.connect(operator))).toBe("connected");
  });

  test("keeps accounts apart, also where their clusters have one name and one server (T7)", async () => {
    const cluster = await startCluster();
    const foreign = newNkey(realWorld().random);
    const identity: Identity = { role: "node", name: "foreign" };
    const text = brokerConfiguration({
      cluster: "alpha",
      serverName: "any",
      listen: { host: "127.0.0.1", port: -1 },
      users: [{ ...identity, publicKey: foreign.publicKey }],
      storeFolder: "store",
    });
    const [accounts, others] = [accountsOf(cluster.configuration), accountsOf(text)];
    const both = { ...accounts, another: others["aiex-alpha"] };
    await cluster.server.configure(withAccounts(cluster.configuration, both));
    const [stranger, listener] = [
      await open(cluster.url, { nkey: foreign.seed, inboxPrefix: inboxPrefix("alpha", identity) }),
      await cluster.spy(),
    ];
    const here: string[] = [];
    const there: string[] = [];
    listener.subscribe(">", { callback: (_, { subject }) => here.push(subject) });
    stranger.subscribe(subjects("alpha").beats(), { callback: (_, { subject }) => there.push(subject) });
    await settled(listener, stranger);
    stranger.publish(beat("foreign"), "x");
    await settled(stranger, listener);
    expect(there).toEqual([beat("foreign")]);
    expect(here).toEqual([]);
  });
});

describe("permissionsOf()", () => {
  test("encodes a name, so that none is a pattern or ends a token", () => {
    const { publish, subscribe } = permissionsOf("alpha", { role: "node", name: "a.>*" });
    expect(publish).toContain("aiex.alpha.msg.a_2e_3e_2a.>");
    expect(subscribe).toContain("aiex.alpha.msg.*.a_2e_3e_2a.>");
  });
});

describe("isInbox()", () => {
  test.each([
    ["_INBOX.alpha.n1.x", true],
    ["_INBOX.abc.def", true],
    ["aiex.alpha.ctl.n1.stop.m1", false],
    ["aiex._INBOX.x", false],
    ["_INBOX", false],
    ["", false],
    ["$JS.API.INFO", false],
  ])("%j: %s", (subject, expected) => {
    expect(isInbox(subject)).toBe(expected);
  });
});

type Accounts = Record<string, { users: readonly object[] } | undefined>;

function accountsOf(configuration: string): Accounts {
  const [, text = ""] = /\naccounts: ([\s\S]*)\nsystem_account:/.exec(configuration) ?? [];
  return JSON.parse(text) as Accounts;
}

function withAccounts(configuration: string, accounts: Accounts): string {
  return configuration.replace(
    /\naccounts: [\s\S]*\nsystem_account:/,
    () => `\naccounts: ${JSON.stringify(accounts)}\nsystem_account:`,
  );
}

/** The configuration without the user whose permissions name `own`. */
function withoutUser(configuration: string, own: string): string {
  const accounts = accountsOf(configuration);
  for (const account of Object.values(accounts)) {
    if (account === undefined) continue;
    account.users = account.users.filter((user) => !JSON.stringify(user).includes(`.${own}.`));
  }
  return withAccounts(configuration, accounts);
}
