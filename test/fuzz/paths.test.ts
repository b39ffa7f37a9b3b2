// Hostile paths through the guard of a workspace; `npm run fuzz` takes a million.
import { expect, test } from "vitest";
import { checkPaths } from "./paths.ts";

const paths = 20_000;

test(`none of ${paths} generated paths leads outside, to a secret for a model, or to what is denied (T2)`, {
  timeout: 300_000,
}, async () => {
  const { opened, listed, written } = await checkPaths(1, paths);
  // Where nothing passed, nothing would be shown.
  for (const passed of [opened, listed, written]) expect(passed).toBeGreaterThan(paths / 200);
});
