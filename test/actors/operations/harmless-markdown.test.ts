// Pages of models: what a viewer would fetch, run or follow is text, and what is code for sure stays as it is.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { harmlessMarkdown, withoutFence } from "../../../actors/operations/harmless-markdown.ts";

const evil = "[x](http://evil.example)";
const tamed = "[x\\](http\\://evil.example)";

describe("harmlessMarkdown()", () => {
  it.each([
    ["![x](https://evil.example/?q=1)", "\\!\\[x\\](https\\://evil.example/?q=1)"],
    ["[here](javascript:alert(1))", "[here\\](javascript:alert(1))"],
    ["[here]( //evil.example)", "[here\\]( //evil.example)"],
    ["[here](//evil.example)", "[here\\](//evil.example)"],
    ["[here](&#104;ttp&colon;//evil.example)", "[here\\](&#104;ttp&colon;//evil.example)"],
    ["[here](\nhttp://evil.example)", "[here\\](\nhttp\\://evil.example)"],
    ["[here](<http://evil.example>)", "[here\\](&lt;http\\://evil.example>)"],
    ["[a]: https://evil.example", "[a\\]: https\\://evil.example"],
    ["[a\\]]: //evil.example", "[a\\]\\]: //evil.example"],
    ["> [a]:\n> //evil.example", "> [a\\]:\n> //evil.example"],
    ["see https://evil.example and www.evil.example", "see https\\://evil.example and www\\.evil.example"],
    [
      "<img src=x onerror=y> <script> </b> <!-- <?",
      "&lt;img src=x onerror=y> &lt;script> &lt;/b> &lt;!-- &lt;?",
    ],
    ["a < b, see [there](#there) and `<b>![x](y)`", "a < b, see [there](#there) and `<b>![x](y)`"],
    ["[page](docs/a_b.md#top) [up](../README.md)", "[page](docs/a_b.md#top) [up](../README.md)"],
    ["a[0](1) and f(a[i])", "a[0](1) and f(a[i])"],
  ])("makes of %j what shows it", (markdown, shown) => {
    expect(harmlessMarkdown(markdown)).toBe(shown);
  });

  it.each([
    ["what is escaped already", "[x\\](http://evil.example)", "[x\\](http\\://evil.example)"],
    [
      "what is escaped an even number of times",
      "[x\\\\](http://evil.example)",
      "[x\\\\\\](http\\://evil.example)",
    ],
    ["an escaped tag", "\\<b>", "\\<b>"],
    ["an escaped image", "\\![x](a.png)", "\\![x](a.png)"],
  ])("reads backslashes as a viewer does: %s", (_, markdown, shown) => {
    expect(harmlessMarkdown(markdown)).toBe(shown);
  });

  it.each([
    ["```\n<b>\n```\n<b>", "```\n<b>\n```\n&lt;b>"],
    ["````\n```\n<b>\n````\n<b>", "````\n```\n<b>\n````\n&lt;b>"],
    ["~~~ts\n<b>\n```\n~~~\n<b>", "~~~ts\n<b>\n```\n~~~\n&lt;b>"],
    ["```\n<b>", "```\n<b>"],
    ["1. a\n   ```ts\n   Map<b>\n\n   x\n   ```\n<b>", "1. a\n   ```ts\n   Map<b>\n\n   x\n   ```\n&lt;b>"],
    ["``a ` <b>`` <b>", "``a ` <b>`` &lt;b>"],
    [`text\n\`${evil}\``, `text\n\`${evil}\``],
  ])("keeps code: %j", (markdown, shown) => {
    expect(harmlessMarkdown(markdown)).toBe(shown);
  });

  it.each([
    ["marks of other lengths", `\`\`${evil}\``, `\`\`${tamed}\``],
    ["a mark in an earlier line", `\` a\n\`${evil}\``, `\` a\n\`${tamed}\``],
    ["a mark in an earlier line of a list", `- \` a\n- \`${evil}\``, `- \` a\n- \`${tamed}\``],
    ["an escaped mark", `\\\`${evil}\``, `\\\`${tamed}\``],
    ["two cells of a table", `| \`a | ${evil} \` |`, `| \`a | ${tamed} \` |`],
    ["a fence with a mark behind it", `\`\`\` a\`b\n${evil}`, `\`\`\` a\`b\n${tamed}`],
    ["a fence in an item that has ended", `- a\n  \`\`\`\n${evil}`, `- a\n  \`\`\`\n${tamed}`],
    ["a fence that an item begins with", `- \`\`\`\n${evil}`, `- \`\`\`\n${tamed}`],
    [
      "a fence that closes one in an item",
      `- \`\`\`\n  a\n  \`\`\`\n  ${evil}\n  \`\`\`\n`,
      `- \`\`\`\n  a\n  \`\`\`\n  ${tamed}\n  \`\`\`\n`,
    ],
    [
      "a fence that may close one, or open one",
      `  \`\`\`\na\n\`\`\`\n${evil}\n\`\`\``,
      `  \`\`\`\na\n\`\`\`\n${tamed}\n\`\`\``,
    ],
    ["a quotation that has ended", `> \`\`\`\n${evil}`, `> \`\`\`\n${tamed}`],
    ["a fence behind a tab", `\t\`\`\`\n${evil}\n\t\`\`\``, `\t\`\`\`\n${tamed}\n\t\`\`\``],
  ])("takes nothing for code that may be none: %s", (_, markdown, shown) => {
    expect(harmlessMarkdown(markdown)).toBe(shown);
  });

  const pieces = [
    "`",
    "``",
    "```",
    "~~~",
    "\n",
    "\n\n",
    " ",
    "   ",
    "- ",
    "> ",
    "|",
    "\\",
    evil,
    "![",
    "<b>",
    "]:",
  ];

  it("changes nothing more when it is done again", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces, "a"), { maxLength: 24 }), (parts) => {
        const once = harmlessMarkdown(parts.join(""));
        expect(harmlessMarkdown(once)).toBe(once);
      }),
      { numRuns: 2_000 },
    );
  });

  it("leaves no link that works outside of marks of code", () => {
    const harmless = pieces.filter((piece) => !/[`~]/.test(piece));
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...harmless), { maxLength: 24 }), (parts) => {
        const shown = harmlessMarkdown(parts.join("")).replace(/\\[!-/:-@[-`{-~]/g, "");
        expect(shown).not.toMatch(/\]\(http|!\[|<b>|\]:/);
      }),
      { numRuns: 2_000 },
    );
  });

  it("takes time in the length of the page", () => {
    for (const piece of ["`", "`` ` ", "```\n", "  ```\n", "- ```\n", "[", "](", "\\", "![", "a`\n"]) {
      const page = piece.repeat(100_000);
      expect(harmlessMarkdown(page).length).toBeGreaterThanOrEqual(page.length);
    }
  });
});

describe("withoutFence()", () => {
  it("takes the fence off that is around all of a page", () => {
    expect(withoutFence("```markdown\n# A\n```\n")).toBe("# A");
    expect(withoutFence("# A\n")).toBe("# A");
  });
});
