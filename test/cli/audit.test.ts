// `aiex audit` as a person meets it.
import { describe, expect, it } from "vitest";
import { memoryFileSystem } from "../../runtime/file-systems/memory.ts";
import { auditOf, runOn, stage } from "./fixtures.ts";

const file = "/data/audit/audit-1970-01-01.jsonl";

async function scene() {
  const files = memoryFileSystem();
  const audit = auditOf(files);
  await audit.note("read_refused", { path: "a\u001b[31m.env", code: "file_denied" });
  await audit.note("sent_to_model", { run: "k3f7q2xa", provider: "openai", bytes: 12 });
  await audit.note("changes_applied", { run: "k3f7q2xa", files: [{ path: "src/app.ts" }] });
  const ran = async (line: string) => {
    const on = stage({ audit });
    const code = await on.world.until(runOn(on, line.split(" ")));
    return { code, out: on.stdout(), err: on.stderr() };
  };
  const text = new TextDecoder().decode(await files.readFile(file, { bytesMax: 1e6 }));
  return { files, audit, ran, text, records: await audit.records() };
}

describe("aiex audit", () => {
  it("lists what happened, with nothing in it that a terminal would obey", async () => {
    const { ran } = await scene();
    const { code, out } = await ran("audit list");
    expect(code).toBe(0);
    const words = out.split("\n").map((line) => line.split(/\s{2,}/)[1]);
    expect(words).toEqual(["WHAT", "read_refused", "sent_to_model", "changes_applied", undefined]);
    expect(out).not.toContain("\u001b");
    const json = await ran("audit list --last 1 --format json");
    expect(JSON.parse(json.out)).toMatchObject({
      schema: "aiex.audit/1",
      records: [{ what: "changes_applied" }],
    });
    expect(
      (await ran("audit list --what sent_to_model --format ndjson")).out.trim().split("\n"),
    ).toHaveLength(1);
    expect((await ran("audit list --since 1971-01-01")).out).toBe("There is no such record.\n");
  });

  it("finds records by all words that are given", async () => {
    const { ran } = await scene();
    const found = async (line: string) =>
      (await ran(`audit search ${line} --format ndjson`)).out.split("\n").length - 1;
    expect(await found("K3F7")).toBe(2);
    expect(await found("k3f7 app.ts")).toBe(1);
    expect(await found("nothing")).toBe(0);
  });

  it("says whether it is whole, and ends with 1 where it is not", async () => {
    const { files, ran, text } = await scene();
    expect(await ran("audit verify")).toMatchObject({
      code: 0,
      out: expect.stringContaining("is whole: 3 records"),
    });
    files.putFile(file, text.replace("openai", "ollama"));
    const broken = await ran("audit verify");
    expect(broken.code).toBe(1);
    expect(broken.out).toContain("audit-1970-01-01.jsonl:2: It is no record");
    const json = JSON.parse((await ran("audit verify --format json")).out);
    expect(json).toMatchObject({ schema: "aiex.audit-check/1", whole: false });
  });

  it("looks for what another node has noted", async () => {
    const { audit, records } = await scene();
    const verified = async (head: string) => {
      const noted = memoryFileSystem();
      await auditOf(noted).note("head_noted", { node: "aiex", head });
      const on = stage({ audit });
      const files = on.world.files as ReturnType<typeof memoryFileSystem>;
      files.putFile("/beta.jsonl", await noted.readFile(file, { bytesMax: 1e6 }));
      const code = await on.world.until(runOn(on, ["audit", "verify", "/beta.jsonl"]));
      return { code, out: on.stdout() };
    };
    expect(await verified(records[1]?.hash ?? "")).toMatchObject({ code: 0 });
    const gone = await verified("0".repeat(64));
    expect(gone).toMatchObject({
      code: 1,
      out: expect.stringContaining("beta.jsonl: A record that aiex had written"),
    });
  });

  it("says that nothing has been audited yet", async () => {
    const on = stage();
    expect(await on.world.until(runOn(on, ["audit", "verify"]))).toBe(0);
    expect(on.stdout()).toBe("Nothing has been audited yet.\n");
  });
});
