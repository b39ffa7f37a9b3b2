import { describe, expect, it } from "vitest";
import { configurationVariables, schemaAt } from "../../../supervisors/config/schema.ts";

describe("configurationVariables", () => {
  it("all set a key of the configuration", () => {
    for (const key of Object.values(configurationVariables)) {
      expect([key, schemaAt(key.split("."))?.kind]).toEqual([key, "value"]);
    }
  });
});

describe("schemaAt", () => {
  it("finds sections, entries under any name, and values", () => {
    expect(schemaAt([])?.kind).toBe("section");
    expect(schemaAt(["llm", "circuit_breaker"])?.kind).toBe("section");
    expect(schemaAt(["llm", "providers"])?.kind).toBe("entries");
    expect(schemaAt(["llm", "providers", "mine", "model"])).toMatchObject({ kind: "value", type: "text" });
    expect(schemaAt(["llm", "timeout_ms"])).toMatchObject({ kind: "value", type: "number", secret: false });
    expect(schemaAt(["llm", "providers", "mine", "api_key"])).toMatchObject({ secret: true });
  });

  it("finds nothing below a value or beside the keys", () => {
    expect(schemaAt(["llm", "timeout_ms", "x"])).toBeUndefined();
    expect(schemaAt(["llm", "constructor"])).toBeUndefined();
  });
});
