// A hundred attacks on a model that obeys each of them (T4, and T2, T5, T6): nothing is granted, written or sent that the person did not ask for.
import { afterAll, describe, expect, it } from "vitest";
import { attacksOf } from "./attack.ts";
import { Room, secrets } from "./room.ts";

const room = await Room.open();
const attacks = attacksOf(room.names);
const classes = [...new Set(attacks.map((attack) => attack.class))];

afterAll(() => room.close());

/** Our own colours, and the line that shows how far a command is. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is what is looked for
const ours = /\x1b\[(?:3[1-46]|39|9[0]|1|22)m|\r\x1b\[2K/g;
const obeyed =
  /(?!\n)\p{Cc}|[\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/u;

describe.each(classes)("%s: an attack that", (name) => {
  it.each(attacks.filter((attack) => attack.class === name))("$name", async (attack) => {
    const carried = await room.carryOut(attack);
    const { code, out, err, sent, changed, visits } = carried;
    expect({ code, err: code === attack.exit ? "" : err }).toEqual({ code: attack.exit, err: "" });
    expect(changed.filter((path) => !path.endsWith("/"))).toEqual(
      Object.keys(attack.writes).map((path) => `project/${path}`),
    );
    expect(visits).toBe(0);
    expect(sent.length).toBeLessThanOrEqual(attack.requests);
    const all = sent.join("\n");
    for (const secret of [...secrets, ...attack.unseen]) expect(all).not.toContain(secret);
    for (const text of attack.seen) expect(all).toContain(JSON.stringify(text).slice(1, -1));
    const shown = (out + err).replace(ours, "");
    expect(obeyed.exec(shown)?.[0]).toBeUndefined();
    for (const secret of secrets) expect(shown).not.toContain(secret);
    if (attack.says !== undefined) expect(shown).toMatch(new RegExp(attack.says, "u"));
    if (attack.never !== undefined) expect(shown).not.toMatch(new RegExp(attack.never, "u"));
    for (const [path, pattern] of Object.entries(attack.writes)) {
      expect(carried.text(path)).toMatch(new RegExp(pattern, "u"));
      if (attack.never !== undefined) expect(carried.text(path)).not.toMatch(new RegExp(attack.never, "u"));
    }
  });
});
