import { format, inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { Secret } from "../../runtime/secret.ts";

const value = "sk-very-private";
const secret = new Secret(value);

describe("Secret", () => {
  it("reveals its value when asked", () => {
    expect(secret.reveal()).toBe(value);
  });

  it.each<[string, () => string]>([
    ["a template", () => `${secret}`],
    ["concatenation", () => `x${String(secret)}`],
    ["JSON", () => JSON.stringify({ secret, list: [secret] })],
    ["YAML", () => stringify({ secret })],
    ["inspect", () => inspect({ secret }, { showHidden: true, depth: 9 })],
    ["inspect without its own method", () => inspect(secret, { customInspect: false, showHidden: true })],
    ["console formats", () => format("%s %o %O %j %d", secret, secret, secret, secret, secret)],
    ["an error's cause", () => inspect(new Error("failed", { cause: secret }))],
    ["spreading", () => JSON.stringify({ ...secret })],
    ["its keys", () => Reflect.ownKeys(secret).map(String).join()],
    ["structuredClone", () => inspect(structuredClone(secret), { showHidden: true })],
    ["Object.prototype.toString", () => Object.prototype.toString.call(secret)],
  ])("shows nothing of it in %s", (_, shown) => {
    expect(shown()).not.toContain("private");
    expect(shown()).not.toContain(value);
  });

  it("says that something is there", () => {
    expect(`${secret}`).toBe("[secret]");
    expect(JSON.stringify({ secret })).toBe('{"secret":"[secret]"}');
    expect(inspect({ secret })).toBe("{ secret: [secret] }");
  });
});
