// The strategies as tables: who failed, who is stopped, who is started.
import { describe, expect, test } from "vitest";
import { oneForAll } from "../../../../runtime/supervision/strategies/one-for-all.ts";
import { oneForOne } from "../../../../runtime/supervision/strategies/one-for-one.ts";
import { restForOne } from "../../../../runtime/supervision/strategies/rest-for-one.ts";

/** In start order; capitals are temporary. */
function children(ids: string) {
  return [...ids].map((id) => ({ id, isTemporary: id === id.toUpperCase() }));
}

const table = [
  // strategy, children, failed, stopped in this order, started in this order
  ["one_for_one", oneForOne, "abc", "b", "", "b"],
  ["one_for_one", oneForOne, "aBc", "a", "", "a"],
  ["one_for_one", oneForOne, "a", "a", "", "a"],
  ["one_for_all", oneForAll, "abc", "a", "cb", "abc"],
  ["one_for_all", oneForAll, "abc", "b", "ca", "abc"],
  ["one_for_all", oneForAll, "abc", "c", "ba", "abc"],
  ["one_for_all", oneForAll, "aBc", "a", "cB", "ac"],
  ["one_for_all", oneForAll, "ABc", "c", "BA", "c"],
  ["one_for_all", oneForAll, "a", "a", "", "a"],
  ["rest_for_one", restForOne, "abcd", "a", "dcb", "abcd"],
  ["rest_for_one", restForOne, "abcd", "b", "dc", "bcd"],
  ["rest_for_one", restForOne, "abcd", "d", "", "d"],
  ["rest_for_one", restForOne, "AbCd", "b", "dC", "bd"],
  ["rest_for_one", restForOne, "a", "a", "", "a"],
] as const;

describe("a strategy", () => {
  test.each(table)("%s", (_name, strategy, all, failed, stop, start) => {
    const sweep = strategy(children(all), failed);
    expect([sweep.stop.join(""), sweep.start.join("")]).toEqual([stop, start]);
  });
});
