import { describe, expect, it } from "vitest";
import { FileError } from "../../../runtime/file-system.ts";
import { simulatedWorld } from "../../../runtime/index.ts";
import {
  forgetConnection,
  readConnection,
  saveConnection,
} from "../../../supervisors/remote/saved-connection.ts";

const folder = "/home/ada/.config/aiex";
const saved = { url: "nats://there:4222", cluster: "work", credentials: "/c.json", node: "beta" };

describe("The saved connection", () => {
  it("is what was saved last, in a file for its user alone, until it is forgotten", async () => {
    const world = simulatedWorld();
    await world.until(
      (async () => {
        expect(await readConnection(world.files, folder)).toBeUndefined();
        await saveConnection(world.files, folder, { url: "nats://first" });
        const path = await saveConnection(world.files, folder, saved);
        expect((await world.files.status(path)).mode).toBe(0o600);
        expect(await readConnection(world.files, folder)).toEqual(saved);
        await forgetConnection(world.files, folder);
        await forgetConnection(world.files, folder);
        expect(await readConnection(world.files, folder)).toBeUndefined();
      })(),
    );
  });

  it.each(["", "{", "[]", "null", '{"url": 3}', '{"url": ""}'])(
    "is none where the file holds %j",
    async (text) => {
      const world = simulatedWorld();
      await world.until(
        (async () => {
          const path = await saveConnection(world.files, folder, saved);
          await world.files.writeFile(path, new TextEncoder().encode(text), { mode: 0o600 });
          expect(await readConnection(world.files, folder)).toBeUndefined();
        })(),
      );
    },
  );

  it("is not taken for none where its file cannot be read or removed", async () => {
    const world = simulatedWorld();
    await world.until(
      (async () => {
        await world.files.makeDirectory(`${folder}/connection.json/deeper`, { mode: 0o700 });
        await expect(readConnection(world.files, folder)).rejects.toBeInstanceOf(FileError);
        await expect(forgetConnection(world.files, folder)).rejects.toBeInstanceOf(FileError);
      })(),
    );
  });
});
