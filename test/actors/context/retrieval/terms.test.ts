import { describe, expect, test } from "vitest";
import { termsOf, termsOfQuery } from "../../../../actors/context/retrieval/terms.ts";

describe("termsOf()", () => {
  test.each([
    ["plain", ["plain"]],
    ["camelCase", ["camel", "case", "camelcase"]],
    ["HTTPServer", ["http", "server", "httpserver"]],
    ["parseHTTP2Request", ["parse", "http", "2", "request", "parsehttp2request"]],
    ["snake_case_name", ["snake", "case", "name", "snakecasename"]],
    ["SCREAMING_CASE", ["screaming", "case", "screamingcase"]],
    ["$private", ["private"]],
    ["users", ["user"]],
    ["classes", ["classe"]],
    ["class", ["class"]],
    ["entries", ["entry"]],
    ["status", ["status"]],
    ["404", ["404"]],
    ["größeÄndern", ["größe", "ändern", "größeändern"]],
    ["переменнаяИмя", ["переменная", "имя", "переменнаяимя"]],
    ["検索機能", ["検索", "索機", "機能"]],
    ["___", []],
    ["", []],
  ])("cuts %s", (word, terms) => {
    expect(termsOf(word)).toEqual(terms);
  });
});

describe("termsOfQuery()", () => {
  test("leaves out what says nothing, and says each term once", () => {
    expect(termsOfQuery("How is the retryDelay of a retry calculated?")).toEqual([
      "retry",
      "delay",
      "retrydelay",
      "calculated",
    ]);
  });

  test("keeps what says nothing where nothing else is there", () => {
    expect(termsOfQuery("to be")).toEqual(["to", "be"]);
  });

  test("takes a query without words", () => {
    expect(termsOfQuery("?! …")).toEqual([]);
  });
});
