// Scenarios on real Erlang: how they are written down for it, and, where `npm run test:oracle` asks, what they show there.
import { readFile, writeFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { type ErlangLogs, playOnErlang, term } from "./erlang.ts";
import { fixtureOf } from "./fixtures.ts";
import { groups } from "./groups.ts";
import { at, once, plain, scenario, send, startLinked } from "./words.ts";

/** A few minutes, in milliseconds: the time that passes in the scenarios of a group is real there. */
const groupMsMax = 180_000;

describe("term()", () => {
  test("writes strings as atoms, objects as maps and lists as lists", () => {
    expect(term({ a: [1, true, "b c"], d: {} })).toBe("#{'a'=>[1,true,'b c'],'d'=>#{}}");
  });

  test("escapes what would end an atom", () => {
    expect(term("it's \\ so")).toBe("'it\\'s \\\\ so'");
  });

  test("keeps the order of actors and actions", () => {
    const told = scenario(
      "A01 x",
      { w: plain(), a: plain() },
      at("w", send("a", "m"), startLinked("b", once())),
    );
    expect(term(told)).toBe(
      "#{'name'=>'A01 x','actors'=>[{'w',#{'kind'=>'plain'}},{'a',#{'kind'=>'plain'}}],'applications'=>[]," +
        "'steps'=>[#{'at'=>'w','do'=>[#{'do'=>'send','to'=>'a','message'=>'m'}," +
        "#{'do'=>'start','as'=>'b','actor'=>#{'kind'=>'plain','first'=>[],'returns'=>true},'linked'=>true}]}]}",
    );
  });
});

/** `compare` or `write`; unset in a test run that Erlang has no part in. */
const asked = process.env.AIEX_ORACLE;

if (asked !== undefined) {
  describe("Erlang", () => {
    test.each(Object.entries(groups))(
      "shows what the fixtures say of %s",
      async (group, scenarios) => {
        const logs = await playOnErlang(scenarios);
        if (asked === "write") await writeFile(fixtureOf(group), `${JSON.stringify(logs, undefined, 1)}\n`);
        const kept = JSON.parse(await readFile(fixtureOf(group), "utf8")) as ErlangLogs;
        expect(logs.scenarios).toEqual(kept.scenarios);
      },
      groupMsMax,
    );
  });
}
