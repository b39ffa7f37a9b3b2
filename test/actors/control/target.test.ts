import { describe, expect, it } from "vitest";
import { addressOf, parsePid } from "../../../actors/control/target.ts";
import { formatPid, named } from "../../../runtime/index.ts";

describe("parsePid", () => {
  it.each(["<alpha.1.42>", "<aiex@host-1.example.org.1790000000000.7>"])("reads %s", (text) => {
    const pid = parsePid(text);
    expect(pid && formatPid(pid)).toBe(text);
  });

  it.each(["alpha", "<alpha>", "<alpha.1>", "<alpha.x.1>", "alpha.1.42", "<.1.2>", "<a\n.1.2>", ""])(
    "finds none in %j",
    (text) => {
      expect(parsePid(text)).toBeUndefined();
    },
  );
});

describe("addressOf", () => {
  it("is a name here, a name there, or a pid", () => {
    expect(addressOf("lamp", "alpha", "alpha")).toEqual(named("lamp"));
    expect(addressOf("lamp", "beta", "alpha")).toEqual(named("lamp").on("beta"));
    expect(addressOf("<beta.1.2>", "alpha", "alpha")).toEqual({ node: "beta", incarnation: 1, id: 2 });
  });
});
