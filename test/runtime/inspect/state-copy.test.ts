// The copy of a state that leaves its process: its own value, whatever is in it.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { copyOfState } from "../../../runtime/inspect/state-copy.ts";
import { Secret } from "../../../runtime/secret.ts";

describe("copyOfState()", () => {
  it("is equal to any data, and shares no object with it", () => {
    const data = fc.anything({
      withMap: true,
      withSet: true,
      withTypedArray: true,
      withSparseArray: true,
      withDate: true,
    });
    fc.assert(
      fc.property(data, (state) => {
        const copy = copyOfState(state);
        expect(copy).toEqual(state);
        if (typeof state === "object" && state !== null) expect(copy).not.toBe(state);
      }),
      { numRuns: 300 },
    );
  });

  it("keeps a cycle a cycle, and what is shared shared", () => {
    const state: { self?: unknown; a: object; b: object; map: Map<string, unknown> } = {
      a: {},
      b: {},
      map: new Map(),
    };
    state.self = state;
    state.b = state.a;
    state.map.set("up", state);
    const copy = copyOfState(state) as typeof state;
    expect(copy.self).toBe(copy);
    expect(copy.b).toBe(copy.a);
    expect(copy.map.get("up")).toBe(copy);
  });

  it("runs no getter, and survives what cannot be looked at", () => {
    const state = {
      get trap(): never {
        throw new Error("a getter was run");
      },
      proxy: new Proxy(
        {},
        {
          getPrototypeOf: () => {
            throw new Error("trapped");
          },
        },
      ),
      run: () => 1,
      secret: new Secret("hunter2"),
      weak: new WeakMap(),
    };
    expect(copyOfState(state)).toEqual({
      trap: "[getter]",
      proxy: "[cannot be shown]",
      run: "[function run]",
      secret: "[secret]",
      weak: {},
    });
  });

  it("cuts what is nested without an end", () => {
    let state: unknown = "bottom";
    for (let depth = 0; depth < 100_000; depth += 1) state = [state];
    expect(JSON.stringify(copyOfState(state))).toContain('"[array]"');
  });

  it("is no way to another prototype", () => {
    const copy = copyOfState(JSON.parse('{"__proto__": {"polluted": true}}')) as { polluted?: boolean };
    expect(copy.polluted).toBeUndefined();
    expect(Object.keys(copy)).toEqual(["__proto__"]);
  });
});
