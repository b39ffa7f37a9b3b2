import { describe, expect, test } from "vitest";
import type { FileHistory, History } from "../../../../actors/context/history/history.ts";
import { candidatesMax } from "../../../../actors/context/retrieval/limits.ts";
import type { ProjectIndex } from "../../../../actors/context/retrieval/project.ts";
import { type Candidate, type RankRequest, rank } from "../../../../actors/context/retrieval/rank.ts";
import { add, projectOf } from "./project-stage.ts";

const shop = {
  "src/cart.ts":
    'import { priceOf } from "./price.ts";\nimport type { Item } from "./index.ts";\nexport function total(items: Item[]) {\n  return items.reduce((sum, item) => sum + priceOf(item), 0);\n}\n',
  "src/price.ts":
    "/** What an item costs, with its discount. */\nexport function priceOf(item: Item) {\n  return item.price - item.discount;\n}\n",
  "src/index.ts": 'export * from "./item.ts";\n',
  "src/item.ts": "export interface Item { price: number; discount: number }\n",
  "src/mail.ts": "export function sendMail(address: string) {\n  return post(address);\n}\n",
  "test/cart.test.ts": 'import { total } from "../src/cart.ts";\ntest("adds up", () => total([]));\n',
  "README.md": "# Shop\n\nMails are sent when an order is paid.\n",
};

function ranked(index: ProjectIndex, request: Partial<RankRequest>): string[] {
  const found = rank(index, { paths: [], query: "", ...request });
  return [...new Set(found.map(({ file }) => file.path))];
}

function reasons(index: ProjectIndex, path: string, request: Partial<RankRequest>): readonly string[] {
  return (
    rank(index, { paths: [], query: "", ...request }).find(({ file }) => file.path === path)?.reasons ?? []
  );
}

function historyOf(
  commits: number,
  files: Readonly<Record<string, Omit<FileHistory, "lastChangedMs">>>,
): History {
  const lastChangedMs = Date.UTC(2026, 1, 3, 12);
  const known = Object.entries(files).map(([path, file]) => [path, { ...file, lastChangedMs }] as const);
  return { head: "", commits, files: new Map(known) };
}

describe("rank()", () => {
  test("puts what matches the words first", async () => {
    const index = await projectOf(shop);
    expect(ranked(index, { query: "send a mail" })[0]).toBe("src/mail.ts");
    expect(ranked(index, { query: "discount price" })[0]).toMatch(/src\/(price|item)\.ts/);
    expect(reasons(index, "src/mail.ts", { query: "send a mail" })).toContain('matches "send", "mail"');
  });

  test("puts what was named before everything, then what that uses, then who uses it", async () => {
    const index = await projectOf(shop);
    const found = ranked(index, { paths: ["src/cart.ts"] });
    expect(found[0]).toBe("src/cart.ts");
    expect(found.slice(1, 3).sort()).toEqual(["src/item.ts", "src/price.ts"]);
    expect(found).toContain("test/cart.test.ts");
    expect(found).not.toContain("src/mail.ts");
    expect(reasons(index, "src/price.ts", { paths: ["src/cart.ts"] })).toEqual([
      "defines priceOf, which src/cart.ts uses",
      "is imported by src/cart.ts",
    ]);
    expect(reasons(index, "test/cart.test.ts", { paths: ["src/cart.ts"] })).toEqual(["imports src/cart.ts"]);
  });

  test("follows a file that hands on what others define", async () => {
    const index = await projectOf(shop);
    expect(reasons(index, "src/item.ts", { paths: ["src/cart.ts"] })).toContain(
      "defines Item, which src/cart.ts uses",
    );
  });

  test("does not take the same name for the same thing where languages name their files", async () => {
    const index = await projectOf({ ...shop, "other/cart.ts": "export const x = priceOf(1);\n" });
    expect(ranked(index, { paths: ["other/cart.ts"] })).toEqual(["other/cart.ts"]);
  });

  test("takes a name for the thing itself where languages name no files", async () => {
    const index = await projectOf({
      "lib/box.ex": "defmodule Shop.Box do\n  def open_box(key), do: key\nend\n",
      "lib/user.ex": "defmodule Shop.User do\n  def go, do: Shop.Box.open_box(1)\nend\n",
    });
    expect(ranked(index, { paths: ["lib/user.ex"] })).toEqual(["lib/user.ex", "lib/box.ex"]);
  });

  test("takes a folder for all below it, and the whole project for nothing in particular", async () => {
    const index = await projectOf(shop);
    const named = (paths: string[]) => rank(index, { paths, query: "mail" }).filter(({ isNamed }) => isNamed);
    expect(named(["test"]).map(({ file }) => file.path)).toEqual(["test/cart.test.ts"]);
    expect(named([""])).toEqual([]);
    expect(named(["nowhere"])).toEqual([]);
    expect(named(["te"])).toEqual([]);
  });

  test("finds by path too", async () => {
    const index = await projectOf({
      "src/billing/a.ts": "export const x = 1;\n",
      "src/b.ts": "export const y = 1;\n",
    });
    expect(ranked(index, { query: "billing" })).toEqual(["src/billing/a.ts"]);
  });

  test("puts what was changed of late and often first among equals, and says so", async () => {
    const text = "export function equal() { return 1; }\n";
    const index = await projectOf({ "a.ts": text, "b.ts": text, "c.ts": text });
    expect(ranked(index, { query: "equal" })).toEqual(["a.ts", "b.ts", "c.ts"]);
    const history = historyOf(10, {
      "b.ts": { changes: 1, commitsSince: 4 },
      "c.ts": { changes: 9, commitsSince: 0 },
    });
    expect(ranked(index, { query: "equal", history })).toEqual(["c.ts", "b.ts", "a.ts"]);
    expect(reasons(index, "c.ts", { query: "equal", history })).toEqual([
      'matches "equal"',
      "changed 9 times in the last 10 commits, last on 2026-02-03",
    ]);
    expect(reasons(index, "b.ts", { paths: ["b.ts"], history })).toEqual([
      "you named it",
      "changed once in the last 10 commits, last on 2026-02-03",
    ]);
    expect(reasons(index, "a.ts", { query: "equal", history })).toEqual(['matches "equal"']);
  });

  test("lifts nothing above what has a word of the question because it was changed, and brings nothing in for it", async () => {
    // Longer files match less: some of them a little better than what has no word of the question.
    const mails = Array.from({ length: 40 }, (_, n) => [`mails/${n}.ts`, `mail(${"x, ".repeat(n * 3)}x);\n`]);
    const files: Readonly<Record<string, string>> = {
      ...shop,
      ...Object.fromEntries(mails),
      "far.ts": "far();\n",
    };
    const index = await projectOf(files);
    const request = { paths: ["src/cart.ts"], query: "mail" };
    const plain = rank(index, request);
    const isWorded = ({ reasons: why }: Candidate) => /matches|its path has/.test(why.join());
    const unworded = plain.filter((candidate) => !isWorded(candidate)).map(({ file }) => file.path);
    const always = { changes: 10, commitsSince: 0 };
    const lively = Object.fromEntries([...unworded, "far.ts"].map((path) => [path, always]));
    const changed = rank(index, { ...request, history: historyOf(10, lively) });
    const near = plain.some(
      (one, at) =>
        isWorded(one) && plain.slice(at + 1).some((next) => !isWorded(next) && one.score - next.score < 0.04),
    );
    expect(near).toBe(true);
    expect(changed.some(({ reasons: why }) => why.join().includes("changed 10 times"))).toBe(true);
    expect(changed.map(isWorded)).toEqual(plain.map(isWorded));
    expect(changed.filter(isWorded)).toEqual(plain.filter(isWorded));
    const places = (found: readonly Candidate[]) =>
      found.map(({ file, part }) => `${file.path} ${part}`).sort();
    expect(places(changed)).toEqual(places(plain));
  });

  test("gives the same order every time, whatever order the files came in", async () => {
    const forwards = await projectOf(shop);
    const backwards = await projectOf(Object.fromEntries(Object.entries(shop).toReversed()));
    for (const request of [{ query: "price of an item" }, { paths: ["src/cart.ts"], query: "mail" }])
      expect(ranked(backwards, request)).toEqual(ranked(forwards, request));
  });

  test("finds nothing for nothing", async () => {
    expect(ranked(await projectOf(shop), {})).toEqual([]);
    expect(ranked(await projectOf({}), { query: "price", paths: ["a"] })).toEqual([]);
    expect(ranked(await projectOf(shop), { query: "quetzalcoatl" })).toEqual([]);
  });

  test("gives no more than is packed, however much matches", async () => {
    const index = await projectOf(
      Object.fromEntries(
        Array.from({ length: candidatesMax + 50 }, (_, n) => [`f${n}.ts`, "const same = 1;\n"]),
      ),
    );
    expect(rank(index, { paths: [], query: "same" })).toHaveLength(candidatesMax);
  });
});

describe("ProjectIndex", () => {
  test("is after any changes as if it had been made from what is there", async () => {
    const changed = await projectOf({
      ...shop,
      "src/gone.ts": "export const priceOf = 1;\n",
      "src/mail.ts": "old\n",
    });
    changed.remove("src/gone.ts");
    changed.remove("never/there.ts");
    await add(changed, "src/mail.ts", shop["src/mail.ts"]);
    const fresh = await projectOf(shop);
    expect(changed.partCount).toBe(fresh.partCount);
    expect(changed.meanLength).toBe(fresh.meanLength);
    for (const query of ["mail", "price", "old"]) {
      const scores = (index: ProjectIndex) =>
        rank(index, { paths: [], query }).map(
          ({ file, part, score }) => `${file.path} ${part} ${score.toFixed(9)}`,
        );
      expect(scores(changed)).toEqual(scores(fresh));
    }
  });
});
