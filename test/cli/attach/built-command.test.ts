// `aiex attach`, built, at a live node: in a pseudo-terminal, and in scripts.
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { hasPseudoTerminal } from "../pseudo-terminal.ts";
import { liveNode, runAttach, typeIntoAttach } from "./live-node.ts";

describe.skipIf(!hasPseudoTerminal)("M-CLI-4 aiex attach in a terminal", () => {
  it("is a shell of the node: banner, prompt, results, several lines, completion, history, and Ctrl-D", async () => {
    const live = await liveNode();
    const prompt = "\x1b[33malpha\x1b[39m> ";
    const { code, screen } = await typeIntoAttach(
      live,
      [],
      [
        { after: prompt, keys: "const lantern = 'lit'\r" },
        { after: `undefined\x1b[39m\r\n`, keys: "lant\t" },
        { after: "ern", keys: ".length\r" },
        { after: "\x1b[33m3\x1b[39m", keys: "function f() {\r" },
        { after: "... ", keys: "return 41 }\r" },
        { after: "undefined", keys: "await new Promise(() => {})\r" },
        { after: "{})\r", keys: "\x03" },
        { after: "Interrupted", keys: "[f() + 1, '\\x1b[2J']\r" },
        { after: "\x1b[33m42\x1b[39m", keys: "\x04" },
      ],
    );
    expect(code).toBe(0);
    expect(screen).toContain("\x1b[33mAttached to node alpha");
    expect(screen).toContain("\\x1B[2J");
    expect(screen).not.toContain("\x1b[2J");
    expect(live.node.whereis("counter")).toBeDefined();
    expect(await live.history()).toContain("const lantern = 'lit'\nlantern.length\n");
    expect((await stat(join(live.home, ".local/state/aiex/attach-history"))).mode & 0o777).toBe(0o600);
  });

  it("leaves with .exit, and takes verbs alone with --read-only", async () => {
    const live = await liveNode();
    const { code, screen } = await typeIntoAttach(
      live,
      ["alpha", "--read-only"],
      [
        { after: "alpha\x1b[39m? ", keys: "state counter\r" },
        { after: "alpha\x1b[39m? ", keys: "node.halt()\r" },
        { after: "is no verb", keys: "" },
        { after: "alpha\x1b[39m? ", keys: ".exit\r" },
      ],
    );
    expect(code).toBe(0);
    expect(screen).toContain("\x1b[33m0\x1b[39m");
    expect(live.node.whereis("counter")).toBeDefined();
  });
});

describe("aiex attach --eval", () => {
  it("prints the result of a line, and what the line printed", async () => {
    const live = await liveNode();
    const words = ["--eval", "console.log('said'); await call('counter', 'add', { n: 2 })"];
    expect(await runAttach(live, words)).toEqual({ code: 0, stdout: "said\n2\n", stderr: "" });
  });

  it("prints JSON for programs, and reads a script from a pipe", async () => {
    const live = await liveNode();
    const script = "const n = 1;\nconsole.log('said');\n({ n, node: node.name })\n";
    const { code, stdout, stderr } = await runAttach(live, ["--eval", "-", "--format", "json"], script);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "said\n" });
    expect(JSON.parse(stdout)).toEqual({
      schema: "aiex.attach/1",
      node: "alpha",
      ok: true,
      value: { n: 1, node: "alpha" },
    });
  });

  it.each([
    ["1 where the code throws", ["--eval", "throw new Error('no')"], 1, "Uncaught Error: no"],
    ["1 where the code is not complete", ["--eval", "f("], 1, "not complete"],
    ["2 where JSON is asked of a person", ["--format", "json"], 2, "--format json is for --eval"],
    ["76 where there is no such node", ["beta", "--eval", "1"], 76, "beta"],
    [
      "124 at the deadline",
      ["--eval", "await new Promise(() => {})", "--timeout", "50ms"],
      124,
      "Not done within 0.05 s",
    ],
  ])("ends with %s", async (_name, words, code, text) => {
    const live = await liveNode();
    const ran = await runAttach(live, words);
    expect(ran.code).toBe(code);
    expect(ran.stderr).toContain(text);
    expect(ran.stdout).toBe("");
  });
});

describe("aiex attach with a pipe", () => {
  it("runs its lines one after the other, and ends with 1 where one failed", async () => {
    const live = await liveNode();
    expect(await runAttach(live, [], "const a = {\nb: 1 }\na.b + 1\n")).toMatchObject({
      code: 0,
      stdout: "undefined\n2\n",
    });
    const failed = await runAttach(live, [], "nothing.at.all\n7\n");
    expect(failed).toMatchObject({ code: 1, stdout: "7\n" });
    expect(failed.stderr).toContain("nothing is not defined");
  });
});
