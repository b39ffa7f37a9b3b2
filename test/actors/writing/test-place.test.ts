// Where the tests of a file belong, and what they are written with.
import { describe, expect, it } from "vitest";
import type { LanguageId } from "../../../actors/analysis/languages.ts";
import { testFrameworkOf, testPathOf } from "../../../actors/writing/test-place.ts";

function seen(...paths: string[]) {
  return { paths, texts: new Map<string, string>() };
}

describe("testPathOf()", () => {
  it.each<[string, LanguageId, string, string[]]>([
    ["src/a/b.ts", "typescript", "src/a/b.test.ts", []],
    ["src/a/b.ts", "typescript", "src/a/b.spec.ts", ["src/c.spec.ts"]],
    ["src/a/b.tsx", "tsx", "src/a/__tests__/b.test.tsx", ["src/__tests__/c.test.ts"]],
    ["src/a/b.ts", "typescript", "test/a/b.test.ts", ["test/c.test.ts"]],
    ["src/a/b.ts", "typescript", "tests/src/a/b.test.ts", ["tests/src/c.test.ts"]],
    ["./b.js", "javascript", "test/b.test.js", ["test/c.test.js"]],
    ["money/rate.py", "python", "money/test_rate.py", []],
    ["money/rate.py", "python", "tests/test_rate.py", ["tests/test_other.py"]],
    ["lib/shop/cart.ex", "elixir", "test/shop/cart_test.exs", []],
    ["src/cart.erl", "erlang", "test/cart_tests.erl", []],
    ["pkg/cart.go", "go", "pkg/cart_test.go", []],
    ["src/cart.rs", "rust", "tests/cart.rs", []],
    ["app/src/main/java/shop/Cart.java", "java", "app/src/test/java/shop/CartTest.java", []],
    ["lib/cart.rb", "ruby", "test/test_cart.rb", []],
    ["lib/shop/cart.rb", "ruby", "spec/shop/cart_spec.rb", ["spec/spec_helper.rb"]],
    ["src/cart.c", "c", "test/test_cart.c", []],
    ["src/cart.cc", "cpp", "tests/test_cart.cpp", ["tests/other.cpp"]],
  ])("puts the tests of %s (%s) into %s", (path, language, place, paths) => {
    expect(testPathOf(path, language, seen(...paths))).toBe(place);
  });
});

describe("testFrameworkOf()", () => {
  it("takes what the project uses", () => {
    const texts = new Map([["package.json", '{"devDependencies":{"vitest":"4.0.0"}}']]);
    expect(testFrameworkOf("typescript", { paths: [], texts })).toBe("vitest");
    expect(testFrameworkOf("javascript", seen())).toContain("node:test");
    expect(testFrameworkOf("python", seen("tests/conftest.py"))).toBe("pytest");
    expect(testFrameworkOf("python", seen())).toBe("unittest");
    expect(testFrameworkOf("ruby", seen("spec/a_spec.rb"))).toBe("RSpec");
    expect(testFrameworkOf("elixir", seen())).toBe("ExUnit");
    const cmake = new Map([["CMakeLists.txt", "find_package(GTest REQUIRED)"]]);
    expect(testFrameworkOf("cpp", { paths: [], texts: cmake })).toBe("GoogleTest");
  });
});
