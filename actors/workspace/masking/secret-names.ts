// Tells by its name whether a value is a secret.

/** `likely`: the name has other uses too (a token of a parser), so the value has to look like a secret as well. */
export type Secrecy = "certain" | "likely" | "none";

/** Words that make a name one of a secret, wherever they stand in it. */
const certainWord =
  /passw(?:or)?[dt]|passphrase|passcode|pwd|kennwort|senha|contrasena|secret(?!ar|ion|ed|es$)|credential|^authorization$/;
/** Words that end like a password and are none. */
const otherPass =
  /^(?:bypass|compass|encompass|trespass|surpass|underpass|overpass|by|multi|single)(?:pass)?$/;
const likelyWords: ReadonlySet<string> = new Set(["pass", "pw", "pin", "auth", "bearer", "cookie", "salt"]);

/** What makes a key or a token one that opens something. */
const openers: readonly string[] = [
  "api",
  "access",
  "account",
  "admin",
  "aes",
  "app",
  "auth",
  "bearer",
  "bot",
  "cipher",
  "client",
  "consumer",
  "crypto",
  "decryption",
  "deploy",
  "encryption",
  "github",
  "gitlab",
  "hmac",
  "id",
  "jwt",
  "license",
  "master",
  "npm",
  "oauth",
  "personal",
  "private",
  "refresh",
  "secret",
  "service",
  "session",
  "shared",
  "signing",
  "slack",
  "ssh",
  "storage",
  "subscription",
  "webhook",
];
const compound = new RegExp(`^(?:${openers.join("|")})(?:keys?|tokens?)$`);

/** What a name says last where its value is about a secret and is none: tokenPath, api_key_env, passwordLabel. */
const aboutSecrets: ReadonlySet<string> = new Set(
  "column count env error expiry field file filename format header hint label length limit name path pattern placeholder policy prompt regex title ttl type".split(
    " ",
  ),
);

/** `name` in any style: apiKey, API_KEY, api-key, apikey. */
export function secrecyOf(name: string): Secrecy {
  const words = wordsOf(name);
  if (aboutSecrets.has(words.at(-1) ?? "")) return "none";
  for (const [index, word] of words.entries()) {
    const pair = (words[index - 1] ?? "") + word;
    if (certainWord.test(word) || compound.test(word) || compound.test(pair)) return "certain";
    if (pair === "connectionstring" || pair === "connstr" || word === "connectionstring") return "certain";
  }
  return words.some((word) => likelyWords.has(word) || isLikely(word)) ? "likely" : "none";
}

function isLikely(word: string): boolean {
  return /tokens?$/.test(word) || (/(?:pass|pw)$/.test(word) && !otherPass.test(word));
}

function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replace(/([A-Z])([A-Z][a-z])/g, "$1_$2")
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter((word) => word !== "");
}
