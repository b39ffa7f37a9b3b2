// The desk of a node and the commands that serve their files through it: every request is answered, whatever gets lost.
import { describe, expect, test } from "vitest";
import {
  awaitWorkspace,
  type ServeReply,
  type ServeRequest,
  workspaceDeskAt,
} from "../../../actors/workspace/desk-protocol.ts";
import { type Node, receive, register, self, simulatedWorld, startNode } from "../../../runtime/index.ts";
import { blobHash } from "../../../runtime/store/blob-guard.ts";
import { MemoryBlobs } from "../../../runtime/store/blobs/memory.ts";
import { askingDesk, command, Unreachable, using, workspaceTree } from "./desk-stage.ts";

const ref = { id: "tree", label: "~/project" };
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

async function scene() {
  const world = simulatedWorld();
  await world.files.makeDirectory("/own", { mode: 0o755 });
  await world.files.writeFile("/own/a.ts", bytesOf("own"), { mode: 0o644 });
  const node = startNode({ world, name: "alpha", boundary: "freeze" });
  await world.until(node.spawn(workspaceTree(world, "alpha", "/own")));
  const blobs = new MemoryBlobs(world.clock);
  const ask = askingDesk(() => node);
  const useOf = <T>(of: typeof ref | undefined, work: Parameters<typeof using<T>>[3]): Promise<T> =>
    world.until(using(node, blobs, of, work));
  const use = <T>(work: Parameters<typeof using<T>>[3]): Promise<T> => useOf(ref, work);
  const serve = (files: Readonly<Record<string, string>>, way = ask) => command(world, files, way);
  /** What happens in the next moments. */
  const settle = () => world.advance(1_000);
  return { world, node, blobs, ask, use, useOf, serve, settle };
}

/** A process with the name of a run, that notes which workspaces it is told of. */
function waitingRun(node: Node, id: string): { readonly told: string[]; readonly wait: () => void } {
  const told: string[] = [];
  void node.spawn(async () => {
    register(`run.${id}`, self());
    for (;;) {
      const message = (await receive()) as unknown as { readonly type: string; readonly workspace: string };
      if (message.type === "workspace_back") told.push(message.workspace);
    }
  });
  return { told, wait: () => void node.spawn(async () => awaitWorkspace("tree", `run.${id}`)) };
}

describe("the files of a command", () => {
  test("are listed, read, hashed and changed by way of a node", async () => {
    const { use, serve, settle } = await scene();
    const { files } = serve({ "a.ts": "one", "lib/b.ts": "two" });
    await settle();
    const listing = await use((access) => access.list("."));
    expect(listing).toMatchObject({ ok: true, root: "/project" });
    const read = await use((access) => access.read({ root: "/project", path: "lib/b.ts" }));
    expect(read).toMatchObject({ ok: true, bytes: 3, source: { text: "two" } });
    const hash = blobHash(bytesOf("one"));
    expect(await use((access) => access.hash("a.ts"))).toEqual({ ok: true, hash });
    const after = bytesOf("new");
    const change = { path: "a.ts", before: hash, after: blobHash(after), bytes: after };
    expect(await use((access) => access.apply(change))).toEqual({ ok: true });
    expect(await use((access) => access.apply(change))).toEqual({ ok: true });
    expect(new TextDecoder().decode(await files.readFile("/project/a.ts", { bytesMax: 9 }))).toBe("new");
    const late = { ...change, after: hash, bytes: bytesOf("one"), before: hash };
    expect(
      await use((access) => access.apply({ ...late, after: blobHash(bytesOf("x")), bytes: bytesOf("x") })),
    ).toMatchObject({ code: "changed_since" });
  });

  test("stay what they were for who has read them, also while nobody has them", async () => {
    const { use, serve, settle, blobs } = await scene();
    const { files, leave } = serve({ "a.ts": "one" });
    await settle();
    const first = await use((access) => access.read({ path: "a.ts" }));
    if (!first.ok) throw new Error(first.message);
    expect(await blobs.get(first.kept?.hash ?? "")).toEqual(bytesOf("one"));
    files.putFile("/project/a.ts", "changed");
    leave();
    await settle();
    const { kept } = first;
    if (kept === undefined) throw new Error("It is kept nowhere.");
    expect(await use((access) => access.read({ path: "a.ts", kept }))).toEqual(first);
    expect(await use((access) => access.read({ path: "a.ts" }))).toMatchObject({ code: "workspace_away" });
  });

  test("are asked for anew where they are not kept any more", async () => {
    const { use, serve, settle, blobs } = await scene();
    serve({ "a.ts": "one" });
    await settle();
    const first = await use((access) => access.read({ path: "a.ts" }));
    const kept = first.ok ? first.kept : undefined;
    if (kept === undefined) throw new Error("It is kept nowhere.");
    await blobs.remove(kept.hash);
    expect(await use((access) => access.read({ path: "a.ts", kept }))).toEqual(first);
  });

  test("come in pieces, however long they are", async () => {
    const { use, serve, settle } = await scene();
    const long = "a line of text\n".repeat(60_000);
    serve({ "long.txt": long });
    await settle();
    const read = await use((access) => access.read({ path: "long.txt" }));
    expect(read.ok && read.source.kind === "text" && read.source.text === long).toBe(true);
  });

  test("are away where nobody serves them, and at once where the command leaves", async () => {
    const { use, serve, settle, world } = await scene();
    const away = { ok: false, code: "workspace_away", workspace: "tree" };
    expect(await use((access) => access.list("."))).toMatchObject(away);
    const { leave, served } = serve({ "a.ts": "one" });
    await settle();
    expect(await use((access) => access.list("."))).toMatchObject({ ok: true });
    leave();
    await world.until(served);
    const answer = await use((access) => access.list("."));
    expect(answer).toMatchObject(away);
    expect(answer).toMatchObject({ message: expect.stringContaining("~/project") });
  });

  test("are away once the command is not heard of, also for who waits for an answer already", async () => {
    const { ask, use, serve, settle, node } = await scene();
    let isDead = false;
    const never = new Promise<never>(() => {});
    serve({ "a.ts": "one" }, async (request) => {
      if (isDead) return never;
      const reply = await ask(request);
      return isDead ? never : reply;
    });
    await settle();
    isDead = true;
    expect(await use((access) => access.list("."))).toMatchObject({ code: "workspace_away" });
    expect(await use((access) => access.list("."))).toMatchObject({ code: "workspace_away" });
    expect(node.whereis("workspace.desk")).toBeDefined();
  });

  test("are read whole though every second message is lost, on its way or on its way back", async () => {
    const { ask, use, serve, settle } = await scene();
    let count = 0;
    const { files } = serve({ "a.ts": "x".repeat(500_000) }, async (request) => {
      count += 1;
      if (count % 4 === 1) throw new Unreachable();
      const reply = await ask(request);
      if (count % 4 === 3) throw new Unreachable();
      return reply;
    });
    expect(files).toBeDefined();
    for (let time = 0; time < 5; time += 1) {
      const hash = await eventually(settle, () => use((access) => access.hash("a.ts")));
      expect(hash).toEqual({ ok: true, hash: blobHash(bytesOf("x".repeat(500_000))) });
    }
    expect(await use((access) => access.read({ path: "a.ts" }))).toMatchObject({ ok: true, bytes: 500_000 });
  });

  test("are served on by a desk that was started again", async () => {
    const { node, use, serve, settle, world } = await scene();
    serve({ "a.ts": "one" });
    await settle();
    const desk = node.whereis("workspace.desk");
    if (desk === undefined) throw new Error("There is no desk.");
    node.exit(desk, "kill");
    await world.advance(2_000);
    expect(node.whereis("workspace.desk")).not.toEqual(desk);
    expect(await use((access) => access.list("."))).toMatchObject({ ok: true });
  });

  test("are asked of the command that came last", async () => {
    const { use, serve, settle } = await scene();
    serve({ "old.ts": "1" });
    await settle();
    serve({ "new.ts": "2" });
    await settle();
    expect(await use((access) => access.list("."))).toMatchObject({ entries: [{ path: "new.ts" }] });
  });

  test("are not served on where the node refuses that for good", async () => {
    const { serve, settle } = await scene();
    const refusing = serve({ "a.ts": "one" }, () => Promise.reject(new Error("You may not.")));
    const refused = expect(refusing.served).rejects.toThrow("You may not.");
    await settle();
    await refused;
  });
});

describe("the files of a node", () => {
  test("are read by its runs, and by no path that leads out", async () => {
    const { useOf } = await scene();
    for (const of of [undefined, { id: "node:alpha", label: "alpha" }]) {
      const own = await useOf(of, (access) => access.read({ path: "a.ts" }));
      expect(own).toMatchObject({ ok: true, source: { text: "own" } });
      expect(own).not.toHaveProperty("kept");
      const out = await useOf(of, (access) => access.read({ path: "/etc/passwd" }));
      expect(out).toMatchObject({ ok: false });
      expect(await useOf(of, (access) => access.list("/"))).toMatchObject({ code: "outside_root" });
    }
  });

  test("are answered for once its reader is there again", async () => {
    const { node, world } = await scene();
    const reader = node.whereis("workspace.reader");
    if (reader === undefined) throw new Error("There is no reader.");
    node.exit(reader, "kill");
    const request = { what: "hash", path: "a.ts" } as const;
    const answer = node.call(
      workspaceDeskAt,
      "ask",
      { workspace: "node:alpha", request },
      { timeoutMs: 5_000 },
    );
    expect(await world.until(answer)).toMatchObject({ ok: true });
  });
});

describe("a run that waits for files", () => {
  test("is told when they are there", async () => {
    const { node, serve, settle } = await scene();
    const run = waitingRun(node, "one");
    await settle();
    run.wait();
    await settle();
    expect(run.told).toEqual([]);
    serve({ "a.ts": "one" });
    await settle();
    expect(run.told).toEqual(["tree"]);
  });

  test("is told when they have come before it began to wait", async () => {
    const { node, serve, settle } = await scene();
    const run = waitingRun(node, "one");
    serve({ "a.ts": "one" });
    await settle();
    run.wait();
    await settle();
    run.wait();
    await settle();
    expect(run.told).toEqual(["tree", "tree"]);
  });

  test("is told each time they come back, and after the desk was lost", async () => {
    const { node, serve, settle, world } = await scene();
    const run = waitingRun(node, "one");
    await settle();
    run.wait();
    const first = serve({ "a.ts": "one" });
    await settle();
    first.leave();
    await settle();
    serve({ "a.ts": "one" });
    await settle();
    expect(run.told).toEqual(["tree", "tree"]);
    const desk = node.whereis("workspace.desk");
    if (desk !== undefined) node.exit(desk, "kill");
    await world.advance(2_000);
    expect(run.told).toEqual(["tree", "tree", "tree"]);
  });
});

describe("a desk", () => {
  const good: ServeRequest = {
    workspace: ref,
    answers: { session: undefined, pieces: [], seen: 0 },
    waitMs: 0,
  };

  test.each([
    null,
    {},
    { ...good, workspace: { id: "node:beta", label: "beta" } },
    { ...good, workspace: { id: "", label: "" } },
    { ...good, workspace: { id: "x".repeat(400), label: "" } },
    { ...good, waitMs: -1 },
    { ...good, answers: { pieces: [{ n: 0, id: 1, isLast: true, bytes: new Uint8Array(1) }], seen: 0 } },
    { ...good, answers: { pieces: [{ n: 1, id: 1, isLast: true, bytes: "text" }], seen: 0 } },
    {
      ...good,
      answers: { pieces: [{ n: 1, id: 1, isLast: true, bytes: new Uint8Array(200_000) }], seen: 0 },
    },
  ])("refuses what is no request to serve, and lives on (%#)", async (request) => {
    const { node, world } = await scene();
    const answer = await world.until(node.call(workspaceDeskAt, "serve", request, { timeoutMs: 1_000 }));
    expect(answer).toMatchObject({ ok: false, code: "bad_run" });
    expect(node.whereis("workspace.desk")).toBeDefined();
  });

  test("refuses an ask that is none, and lives on", async () => {
    const { node, world } = await scene();
    const payload = { workspace: "node:alpha", request: { what: "run" } } as never;
    const answer = await world.until(node.call(workspaceDeskAt, "ask", payload, { timeoutMs: 1_000 }));
    expect(answer).toMatchObject({ ok: false, code: "file_failed" });
  });

  test("ends a session over which more comes than is ever sent", async () => {
    const { node, world, ask } = await scene();
    const { session } = await world.until(ask(good));
    const bytes = new Uint8Array(128 * 1024);
    let refused: unknown;
    for (let n = 1; n <= 200 && refused === undefined; n += 1) {
      const answers = { session, pieces: [{ n, id: 1, isLast: false, bytes }], seen: 0 };
      const answer = await world.until(node.call(workspaceDeskAt, "serve", { ...good, answers }));
      if (!answer.ok) refused = answer.message;
    }
    expect(refused).toContain("More comes over it");
    const again = await world.until(ask({ ...good, answers: { session, pieces: [], seen: 0 } }));
    expect(again.session).not.toBe(session);
  });

  test("keeps a poll that waits until there is something to find out", async () => {
    const { use, ask, world, settle } = await scene();
    const { session } = await world.until(ask(good));
    let reply: ServeReply | undefined;
    void ask({ ...good, answers: { session, pieces: [], seen: 0 }, waitMs: 20_000 }).then((came) => {
      reply = came;
    });
    await settle();
    expect(reply).toBeUndefined();
    void use((access) => access.list(".")).catch(() => undefined);
    await settle();
    expect(reply?.pieces).toHaveLength(1);
  });
});

/** Asks again while the files are away. */
async function eventually<T extends object>(settle: () => Promise<void>, ask: () => Promise<T>): Promise<T> {
  for (let time = 0; time < 50; time += 1) {
    await settle();
    const answer = await ask();
    if (!("code" in answer && answer.code === "workspace_away")) return answer;
  }
  throw new Error("Nobody came.");
}
