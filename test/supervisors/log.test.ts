import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import {
  child,
  type LogDestination,
  realWorld,
  simulatedWorld,
  startNode,
  supervisor,
} from "../../runtime/index.ts";
import { loadConfiguration, startAiex } from "../../supervisors/aiex.ts";
import { type ConfigurationValues, configurationSchema } from "../../supervisors/config/schema.ts";
import { startLog } from "../../supervisors/log.ts";

const canary = "zQ9-canary-51";
const directory = mkdtempSync(join(tmpdir(), "aiex-log-"));
afterAll(() => rmSync(directory, { recursive: true }));

function valuesWith(log: object): ConfigurationValues {
  return configurationSchema.parse({
    llm: { providers: { openai: { kind: "openai", api_key: canary } } },
    log,
  });
}

function screen() {
  const lines: string[] = [];
  return { lines, destination: { write: (line: string) => lines.push(line) } };
}

async function logging(log: object, destination?: LogDestination) {
  const world = simulatedWorld();
  const node = startNode({ world, name: "aiex" });
  const end = await startLog(node, valuesWith(log), destination);
  const tell = (): void => {
    node.emit("reply_dropped", { ref: 1 });
    node.emit("application_started", { application: "aiex" });
    node.emit("event_loop_lag", { lagMs: 200 });
  };
  const file = async (path: string): Promise<string> =>
    new TextDecoder().decode(await world.files.readFile(path, { bytesMax: 1_000_000 }));
  return { world, node, end, tell, file };
}

describe("startLog()", () => {
  test("logs nothing unless it is asked to", async () => {
    const { lines, destination } = screen();
    const { tell, end } = await logging({}, destination);
    tell();
    await end();
    expect(lines).toEqual([]);
  });

  test("logs nothing where there is no place for it", async () => {
    const { node, tell, end } = await logging({ level: "debug" });
    tell();
    await end();
    expect(node.processes()).toEqual([]);
  });

  test.each([
    ["debug", ["reply_dropped", "application_started", "event_loop_lag"]],
    ["warn", ["event_loop_lag"]],
    ["error", []],
  ])("logs at level %s what is at least that", async (level, events) => {
    const { lines, destination } = screen();
    const { tell, end } = await logging({ level }, destination);
    tell();
    await end();
    tell();
    expect(lines.map((line) => JSON.parse(line).event)).toEqual(events);
  });

  test("logs to the file alone where there is one, and has written everything when it ends", async () => {
    const { lines, destination } = screen();
    const { tell, end, file } = await logging({ level: "info", file: "/log" }, destination);
    tell();
    await end();
    expect(lines).toEqual([]);
    expect(
      (await file("/log"))
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line)),
    ).toMatchObject([
      { event: "application_started", node: "aiex" },
      { event: "event_loop_lag", lagMs: 200 },
    ]);
  });

  test("logs to the screen what the file does not take, and has written it when it ends", async () => {
    const lines: string[] = [];
    const slow: LogDestination = {
      write: async (line) => {
        await new Promise((resolve) => setImmediate(resolve));
        lines.push(line);
      },
    };
    const { tell, end } = await logging({ level: "warn", file: "/missing/log" }, slow);
    tell();
    await end();
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { event: "event_loop_lag" },
      { event: "log_refused", reason: expect.stringContaining('"/missing/log"') },
    ]);
  });

  test("shows no key of the configuration, and nothing that looks like one", async () => {
    const { lines, destination } = screen();
    const { world, node, end } = await logging({ level: "debug" }, destination);
    const looksLikeOne = `sk-proj-${"Ab3dEf6hIj9l".repeat(4)}`;
    const asking = async function asking(): Promise<void> {
      throw new Error(`401 for ${canary}: {"authorization":"Bearer ${looksLikeOne}"}`);
    };
    await world
      .until(node.spawn(supervisor("s", { strategy: "one_for_one", children: [child(asking)] })))
      .catch(() => {});
    await world.advance(100);
    await end();
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.join("")).not.toContain(canary);
    expect(lines.join("")).not.toContain(looksLikeOne);
    expect(lines.join("")).toContain("401 for [secret]");
  });
});

describe("The library", () => {
  test("logs from its start to its end, as the environment says", async () => {
    const world = realWorld();
    const path = join(directory, "aiex.log");
    const env = { AIEX_LOG_LEVEL: "info", AIEX_LOG_FILE: path };
    const configuration = await loadConfiguration({ world, env, home: directory });
    const aiex = await startAiex({ world, configuration });
    await aiex.stop();
    const events = readFileSync(path, "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line).event);
    expect(events[0]).toBe("application_started");
    expect(events.at(-1)).toBe("application_stopped");
  });

  test.each([
    ["AIEX_LOG_LEVEL", "loud"],
    ["AIEX_LOG_FILE", "a\0b"],
  ])("refuses %s=%j", async (variable, value) => {
    const loading = loadConfiguration({ world: realWorld(), env: { [variable]: value }, home: "/nowhere" });
    await expect(loading).rejects.toThrow(variable);
  });
});
