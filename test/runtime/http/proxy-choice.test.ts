// Which proxy a request goes through: by scheme, but never to this machine and to hosts that are excepted.
import { describe, expect, it } from "vitest";
import { proxyChoice } from "../../../runtime/http/proxy-choice.ts";
import { Secret } from "../../../runtime/secret.ts";

const https = "http://outside.example:3128";
const http = "http://inside.example:8080";

function choice(url: string, noProxy?: string): string | undefined {
  return proxyChoice({ https, http, noProxy })(new URL(url))?.origin;
}

describe("proxyChoice()", () => {
  it("goes by the scheme of the request", () => {
    expect(choice("https://api.example.com/v1")).toBe(https);
    expect(choice("http://models.lan:8000/v1")).toBe(http);
    expect(proxyChoice({ https })(new URL("http://models.lan/"))).toBeUndefined();
    expect(proxyChoice({})(new URL("https://api.example.com/"))).toBeUndefined();
  });

  it.each([
    "http://localhost:11434/",
    "http://LOCALHOST/",
    "http://my.localhost/",
    "http://localhost./",
    "http://127.0.0.1:1234/v1",
    "http://127.8.9.10/",
    "https://[::1]:8443/",
    "http://0x7f.1/",
  ])("reaches this machine without: %s", (url) => {
    expect(choice(url)).toBeUndefined();
  });

  it.each([
    ["*", "https://api.example.com/"],
    ["example.com", "https://example.com/"],
    ["example.com", "https://api.example.com/"],
    ["EXAMPLE.com", "https://api.example.com/"],
    [".example.com", "https://api.example.com/"],
    ["*.example.com", "https://api.example.com/"],
    ["nowhere.test, example.com", "https://example.com/"],
    ["nowhere.test example.com", "https://example.com/"],
    [",,example.com,", "https://example.com/"],
    ["example.com:8443", "https://example.com:8443/"],
    ["example.com:443", "https://example.com/"],
    ["example.com:80", "http://example.com/"],
    ["example.com", "https://example.com./"],
    ["10.1.2.3", "http://10.1.2.3/"],
    ["10.0.0.0/8", "http://10.1.2.3:8000/"],
    ["fd00::/8", "http://[fd12::1]/"],
    ["fd12::1", "http://[fd12::1]/"],
    ["[fd12::1]", "http://[fd12::1]/"],
    ["[fd12::1]:8000", "http://[fd12::1]:8000/"],
  ])("takes %j as an exception for %s", (noProxy, url) => {
    expect(choice(url, noProxy)).toBeUndefined();
  });

  it.each([
    ["", "https://example.com/"],
    ["example.com", "https://anexample.com/"],
    ["example.com", "https://example.com.evil.test/"],
    ["api.example.com", "https://example.com/"],
    ["example.com:8443", "https://example.com/"],
    ["10.0.0.0/8", "https://11.1.2.3/"],
    ["10.0.0.0/8", "https://10.example.com/"],
    ["10.0.0.0/99", "https://10.1.2.3/"],
    ["fd00::/8", "https://[fe12::1]/"],
    ["fd12::1", "https://[fd12::2]/"],
    [".", "https://example.com/"],
  ])("does not take %j as an exception for %s", (noProxy, url) => {
    expect(choice(url, noProxy)).toBe(url.startsWith("https") ? https : http);
  });

  it("keeps name and password out of the address, and out of sight", () => {
    const choose = proxyChoice({ https: new Secret("http://ann:p%40ss%3Aword@proxy.example:3128") });
    const proxy = choose(new URL("https://api.example.com/"));
    expect(proxy?.origin).toBe("http://proxy.example:3128");
    expect(`${proxy?.url}`).toBe("http://proxy.example:3128/");
    expect(proxy?.authorization?.reveal()).toBe(`Basic ${Buffer.from("ann:p@ss:word").toString("base64")}`);
    expect(JSON.stringify(proxy)).not.toContain("word");
  });
});
