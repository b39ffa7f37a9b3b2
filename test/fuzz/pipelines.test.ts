// Hostile texts as pipelines; `npm run fuzz` takes many more.
import { expect, test } from "vitest";
import { checkPipelines } from "./pipelines.ts";

const pipelines = 20_000;

test(`each of ${pipelines} generated texts is read or refused with where it is wrong, and none takes long`, {
  timeout: 300_000,
}, () => {
  // Where nothing was sound, nothing would have been printed.
  expect(checkPipelines(1, pipelines).sound).toBeGreaterThan(pipelines / 100);
});
