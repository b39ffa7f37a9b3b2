// Files that a person named to an operation may lie outside of the project; those that are changed, and all others, may not.
import { expect, it } from "vitest";
import type { ReadRequest } from "../../../actors/workspace/reader.ts";
import { operated } from "./operation-stage.ts";
import { says, speaks } from "./scripted-coordinator.ts";

it.each([
  ["explain", { file: "../a.py" }, true],
  ["document", { file: "../a.py" }, true],
  ["test_generate", { file: "../a.py" }, true],
  ["generate", { type: "module", requirements: "x", context: "../a.py" }, true],
  ["refactor", { file: "../a.py" }, false],
  ["document_comments", { file: "../a.py" }, false],
])("%s reads %j as named: %s", async (operation, input, isNamed) => {
  const asked: ReadRequest[] = [];
  const { outcome } = await operated(operation, input, {
    script: () => speaks(["?"], says("?")),
    workspace: {
      list: async () => ({ ok: true, kind: "file" }),
      read: async (request) => {
        asked.push(request);
        return { ok: false, code: "outside_root", message: "It lies outside." };
      },
    },
  });
  expect(outcome).toMatchObject({ ok: false, code: "outside_root" });
  const read = asked.filter(({ path }) => path === "../a.py").map((request) => request.isNamed ?? false);
  expect([...new Set(read)]).toEqual(isNamed ? [true] : read.slice(0, 1));
  expect(read.includes(true)).toBe(isNamed);
});
