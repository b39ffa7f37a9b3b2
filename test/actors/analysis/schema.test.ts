import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { analysisJsonSchema } from "../../../actors/analysis/report.ts";

test("docs/schema/analysis.json is the schema of the report (`npx vitest run -u` writes it anew)", async () => {
  const published = fileURLToPath(new URL("../../../docs/schema/analysis.json", import.meta.url));
  await expect(`${JSON.stringify(analysisJsonSchema(), null, 2)}\n`).toMatchFileSnapshot(published);
});
