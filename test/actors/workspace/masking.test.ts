// What is masked before a text leaves the machine, and what stays readable, in code and in other texts, however hostile.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { tokenFormats } from "../../../actors/analysis/text-rules.ts";
import { mask, maskSecrets } from "../../../actors/workspace/masking.ts";

const masked = (text: string, isCode = true): string => maskSecrets(text, { isCode }).text;
const hexadecimal = "9f86d081884c7d659a2feaa0c55ad015";
const base64 = "aB3dE5fG7hI9jK1lM3nO5pQ7rS9tU1vW";

describe("maskSecrets() in code", () => {
  test.each([
    // Values by their names.
    ['const password = "hunter2";', `const password = "${mask}";`],
    ["password='x'", `password='${mask}'`],
    ['  "password": "two words",', `  "password": "${mask}",`],
    ['let password: &str = "abc";', `let password: &str = "${mask}";`],
    ['password: Optional[str] = "abc"', `password: Optional[str] = "${mask}"`],
    ['const char password[] = "abc";', `const char password[] = "${mask}";`],
    ['#define DB_PASSWORD "abc"', `#define DB_PASSWORD "${mask}"`],
    ['@password "abc"', `@password "${mask}"`],
    ['x = {:password => "abc"}', `x = {:password => "${mask}"}`],
    ['config["api_key"] = "abc"', `config["api_key"] = "${mask}"`],
    ['let apiKey = String::from("abc");', `let apiKey = String::from("${mask}");`],
    ['clientSecret: b"abc"', `clientSecret: b"${mask}"`],
    ['user.setPassword("abc")', `user.setPassword("${mask}")`],
    ['define("DB_PASSWORD", "abc")', `define("DB_PASSWORD", "${mask}")`],
    ['os.environ.get("DB_PASSWORD", "abc")', `os.environ.get("DB_PASSWORD", "${mask}")`],
    ['if (password === "abc") {}', `if (password === "${mask}") {}`],
    ['const key = process.env.API_KEY ?? "abc"', `const key = process.env.API_KEY ?? "${mask}"`],
    ["const p = user.password || `abc`", `const p = user.password || \`${mask}\``],
    ['"{\\"password\\": \\"abc\\"}"', `"{\\"password\\": \\"${mask}\\"}"`],
    ['private_key = "a" + "b"', `private_key = "${mask}" + "${mask}"`],
    ['passwords = ["a", "b"]', `passwords = ["${mask}", "${mask}"]`],
    ['accessToken: "s3cr3t-token"', `accessToken: "${mask}"`],
    ['token = "abcdefgh"', `token = "${mask}"`],
    // Values without quotes.
    ["export DB_PASSWORD=changeme", `export DB_PASSWORD=${mask}`],
    ["API_KEY=abc def", `API_KEY=${mask}`],
    ['"Server=x;Password=abc;Db=y"', `"Server=x;Password=${mask};Db=y"`],
    ["https://x/?a=1&password=abc&b=2", `https://x/?a=1&password=${mask}&b=2`],
    ["curl --password=abc http://x", `curl --password=${mask} http://x`],
    ["    password: hunter2", `    password: ${mask}`],
    // Forms of their own.
    ["postgres://admin:p@ss@db/x", `postgres://admin:${mask}@db/x`],
    [`https://${base64}@host/x`, `https://${mask}@host/x`],
    ['"Authorization: Bearer abc123def456"', `"Authorization: Bearer ${mask}"`],
    [`jwt = "eyJhbGciOiJI.eyJzdWIiOiIx.abc-_"`, `jwt = "${mask}"`],
    [`x = "${hexadecimal}"`, `x = "${mask}"`],
    [`x = "${base64}"`, `x = "${mask}"`],
    [`f("${"sk-"}${"ab12".repeat(8)}")`, `f("${mask}")`],
    [`f("${"AKIA"}${"ABCD2345".repeat(2)}")`, `f("${mask}")`],
  ])("turns %s into %s", (text, expected) => {
    expect(masked(text)).toBe(expected);
  });

  const secret = "Tr0ub4dor&3";

  test.each([
    `var password string = "${secret}"`,
    `password: Some("${secret}".into()),`,
    `env::var("API_KEY").unwrap_or("${secret}".to_string())`,
    `props.put("mail.smtp.password", "${secret}");`,
    `parser.add_argument("--password", default="${secret}")`,
    `if (strcmp(password, "${secret}") == 0)`,
    `std::string password("${secret}");`,
    `std::string password{"${secret}"};`,
    `auto secret = R"x(\n${secret}\n)x";`,
    `password = env or "${secret}"`,
    `user, password = "admin", "${secret}"`,
    `password = /* of the tests */ "${secret}"`,
    `function getPassword() {\n  return "${secret}";\n}`,
    `PASSWORD = <<~EOS\n  ${secret}\nEOS`,
    `password = %q(${secret})`,
    `@password ~s(${secret})`,
    `Keyword.put(opts, :password, "${secret}")`,
    `req.SetBasicAuth("admin", "${secret}")`,
    `jwt.sign(payload, "${secret}")`,
    `const dbPass = "${secret}";`,
    `// password: ${secret}`,
    `# the admin password is ${secret}`,
    `/*\n * password = ${secret}\n */`,
    `const y = \`\ndb:\n  password: ${secret}\n\`;`,
    `const y = \`\npassword: >-\n  ${secret}\n\`;`,
    `x = "<password>${secret}</password>"`,
    `x = '<add key="Password" value="${secret}"/>'`,
    `db.exec("CREATE USER x IDENTIFIED BY '${secret}'")`,
    `exec("curl -u admin:${secret} http://x")`,
    `os.system("sshpass -p '${secret}' ssh x")`,
    `sql.Open("mysql", "root:${secret}@tcp(127.0.0.1:3306)/db")`,
    `@Value("$\{app.secret:${secret}}")`,
  ])("masks the secret in %j", (text) => {
    const result = masked(text);
    expect(result).not.toContain(secret);
    expect(result.split("\n")).toHaveLength(text.split("\n").length);
  });

  test.each([
    `const apiKey =\n  "one-1" +\n  // and\n  "two-2";`,
    "SECRET_KEY = bytes([12, 99, 231, 14])",
    "static const unsigned char secret_key[] = { 12, 99, 0x9a };",
  ])("masks all of the pieces in %j", (text) => {
    expect(masked(text)).not.toMatch(/one-1|two-2|99/);
  });

  test.each([
    `0x${hexadecimal}${hexadecimal}`,
    `SK${hexadecimal}`,
    `${hexadecimal}-us12`,
    "dckr_pat_abcdefghijklmnopqrstuvwxyz1",
    "hvs.CAESIJabcdEFGHijkl",
    "GOCSPX-abcdefghijklmnopqrstuvwxyzAB",
    `shpat_${hexadecimal}`,
    "MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs",
    `https://discord.com/api/v10/webhooks/1/${base64}`,
    "https://x/c?sv=2020&sig=abCD%2Fef12%3D",
    "sessionid=abcd1234",
  ])("masks %s, wherever it stands", (token) => {
    expect(masked(`f("${token}")`)).not.toContain(token);
  });

  test.each([
    'hashPassword(password, "sha256", "aes-128-ecb", "PBKDF2WithHmacSHA1")',
    'crypto.createHmac("sha256", secretOf(user))',
    "const shown = `providers.$" + "{name}.$" + "{apiKey}`;",
    'const compass = "north12";',
    "password = hash2 + salt1;",
    'secret.match(/^[a-z]+$/) || fail("no secret")',
  ])("leaves what a review needs of %s", (text) => {
    expect(masked(text)).toBe(text);
  });

  test.each([
    "const { password } = user; login(user, password);",
    "password: string;",
    "interface A { token: string | null; password?: string }",
    'throw new Error("The password is missing");',
    'if (token === "(") next();',
    'const secretNames = new Set(["password", "token", "api_key"]);',
    'const tokenizer = "identifier-of-it";',
    'os.environ["DB_PASSWORD"]',
    "login(password=password, token=self.token)",
    "`postgres://$" + "{user}:$" + "{password}@host`",
    'password = "$' + '{DB_PASSWORD}"',
    'password = ""',
    "const begin = '-----BEGIN PRIVATE KEY-----', end = '-----END PRIVATE KEY-----';",
    'if (typeof apiKey === "string") use(apiKey);',
    "headers = { authorization: `Bearer $" + "{key.reveal()}` };",
    'const tokenPath = "/var/run/secrets/token";',
    "// https://github.com/microsoft/TypeScript/pull/61092#issue-1234567890123",
    "/** Ends a link (OTP: `unlink/1`). */",
    `const begin = "-----BEGIN PRIVATE KEY-----";\nfunction theLongNameOfAFunctionThatReads() {}\nconst end = "-----END PRIVATE KEY-----";`,
    "// Basic authentication is what the server asks for",
    "computeCognitiveComplexityOfEveryFunctionInTheFile(1)",
    'import { a } from "../../actors/analysis/syntax/alternatives.ts";',
    "",
    "\n\n",
  ])("leaves %s as it is", (text) => {
    expect(maskSecrets(text, { isCode: true })).toEqual({ text, masked: 0 });
  });

  test("masks a private key whole, line by line", () => {
    const line = "MIIEpAIBAAKCAQEA04up8hoqzS1+APIB0RhjXyObwHQnOzhAk5Bd7mhkSbPkyhP1";
    const text = `key = """-----BEGIN RSA PRIVATE KEY-----\n${line}\nshort\n-----END RSA PRIVATE KEY-----"""\nrest()`;
    expect(masked(text)).toBe(`key = """${mask}\n${mask}\n${mask}\n${mask}"""\nrest()`);
    expect(masked(`"-----BEGIN PRIVATE KEY-----\\n${line}\\n-----END PRIVATE KEY-----"`)).toBe(`"${mask}"`);
    expect(masked(`-----BEGIN PRIVATE KEY-----\n${line}\nshort and cut off`)).toBe(
      `${mask}\n${mask}\n${mask}`,
    );
  });

  test("masks a value on the lines after its name, and one in pieces", () => {
    expect(masked('password =\n  "a" +\n  "b";')).toBe(`password =\n  "${mask}" +\n  "${mask}";`);
    expect(masked('password = """a\r\nb"""')).toBe(`password = """${mask}\r\n${mask}"""`);
  });

  test("masks a value wherever else it stands in the text", () => {
    const { text, masked: count } = maskSecrets('PASSWORD = "hunter2x9"\nlogin("root", "hunter2x9")', {
      isCode: true,
    });
    expect(text).toBe(`PASSWORD = "${mask}"\nlogin("root", "${mask}")`);
    expect(count).toBe(2);
  });

  test("masks every string on a line that is known to hold a secret", () => {
    const lines = new Set([2]);
    expect(maskSecrets('a("x")\nb("y", \'z\')\nc("w")', { isCode: true, lines }).text).toBe(
      `a("x")\nb("${mask}", '${mask}')\nc("w")`,
    );
  });

  test("masks every credential that the analysis knows by its format", () => {
    for (const { pattern } of tokenFormats) {
      const format = new RegExp(pattern.source.replaceAll("\\b", ""));
      fc.assert(
        fc.property(fc.stringMatching(format), (text) => {
          const [token = ""] = ` ${text} `.match(pattern) ?? [];
          fc.pre(token !== "");
          expect(masked(` ${text} `)).not.toContain(token);
        }),
        { numRuns: 20, seed: 1 },
      );
    }
  });
});

describe("maskSecrets() in other texts", () => {
  test.each([
    ["password: hunter2 and more", `password: ${mask}`],
    ["  - db.password = abc", `  - db.password = ${mask}`],
    ["<password>abc</password>", `<password>${mask}</password>`],
    ["ENV SECRET_KEY abc", `ENV SECRET_KEY ${mask}`],
    ["secret=abc", `secret=${mask}`],
    ["password: $" + "{PASSWORD}", "password: $" + "{PASSWORD}"],
    ["password: <your password>", "password: <your password>"],
    ["The password is asked for twice.", "The password is asked for twice."],
  ])("turns %s into %s", (text, expected) => {
    expect(masked(text, false)).toBe(expected);
  });
});

describe("maskSecrets() on any text", () => {
  const pieces = fc.constantFrom(
    ..."password token api_key = : == => , ( ) [ ] { } \" ' ` \\ \n \r\n :// @ abc hunter2 -----BEGIN é 😀 \u0000 \u2028".split(
      " ",
    ),
    "-----BEGIN PRIVATE KEY-----",
    "-----END PRIVATE KEY-----",
    base64,
    " ",
  );

  test("keeps the number of lines and never shows a masked value", () => {
    const texts = fc.array(pieces, { maxLength: 40 }).map((parts) => parts.join(""));
    fc.assert(
      fc.property(texts, fc.boolean(), (text, isCode) => {
        const result = maskSecrets(text, { isCode, lines: new Set([1, 3]) });
        expect(result.text.split("\n")).toHaveLength(text.split("\n").length);
        expect(result.text).not.toContain(base64);
        expect(result.masked > 0).toBe(result.text !== text);
      }),
      { numRuns: 500, seed: 7 },
    );
  });

  // A text of a quarter of a megabyte; where time grew with the square, each would take minutes.
  test.each([
    'password="',
    "password ",
    "password=`",
    "token=\n",
    "token: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "x.password=a1b2c3d4,",
    "bearer ",
    "://a:",
    "-----BEGIN PRIVATE KEY-----",
    "key-",
    "aA1+",
    '"',
    "\\",
    "(",
  ])("takes time that grows with the length of %j again and again", { timeout: 10_000 }, (piece) => {
    const text = piece.repeat(Math.ceil(262_144 / piece.length));
    expect(maskSecrets(text, { isCode: true }).text.length).toBeGreaterThan(0);
    expect(maskSecrets(text, { isCode: false }).text.length).toBeGreaterThan(0);
  });
});
