// Patches: what is written is read again, and applies exactly or not at all.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { applyPatch } from "../../../../actors/workspace/patch/apply-patch.ts";
import { parseEditBlocks } from "../../../../actors/workspace/patch/edit-blocks.ts";
import { hunksOf, withHunks } from "../../../../actors/workspace/patch/hunks.ts";
import type { FilePatch, ParsedPatches } from "../../../../actors/workspace/patch/patch.ts";
import { parseUnifiedDiff, unifiedDiff } from "../../../../actors/workspace/patch/unified.ts";

function onlyOf(parsed: ParsedPatches): FilePatch {
  if (!parsed.ok) throw new Error(parsed.message);
  const [patch, ...others] = parsed.patches;
  if (patch === undefined || others.length > 0) throw new Error(`${parsed.patches.length} patches`);
  return patch;
}

function patched(before: string | null, diff: string): string | null {
  const result = applyPatch(before, onlyOf(parseUnifiedDiff(diff)));
  if (!result.ok) throw new Error(`${result.problem.code}: ${result.problem.message}`);
  return result.after;
}

function problem(before: string | null, patch: FilePatch) {
  const result = applyPatch(before, patch);
  return result.ok ? "applied" : result.problem;
}

function block(path: string, search: string, replace: string): string {
  return `${path}\n<<<<<<< SEARCH\n${search}=======\n${replace}>>>>>>> REPLACE\n`;
}

/** Few different lines, so that many repeat, with every kind of ending. */
const text = fc
  .array(
    fc.tuple(
      fc.constantFrom("", "a", "b", "c", "}", "-- x", "++ y", "@@ -1 +1 @@", "\\ z"),
      fc.constantFrom("\n", "\n", "\r\n"),
    ),
    {
      maxLength: 40,
    },
  )
  .chain((lines) =>
    fc.boolean().map((isEnded) => {
      const whole = lines.map(([line, ending]) => line + ending).join("");
      return isEnded ? whole : whole.replace(/\r?\n$/, "");
    }),
  );

describe("unifiedDiff()", () => {
  test("writes what parseUnifiedDiff() reads and applyPatch() turns into the same bytes", () => {
    fc.assert(
      fc.property(text, text, (one, other) => {
        fc.pre(one !== other);
        expect(patched(one, unifiedDiff("src/a.ts", one, other))).toBe(other);
      }),
      { numRuns: 3_000 },
    );
  });

  test("reads as that of Git", () => {
    expect(unifiedDiff("a.ts", "one\ntwo\n", "one\nthree")).toBe(
      "--- a/a.ts\n+++ b/a.ts\n@@ -1,2 +1,2 @@\n one\n-two\n+three\n\\ No newline at end of file\n",
    );
    expect(unifiedDiff("a.ts", null, "one\n")).toBe("--- /dev/null\n+++ b/a.ts\n@@ -0,0 +1,1 @@\n+one\n");
    expect(unifiedDiff("a.ts", "same\n", "same\n")).toBe("");
  });

  test.each(["a b.ts", 'quo"te.ts', "new\nline.ts", "tab\there", "ünïcode.ts", "back\\slash"])(
    "keeps the name %j",
    (path) => {
      expect(onlyOf(parseUnifiedDiff(unifiedDiff(path, "a\n", "b\n"))).path).toBe(path);
      expect(onlyOf(parseUnifiedDiff(unifiedDiff(path, null, "b\n")))).toMatchObject({
        path,
        kind: "create",
      });
      expect(onlyOf(parseUnifiedDiff(unifiedDiff(path, "b\n", null)))).toMatchObject({
        path,
        kind: "remove",
      });
    },
  );

  test("tells large texts without anything in common apart in no time to speak of", () => {
    const many = (word: string): string =>
      Array.from({ length: 30_000 }, (_, index) => `${word} ${index}\n`).join("");
    expect(hunksOf(many("one"), many("two"))).toHaveLength(1);
  });
});

describe("parseUnifiedDiff()", () => {
  test("passes over prose, fences and the lines of Git", () => {
    const diff = [
      "Here is what I would change:",
      "```diff",
      "diff --git a/a.ts b/a.ts",
      "index 83db48f..bf2a1c4 100644",
      "--- a/a.ts",
      "+++ b/a.ts",
      "@@ -1,2 +1,2 @@ function one()",
      " one",
      "-two",
      "+three",
      "```",
      "It is better so.",
    ].join("\n");
    expect(patched("one\ntwo\n", diff)).toBe("one\nthree\n");
  });

  test("believes the lines of a hunk where its counts are wrong, or has none", () => {
    const body = " one\n-two\n+three\n four\n\n";
    for (const head of ["@@ -1,9 +1,9 @@", "@@ -7,1 +7,1 @@", "@@"])
      expect(patched("one\ntwo\nfour\n", `--- a/a\n+++ b/a\n${head}\n${body}`)).toBe("one\nthree\nfour\n");
  });

  test("takes removed lines that look like the header of a file", () => {
    const before = "-- one\n++ two\nthree\n";
    expect(patched(before, unifiedDiff("q.sql", before, "three\n"))).toBe("three\n");
  });

  test("reads several files", () => {
    const parsed = parseUnifiedDiff(unifiedDiff("a", "1\n", "2\n") + unifiedDiff("b", null, "3\n"));
    expect(parsed).toMatchObject({ ok: true, patches: [{ path: "a" }, { path: "b", kind: "create" }] });
  });

  test.each([
    ["no diff at all", "Nothing to do.", "no unified diff"],
    ["a rename", "--- a/a\n+++ b/b\n@@ -1 +1 @@\n-1\n+2\n", "a rename is not taken"],
    ["Git's rename", "diff --git a/a b/b\nrename from a\nrename to b\n", "a rename or a copy"],
    ["a binary file", "diff --git a/a b/a\nBinary files a/a and b/a differ\n", "a binary file"],
    ["a file without a hunk", "--- a/a\n+++ b/a\n", "no hunk"],
    ["a hunk that is cut off", "--- a/a\n+++ b/a\n@@ -1,2 +1,2 @@\n", "no lines"],
    ["a hunk that changes nothing", "--- a/a\n+++ b/a\n@@ -1 +1 @@\n one\n", "neither adds nor removes"],
  ])("refuses %s", (_, diff, why) => {
    expect(parseUnifiedDiff(diff)).toMatchObject({ ok: false, message: expect.stringContaining(why) });
  });

  test("never throws, whatever it is given", () => {
    const piece = fc.constantFrom(
      "--- a/x\n",
      "+++ b/x\n",
      "@@ -1 +1 @@\n",
      "@@\n",
      "-a\n",
      "+b\n",
      " \n",
      "\\ No\n",
      "\n",
      "zz",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const parsed = parseUnifiedDiff(pieces.join(""));
        if (parsed.ok) for (const patch of parsed.patches) applyPatch("a\nb\n", patch);
        parseEditBlocks(pieces.join(""));
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("parseEditBlocks()", () => {
  test("reads blocks of several files, below paths that are set off as models do", () => {
    const answer = [
      "I change two files.\n\n",
      "**`src/a.ts`**\n```ts\n",
      "<<<<<<< SEARCH\none\n=======\ntwo\n>>>>>>> REPLACE\n```\n",
      "<<<<<<< SEARCH\nthree\n=======\n>>>>>>> REPLACE\n",
      block("### lib/b.ts:", "", "new\n"),
    ].join("");
    const parsed = parseEditBlocks(answer);
    expect(parsed).toMatchObject({
      ok: true,
      patches: [
        { path: "src/a.ts", kind: "change", hunks: [{}, {}] },
        { path: "lib/b.ts", kind: "create" },
      ],
    });
    if (!parsed.ok) return;
    const [a, b] = parsed.patches as [FilePatch, FilePatch];
    expect(applyPatch("three\none\nfour\n", a)).toEqual({ ok: true, after: "two\nfour\n" });
    expect(applyPatch(null, b)).toEqual({ ok: true, after: "new\n" });
  });

  test.each([
    ["a block without a path", "<<<<<<< SEARCH\na\n=======\nb\n>>>>>>> REPLACE\n", "has no path"],
    ["a block that is cut off", "a.ts\n<<<<<<< SEARCH\na\n=======\nb\n", "cut off"],
    ["a block without a divider", "a.ts\n<<<<<<< SEARCH\na\n>>>>>>> REPLACE\n", "no line of ======="],
    ["a block with two dividers", block("a.ts", "a\n=======\nb\n", "c\n"), "several lines of ======="],
    [
      "a block in a block",
      "a.ts\n<<<<<<< SEARCH\n<<<<<<< SEARCH\n=======\n>>>>>>> REPLACE\n",
      "within another",
    ],
    ["the same lines again", block("a.ts", "a\n", "a\n"), "by the same lines"],
    [
      "a file that is made and changed",
      block("a.ts", "", "a\n") + block("a.ts", "a\n", "b\n"),
      "make it and change it",
    ],
    ["no block", "Nothing.", "no search/replace block"],
  ])("refuses %s", (_, answer, why) => {
    expect(parseEditBlocks(answer)).toMatchObject({ ok: false, message: expect.stringContaining(why) });
  });
});

describe("applyPatch()", () => {
  const patchOf = (search: string, replace: string): FilePatch =>
    onlyOf(parseEditBlocks(block("a.ts", search, replace)));

  test("keeps line endings, a byte order mark and a missing last newline that the patch does not know of", () => {
    const apply = (before: string) => applyPatch(before, patchOf("two\n", "2\ntwo and a half\n"));
    expect(apply("one\r\ntwo\r\nthree\r\n")).toMatchObject({
      after: "one\r\n2\r\ntwo and a half\r\nthree\r\n",
    });
    expect(apply("\uFEFFtwo\nthree\n")).toMatchObject({ after: "\uFEFF2\ntwo and a half\nthree\n" });
    expect(apply("one\ntwo")).toMatchObject({ after: "one\n2\ntwo and a half" });
    expect(apply("\uFEFFone\r\ntwo")).toMatchObject({ after: "\uFEFFone\r\n2\r\ntwo and a half" });
  });

  test("row 46: fits nowhere where its lines are not there, or in several places", () => {
    expect(problem("one\n", patchOf("on\n", "x\n"))).toMatchObject({
      code: "not_found",
      hunk: 0,
      message: expect.stringContaining('this line for one: "on"'),
    });
    expect(problem("b\na\n", patchOf("a\nb\n", "x\n"))).toMatchObject({ code: "not_found" });
    expect(problem("a\nb\na\n", patchOf("a\n", "x\n"))).toMatchObject({
      code: "ambiguous",
      message: expect.stringContaining("from lines 1 and 3 on"),
    });
    // Indentation is part of a line.
    expect(problem("  one\n", patchOf("one\n", "x\n"))).toMatchObject({ code: "not_found" });
  });

  test("believes a line number where the lines stand there", () => {
    const diff = "--- a/a\n+++ b/a\n@@ -3,1 +3,1 @@\n-a\n+x\n";
    expect(patched("a\nb\na\n", diff)).toBe("a\nb\nx\n");
    expect(patched("b\na\n", diff)).toBe("b\nx\n");
    expect(problem("a\na\nb\n", onlyOf(parseUnifiedDiff(diff)))).toMatchObject({ code: "ambiguous" });
  });

  test("refuses hunks that overlap, that have no place, and that change nothing", () => {
    const twice = onlyOf(parseEditBlocks(block("a.ts", "a\nb\n", "x\n") + block("a.ts", "b\nc\n", "y\n")));
    expect(problem("a\nb\nc\n", twice)).toMatchObject({ code: "overlapping", hunk: 1 });
    const placeless = onlyOf(parseUnifiedDiff("--- a/a\n+++ b/a\n@@ -1,0 +2,1 @@\n+x\n"));
    expect(problem("a\n", placeless)).toMatchObject({ code: "ambiguous" });
    expect(applyPatch("", placeless)).toEqual({ ok: true, after: "x\n" });
    const same: FilePatch = {
      ...placeless,
      hunks: [
        {
          at: 1,
          lines: [
            { kind: "removed", text: "a\n" },
            { kind: "added", text: "a\n" },
          ],
        },
      ],
    };
    expect(problem("a\n", same)).toMatchObject({ code: "unchanged" });
  });

  test("makes no file that is there, changes none that is not, and removes none that has more lines", () => {
    const made = onlyOf(parseUnifiedDiff(unifiedDiff("a", null, "one\n")));
    expect(problem("two\n", made)).toMatchObject({ code: "exists" });
    expect(problem(null, patchOf("a\n", "b\n"))).toMatchObject({ code: "missing" });
    const removed = onlyOf(parseUnifiedDiff(unifiedDiff("a", "one\n", null)));
    expect(applyPatch("one\n", removed)).toEqual({ ok: true, after: null });
    expect(problem("one\ntwo\n", removed)).toMatchObject({ code: "not_found" });
  });

  test("gives up on a search that would take for ever", () => {
    const before = `${"a\n".repeat(40_000)}b\n`;
    const patch = patchOf(`${"a\n".repeat(20_000)}c\n`, "x\n");
    expect(problem(before, patch)).toMatchObject({ code: "not_found" });
  });
});

describe("withHunks()", () => {
  test("takes all hunks, or none, or any of them, and leaves the other lines alone", () => {
    fc.assert(
      fc.property(text, text, fc.array(fc.boolean(), { maxLength: 20 }), (one, other, choices) => {
        const hunks = hunksOf(one, other);
        expect(withHunks(one, hunks, new Set(hunks.keys()))).toBe(other);
        expect(withHunks(one, hunks, new Set())).toBe(one);
        const chosen = new Set([...hunks.keys()].filter((index) => choices[index] === true));
        const some = withHunks(one, hunks, chosen);
        const left = hunks.filter((_, index) => !chosen.has(index));
        for (const { lines } of left)
          expect(some).toContain(lines.find(({ kind }) => kind === "removed")?.text.trimEnd() ?? "");
      }),
      { numRuns: 1_000 },
    );
  });

  test("changes the chosen lines alone", () => {
    const before = Array.from({ length: 30 }, (_, index) => `line ${index}\n`).join("");
    const whole = before.replace("line 3\n", "three\n").replace("line 20\n", "");
    const hunks = hunksOf(before, whole);
    expect(hunks).toHaveLength(2);
    expect(withHunks(before, hunks, new Set([1]))).toBe(before.replace("line 20\n", ""));
    expect(withHunks(before, hunks, new Set([0]))).toBe(before.replace("line 3\n", "three\n"));
  });
});
