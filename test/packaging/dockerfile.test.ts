// The Dockerfile without an engine: its statements are read, and what it copies has to be there.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const repository = fileURLToPath(new URL("../..", import.meta.url));

interface Statement {
  readonly word: string;
  readonly rest: string;
}

const stages = stagesOf(readFileSync(join(repository, "Dockerfile"), "utf8"));
const last = stages.at(-1) ?? [];

describe("The Dockerfile", () => {
  it("builds in one stage and runs in another, from one image", () => {
    expect(stages).toHaveLength(2);
    const images = stages.map(([from]) => from?.rest.split(" ")[0]);
    expect(new Set(images).size).toBe(1);
    expect(images[0]).toMatch(/^node:\d+-\w+-slim$/);
  });

  it("copies only what exists, and what the builder is sent", () => {
    const sources = stages
      .flat()
      .filter(({ word, rest }) => word === "COPY" && !rest.startsWith("--from="))
      .flatMap(({ rest }) => rest.split(" ").slice(0, -1));
    expect(sources.filter((source) => !existsSync(join(repository, source)))).toEqual([]);
    const sent = readFileSync(join(repository, ".dockerignore"), "utf8")
      .split("\n")
      .filter((line) => line.startsWith("!"))
      .map((line) => line.slice(1));
    expect([...new Set(sources)].sort()).toEqual(sent.sort());
  });

  it("runs as nobody special, and never as root again", () => {
    const users = last.filter(({ word }) => word === "USER").map(({ rest }) => rest);
    expect(users).toEqual(["node"]);
    const order = last.map(({ word }) => word);
    expect(order.indexOf("USER")).toBeGreaterThan(order.lastIndexOf("COPY"));
    expect(last.filter(({ word }) => word === "RUN")).toEqual([]);
  });

  it("starts the command, and asks it for its health", () => {
    const of = (word: string): string => last.find((statement) => statement.word === word)?.rest ?? "";
    expect(JSON.parse(of("ENTRYPOINT"))).toEqual(["node", "/app/dist/command/cli/main.js"]);
    const [, check = "null"] = of("HEALTHCHECK").split("CMD ");
    expect(JSON.parse(check)).toEqual(["node", "/app/dist/command/cli/main.js", "version"]);
  });
});

/** The statements of each stage, continued lines joined. */
function stagesOf(text: string): Statement[][] {
  const found: Statement[][] = [];
  for (const line of text.replace(/\\\n\s*/g, "").split("\n")) {
    const [, word, rest] = /^([A-Z]+) +(.+)$/.exec(line) ?? [];
    if (word === undefined || rest === undefined) continue;
    if (word === "FROM") found.push([]);
    found.at(-1)?.push({ word, rest });
  }
  return found;
}
