// A tree of language models that is killed, and started again at once while its gate still writes.
import { afterEach, beforeEach, expect, it } from "vitest";
import { predecessorEnded } from "../../../../actors/llm/gate/predecessor.ts";
import { gateName } from "../../../../actors/llm/gate/processes.ts";
import { child, ok, server, sleep, supervisor } from "../../../../runtime/index.ts";
import { type TestNode, testNode } from "../../../../runtime/testing/test-node.ts";

const writing = server("writing", { init: () => ok(0), terminate: () => sleep(400) });
const gate = child(writing, { id: gateName, name: gateName, trapExit: true });
const tree = supervisor("tree", { strategy: "rest_for_one", children: [predecessorEnded(), gate] });
const root = supervisor("root", {
  ...{ strategy: "one_for_one", maxRestarts: 1, withinMs: 5_000 },
  children: [child(tree, { id: "tree", name: "tree" })],
});

let room: TestNode;
beforeEach(() => {
  room = testNode();
});
afterEach(() => room.stop());

it("is begun once, when that has ended", async () => {
  await room.start(root);
  const [tree, before] = ["tree", gateName].map((name) => room.node.whereis(name));
  if (tree === undefined || before === undefined) throw new Error("Both are there.");
  room.node.exit(tree, "kill");
  await room.advance(300);
  expect(room.node.whereis(gateName)).toEqual(before);
  await room.advance(300);
  const after = room.node.whereis(gateName);
  expect(after).toBeDefined();
  expect(after).not.toEqual(before);
  expect(room.events.of("supervisor_start_failed")).toEqual([]);
});
