// Whether what is sent stays on this machine: claimed only where it is certain.
import { expect, test } from "vitest";
import { placeOf } from "../../../actors/review/reviewer.ts";

test.each<[string, string, string | null, string]>([
  ["ollama", "localhost", "qwen3", "machine"],
  ["ollama", "127.0.0.1", null, "machine"],
  ["lm_studio", "[::1]", "m", "machine"],
  ["lm_studio", "models.localhost", "m", "machine"],
  ["scripted", "localhost", null, "machine"],
  ["openai_compatible", "localhost", "m", "gateway"],
  ["ollama", "localhost", "gpt-oss:120b-cloud", "gateway"],
  ["ollama", "localhost", "deepseek:cloud", "gateway"],
  ["openai", "127.0.0.1", "m", "gateway"],
  ["anthropic", "localhost", "m", "gateway"],
  ["ollama", "192.168.0.7", "m", "network"],
  ["ollama", "127.0.0.1.example.com", "m", "network"],
  ["ollama", "localhost.example.com", "m", "network"],
  ["ollama", "notlocalhost", "m", "network"],
  ["openai", "api.openai.com", "m", "network"],
])("placeOf() for %s at %s with %s is %s", (kind, host, model, place) => {
  expect(placeOf(kind, host, model)).toBe(place);
});
