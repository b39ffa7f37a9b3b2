// The JSON Schemas of operations as they are published, for their input and for their result.
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { modelOperations, operationJsonSchemas } from "../../../actors/operations/model-operations.ts";

test.each(
  modelOperations.flatMap((operation) => {
    const schemas = operationJsonSchemas(operation);
    return (["input", "result"] as const).map((part) => [operation.name, part, schemas[part]] as const);
  }),
)(
  "docs/schema holds the schema of what %s has as its %s (`npx vitest run -u` writes it anew)",
  async (name, part, schema) => {
    const published = fileURLToPath(new URL(`../../../docs/schema/${name}.${part}.json`, import.meta.url));
    await expect(`${JSON.stringify(schema, null, 2)}\n`).toMatchFileSnapshot(published);
  },
);
