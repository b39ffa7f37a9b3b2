// Files of tests are known by their path in each language.
import { describe, expect, it } from "vitest";
import { isTestPath } from "../../../actors/analysis/test-path.ts";

describe("isTestPath()", () => {
  it.each([
    "test/a.ts",
    "src\\__tests__\\a.ts",
    "src/a.spec.ts",
    "a_test.exs",
    "tests/test_a.py",
    "conftest.py",
    "src/test/java/a/b/Helper.java",
    "src/it/java/FooTest.java",
    "FooTests.java",
    "FooIT.java",
    "lib/a_spec.rb",
    "lib/a_test.rb",
    "spec/models/user_spec.rb",
    "lib/spec_helper.rb",
    "pkg/a_test.go",
    "crates/a/tests/all.rs",
    "src/tests.rs",
    "base/strings_test.cc",
    "base/strings_unittest.cc",
    "base/strings_test.c++",
  ])("knows %s", (path) => expect(isTestPath(path)).toBe(true));

  it.each([
    "src/latest.ts",
    "src/contest.py",
    "src/Latest.java",
    "src/Unit.java",
    "src/main/java/TestRunner.java",
    "lib/spec.rb",
    "lib/inspector.rb",
    "pkg/attest.go",
    "src/testing.rs",
    "src/fastest.cc",
  ])("leaves %s to the others", (path) => expect(isTestPath(path)).toBe(false));
});
