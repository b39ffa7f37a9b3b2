// What keeps logs and traces is loaded by those only who ask for it: starting a node is to stay quick.
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { importsOf } from "../../module-text.ts";

const folder = new URL("../../../runtime/observe/", import.meta.url);

describe("The files that observe a node", () => {
  test.each(["pino", "@opentelemetry/api"])("load %s only when they are asked to", (name) => {
    const uses = readdirSync(folder).flatMap((file) =>
      importsOf(readFileSync(new URL(file, folder), "utf8"))
        .filter(({ from }) => from === name)
        .map(({ kind }) => ({ file, kind })),
    );
    expect(uses.filter(({ kind }) => kind === "value")).toEqual([]);
    expect(uses.map(({ kind }) => kind)).toContain("dynamic");
  });
});
