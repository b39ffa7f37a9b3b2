// `aiex trust` as a person types it, in a world of its own.
import { describe, expect, test } from "vitest";
import { memoryFileSystem } from "../../runtime/file-systems/memory.ts";
import { auditOf, runOn, stage } from "./fixtures.ts";

function place() {
  const env = { HOME: "/home/ada" };
  const first = stage({ env });
  const { files } = first.world;
  const audit = auditOf(memoryFileSystem());
  const making = files.makeDirectory("/home/ada/code/app/src", { mode: 0o755 });
  /** The exit code and both outputs of one command line. */
  const type = async (line: string) => {
    const one = stage({ env, audit });
    const code = await runOn({ ...one, host: { ...one.host, world: first.world } }, line.split(" "));
    return { code, out: one.stdout(), err: one.stderr() };
  };
  return { files, making, type, audit };
}

describe("aiex trust", () => {
  test("trusts, lists and takes back", async () => {
    const { making, type } = place();
    await making;
    expect(await type("trust --list")).toEqual({ code: 0, out: "No project is trusted.\n", err: "" });
    const trusted = await type("trust /home/ada/code/app");
    expect(trusted).toMatchObject({ code: 0, err: "" });
    expect(trusted.out).toMatch(/^Trusted \/home\/ada\/code\/app: .*\n$/);
    expect((await type("trust --list")).out).toBe("/home/ada/code/app\n");
    expect(await type("trust /home/ada/code/app/src --revoke")).toMatchObject({
      code: 0,
      out: "/home/ada/code/app/src was not trusted by itself.\nIt is still trusted as a part of /home/ada/code/app.\n",
    });
    expect((await type("trust --revoke /home/ada/code/app")).out).toBe(
      "/home/ada/code/app is trusted no longer.\n",
    );
    expect((await type("trust --list")).out).toBe("No project is trusted.\n");
  });

  test("is audited, both ways, and what was not trusted is no news", async () => {
    const { making, type, audit } = place();
    await making;
    for (const line of [
      "trust /home/ada/code/app",
      "trust --revoke /home/ada/code/app",
      "trust --revoke /home/ada",
    ])
      await type(line);
    expect((await audit.records()).map(({ what, about }) => [what, about])).toEqual([
      ["trust_given", { path: "/home/ada/code/app" }],
      ["trust_revoked", { path: "/home/ada/code/app" }],
    ]);
  });

  test("answers programs in JSON", async () => {
    const { making, type } = place();
    await making;
    const trusted = await type("trust /home/ada/code/app --format json");
    expect(JSON.parse(trusted.out)).toEqual({ schema: "aiex.trust/1", trusted: ["/home/ada/code/app"] });
    expect(JSON.parse((await type("trust --list --format json")).out)).toMatchObject({
      schema: "aiex.trusted/1",
      trusted: [{ path: "/home/ada/code/app", isPresent: true }],
    });
    expect(JSON.parse((await type("trust /home/ada/code/app --revoke --format json")).out)).toEqual({
      schema: "aiex.trust-revoked/1",
      revoked: ["/home/ada/code/app"],
      trustedBy: null,
    });
  });

  test.each([
    ["/", 5],
    ["/home", 5],
    ["/home/ada", 5],
    ["/home/ada/none", 1],
    ["/home/ada/code/app --list", 2],
    ["--list --revoke", 2],
  ])("refuses %s with %i", async (words, code) => {
    const { making, type } = place();
    await making;
    const refused = await type(`trust ${words}`);
    expect(refused).toMatchObject({ code, out: "" });
    expect(refused.err).toMatch(/^Error: /);
  });

  test("says of a project that was replaced that it is not trusted, and forgets one that is gone", async () => {
    const { files, making, type } = place();
    await making;
    await type("trust /home/ada/code/app");
    await files.remove("/home/ada/code/app", { recursive: true });
    await files.makeDirectory("/home/ada/code/app", { mode: 0o755 });
    expect((await type("trust --list")).out).toContain("another folder is there now");
    await files.remove("/home/ada/code/app");
    expect((await type("trust --revoke /home/ada/code/app")).out).toBe(
      "/home/ada/code/app is trusted no longer.\n",
    );
  });

  test("lets no escape sequence of a name reach the terminal", async () => {
    const { files, type } = place();
    await files.makeDirectory("/home/ada/code/\u001b[31mred", { mode: 0o755 });
    expect((await type("trust /home/ada/code/\u001b[31mred")).out).not.toContain("\u001b");
    expect((await type("trust --list")).out).not.toContain("\u001b");
  });
});
