// The endpoint's own token in its file.
import { describe, expect, it } from "vitest";
import { simulatedWorld } from "../../../runtime/worlds/simulated.ts";
import { keptToken } from "../../../supervisors/openai/token-file.ts";

const path = "/home/me/.local/share/aiex/endpoint-token";
const encode = (text: string) => new TextEncoder().encode(text);

describe("The token of the endpoint", () => {
  it("is made once, of much chance, in a file that only its owner reads", async () => {
    const world = simulatedWorld({ seed: 1 });
    const made = await keptToken(world, path, "linux");
    expect(made.isNew).toBe(true);
    expect(made.token.reveal()).toMatch(/^aiex-[A-Za-z0-9_-]{43}$/);
    expect((await world.files.status(path)).mode).toBe(0o600);
    const again = await keptToken(world, path, "linux");
    expect([again.isNew, again.token.reveal()]).toEqual([false, made.token.reveal()]);
  });

  it("may be one's own", async () => {
    const world = simulatedWorld({ seed: 1 });
    await world.files.makeDirectory("/etc", { mode: 0o700 });
    await world.files.writeFile("/etc/token", encode("my-own-token-of-20\r\n"), { mode: 0o600 });
    const { token } = await keptToken(world, "/etc/token", "linux");
    expect(token.reveal()).toBe("my-own-token-of-20");
  });

  it.each(["", "short", "two words of a sentence", `${"x".repeat(513)}`, "a-token-with-a\u00e9-in-it"])(
    "is not %.20j",
    async (text) => {
      const world = simulatedWorld({ seed: 1 });
      await world.files.makeDirectory("/etc", { mode: 0o700 });
      await world.files.writeFile("/etc/token", encode(text), { mode: 0o600 });
      await expect(keptToken(world, "/etc/token", "linux")).rejects.toMatchObject({ code: "token_refused" });
    },
  );

  it("is not read from a file that others can read", async () => {
    const world = simulatedWorld({ seed: 1 });
    await world.files.makeDirectory("/etc", { mode: 0o700 });
    await world.files.writeFile("/etc/token", encode("aiex-a-token-of-the-test"), { mode: 0o644 });
    await expect(keptToken(world, "/etc/token", "linux")).rejects.toThrow(
      /Others can read \/etc\/token.*644/,
    );
    expect((await keptToken(world, "/etc/token", "win32")).isNew).toBe(false);
  });
});
