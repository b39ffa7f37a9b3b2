// The JSON Schemas of what pipelines come to, as they are published.
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { pipelineResultSchemas } from "../../../actors/pipeline/documents.ts";
import { pipelineJsonSchema } from "../../../actors/pipeline/outcome.ts";

test.each([["pipeline", pipelineJsonSchema()] as const, ...pipelineResultSchemas()])(
  "docs/schema/%s.json is the schema of such a result (`npx vitest run -u` writes it anew)",
  async (name, schema) => {
    const published = fileURLToPath(new URL(`../../../docs/schema/${name}.json`, import.meta.url));
    await expect(`${JSON.stringify(schema, null, 2)}\n`).toMatchFileSnapshot(published);
  },
);
