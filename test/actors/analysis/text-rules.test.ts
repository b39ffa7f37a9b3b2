// Rules over plain text: formats of credentials, wherever they stand, and lines that nobody can read.
import { describe, expect, it } from "vitest";
import { examine } from "../../../actors/analysis/examine.ts";
import { plainText, textFindings } from "../../../actors/analysis/text-rules.ts";

// Put together here, so that no scanner takes this file for a leak.
const letters = "Kq7ZtR2mVx9LbN4cWp8JdY3sHf6Gu5Ae";
const credentials = [
  `AKIA${"QWERTYUIOPASDFGH"}`,
  `ghp_${letters}Xy1z`,
  `xoxb-${"40718293655"}-${letters.slice(0, 24)}`,
  `sk_live_${letters.slice(0, 24)}`,
  `npm_${letters}Xy1z`,
  `AIza${letters}xyz`,
  `-----BEGIN RSA PRIVATE KEY-----\n${letters}${letters}`,
  `-----BEGIN PRIVATE KEY-----\\n${letters}${letters}`,
];

describe("shared/credential", () => {
  it.each(credentials)("finds %s", (text) => {
    const [found] = textFindings(`first\n  key = "${text}"\n`);
    expect(found).toMatchObject({ rule: "shared/credential", severity: "error", line: 2, column: 10 });
    expect(found?.message).not.toContain(text.slice(-10));
  });

  it.each([
    "AKIAIOSFODNN7EXAMPLE",
    `ghp_${"x".repeat(36)}`,
    "ghp_short",
    "task-force",
    "-----BEGIN PRIVATE KEY-----",
    'if (text.startsWith("-----BEGIN RSA PRIVATE KEY-----\\n")) return;',
    "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA",
  ])("leaves %j alone", (text) => {
    expect(textFindings(text)).toEqual([]);
  });
});

describe("shared/long-line", () => {
  const words = "word ".repeat(40);

  it("names the first long line and counts the others", () => {
    expect(textFindings(`short\n${words}\n${words}\n`)).toMatchObject([
      {
        rule: "shared/long-line",
        severity: "hint",
        line: 2,
        column: 161,
        message: expect.stringMatching(/^2 lines are/),
      },
    ]);
  });

  it("leaves addresses, data and lines of just the limit alone", () => {
    expect(textFindings(`${"x".repeat(500)}\nsee https://example.org/${"a".repeat(200)} there\n`)).toEqual(
      [],
    );
    expect(textFindings(`${"ab ".repeat(53)}c`)).toEqual([]);
  });

  it("does not count the end of a CRLF line", () => {
    expect(textFindings(`${"ab ".repeat(53)}c\r\n`)).toEqual([]);
  });
});

describe("a secret that its format gives away", () => {
  it.each([
    ["javascript", `const apiKey = "sk_live_${letters.slice(0, 24)}";\n`],
    ["python", `api_key = "sk_live_${letters.slice(0, 24)}"\n`],
    ["ruby", `API_KEY = "sk_live_${letters.slice(0, 24)}"\n`],
  ])("is told once in %s, whatever it is assigned to", async (language, text) => {
    const answer = await examine({ id: 1, path: "a", language, text });
    expect(answer).toMatchObject({ findings: [{ rule: "shared/credential", line: 1 }] });
  });
});

describe("plainText()", () => {
  it.each([
    ["\uFEFFa\nb", "a\nb"],
    ["a\rb\r", "a\nb\n"],
    ["a\r\nb\r\n", "a\r\nb\r\n"],
    ["a\rb\n", "a\rb\n"],
    ["", ""],
  ])("makes %j %j", (text, plain) => {
    expect(plainText(text)).toBe(plain);
  });

  it("lets a grammar see lines that carriage returns alone end", async () => {
    const text = "import os\rdef run(name):\r    os.system('rm ' + name)\r";
    const answer = await examine({ id: 1, path: "a.py", language: "python", text });
    expect(answer).toMatchObject({
      metrics: { lines: 3 },
      findings: [{ rule: "python/shell-injection", line: 3 }],
    });
  });
});
