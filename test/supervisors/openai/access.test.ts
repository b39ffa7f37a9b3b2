// Who may ask the endpoint, and for what.
import { describe, expect, it } from "vitest";
import { Secret } from "../../../runtime/secret.ts";
import { admit, type Head } from "../../../supervisors/openai/access.ts";

const access = { token: new Secret("aiex-the-right-token"), port: 9488 };
const good: Head = {
  method: "GET",
  path: "/v1/models",
  host: "localhost:9488",
  authorization: "Bearer aiex-the-right-token",
};

function outcome(head: Partial<Head>): unknown {
  const admitted = admit({ ...good, ...head }, access);
  return admitted.ok ? admitted.route : admitted.problem.status;
}

describe("The endpoint's door", () => {
  it.each([
    ["/v1/models", "GET", { to: "models" }],
    ["/v1/models/main%2Fgpt-5", "GET", { to: "model", id: "main/gpt-5" }],
    ["/v1/models/main/gpt-5", "GET", { to: "model", id: "main/gpt-5" }],
    ["/v1/chat/completions", "POST", { to: "chat" }],
    ["/health", "GET", { to: "health" }],
    ["/v1/models", "POST", 405],
    ["/v1/chat/completions", "GET", 405],
    ["/v1/models/", "GET", 404],
    ["/v1/models/%E0%A4%A", "GET", 404],
    ["/v1/embeddings", "POST", 404],
    ["/", "GET", 404],
    ["http://elsewhere/v1/models", "GET", 404],
    ["/v1/chat/completions/../../health", "GET", 404],
  ])("leads %s by %s to %o", (path, method, expected) => {
    expect(outcome({ path, method })).toEqual(expected);
  });

  it.each(["localhost", "localhost:9488", "127.0.0.1:9488", "[::1]:9488", "LocalHost:9488"])(
    "knows itself as %s",
    (host) => {
      expect(outcome({ host })).toEqual({ to: "models" });
    },
  );

  it.each([
    "evil.example",
    "evil.example:9488",
    "localhost.evil.example:9488",
    "127.0.0.1.evil.example",
    "localhost:1234",
    "localhost:9488@evil.example",
    "localhost:9488, evil.example",
    "0.0.0.0:9488",
    "",
    undefined,
  ])("does not answer under the name %s, whatever token comes with it", (host) => {
    expect(outcome({ host })).toBe(403);
    expect(outcome({ host, path: "/health" })).toBe(403);
  });

  it.each([
    undefined,
    "",
    "Bearer",
    "Bearer ",
    "Bearer aiex-the-right-toke",
    "Bearer aiex-the-right-token2",
    "Bearer AIEX-THE-RIGHT-TOKEN",
    "Basic aiex-the-right-token",
    "aiex-the-right-token",
  ])("takes %s for no token", (authorization) => {
    expect(outcome({ authorization })).toBe(401);
  });

  it("shows nothing of the token in what it says", () => {
    const admitted = admit({ ...good, authorization: "Bearer wrong" }, access);
    expect(JSON.stringify(admitted)).not.toContain("right-token");
  });

  it("says in a refusal no more of a path than its beginning", () => {
    const admitted = admit({ ...good, path: `/${"x".repeat(10_000)}` }, access);
    expect(JSON.stringify(admitted).length).toBeLessThan(1_000);
  });
});
