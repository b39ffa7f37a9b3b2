import { describe, expect, test } from "vitest";
import { workspaceReader } from "../../../actors/workspace/reader.ts";
import { type Node, type Pid, type ProtocolOf, simulatedWorld, startNode } from "../../../runtime/index.ts";
import { sandbox } from "./sandbox-stage.ts";

type Reader = ProtocolOf<ReturnType<typeof workspaceReader>>;

const limits = {
  fileBytesMax: 100,
  lineCharactersMax: 1_000,
  entriesMax: 1_000,
  depthMax: 10,
  bytesMax: 1_000_000,
};

async function withReader(work: (node: Node, reader: Pid<Reader>) => Promise<void>): Promise<void> {
  const world = simulatedWorld();
  const node = startNode({ world });
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
  await world.until(
    (async () => {
      await world.files.makeDirectory("/project/lib", { mode: 0o755 });
      await world.files.writeFile("/project/lib/a.ts", bytes("export const a = 1;\n"), { mode: 0o644 });
      await world.files.writeFile("/project/kept.ts", bytes("1"), { mode: 0o644 });
      await world.files.writeFile("/secret.ts", bytes("export const key = 1;\n"), { mode: 0o600 });
      const input = { limits, directory: "/project", sandbox: sandbox({ denied_patterns: ["[k-m]ept.ts"] }) };
      await work(node, await node.spawn(workspaceReader(world), { input }));
    })(),
  );
}

describe("workspaceReader", () => {
  test("is given the patterns of its sandbox as the data that they are", () =>
    withReader(async (node, reader) => {
      expect(await node.call(reader, "read", { path: "lib/kept.ts" })).toMatchObject({
        code: "file_not_found",
      });
      expect(await node.call(reader, "read", { path: "kept.ts" })).toMatchObject({
        code: "file_denied",
        message: expect.stringContaining("[k-m]ept.ts"),
      });
    }));

  test("lists a directory, from where relative paths start", () =>
    withReader(async (node, reader) => {
      expect(await node.call(reader, "list", { path: "." })).toEqual({
        ok: true,
        kind: "directory",
        root: "/project",
        entries: [
          { kind: "skipped", path: "kept.ts", reason: "denied" },
          { kind: "file", path: "lib/a.ts", bytes: 20, modifiedMs: expect.any(Number) },
        ],
      });
      expect(await node.call(reader, "list", { path: "lib/a.ts" })).toEqual({ ok: true, kind: "file" });
    }));

  test("reads a file below a root, and nothing outside of it", () =>
    withReader(async (node, reader) => {
      const inside = await node.call(reader, "read", { root: "/project", path: "lib/a.ts" });
      expect(inside).toMatchObject({
        ok: true,
        bytes: 20,
        source: { kind: "text", text: "export const a = 1;\n" },
      });
      const outside = await node.call(reader, "read", { root: "/project", path: "../secret.ts" });
      expect(outside).toMatchObject({ ok: false, code: "outside_root" });
    }));

  test("answers for what is missing, and lives on", () =>
    withReader(async (node, reader) => {
      expect(await node.call(reader, "list", { path: "nowhere" })).toMatchObject({
        ok: false,
        code: "file_not_found",
      });
      expect(await node.call(reader, "read", { path: "nowhere" })).toMatchObject({
        ok: false,
        code: "file_not_found",
      });
      expect(node.isAlive(reader)).toBe(true);
    }));
});
