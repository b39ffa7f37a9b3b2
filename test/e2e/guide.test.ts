// The user's guide, line by line: each command of its chapters on AI commands works as it is written there.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type ScriptedServer, startScriptedServer } from "../actors/llm/scripted-server.ts";
import { User } from "./stage.ts";

const path = "lib/module.ex";
const code = "defmodule Shop do\n  def low(list) do\n    Enum.at(Enum.sort(list), 0)\n  end\nend\n";
const better = code.replace("Enum.at(Enum.sort(list), 0)", "Enum.min(list)");
const edit = `${path}\n<<<<<<< SEARCH\n    Enum.at(Enum.sort(list), 0)\n=======\n    Enum.min(list)\n>>>>>>> REPLACE\n`;
const explained = JSON.stringify({
  summary: "Finds the lowest.",
  claims: [{ title: "The lowest", text: "It sorts to take one.", from_line: 2, to_line: 3 }],
});
const made = `Here.\n\`\`\`elixir\n${code}\`\`\`\n`;

let user: User;
let server: ScriptedServer;

beforeEach(() => {
  user = new User({ [path]: code });
});

afterEach(async () => {
  await server.stop();
  user.end();
});

async function ran(answer: string, line: string) {
  server = await startScriptedServer({ replies: [{ say: answer, usage: { input: 100, output: 50 } }] });
  user.setUp(server, {});
  const words = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");
  return user.aiex(words, { env: { AIEX_OLLAMA_HOST: server.baseUrl("ollama") } });
}

const file = `--file ${path}`;

describe("The guide on AI commands", () => {
  it.each([
    [`ai analyze ${file}`, "", "module.ex"],
    [`ai analyze ${file} --type quality`, "", "module.ex"],
    [`ai analyze ${file} --type performance`, "", "module.ex"],
    [`ai analyze ${file} --type security`, "", "module.ex"],
    [`ai analyze ${file} --output json`, "", '"schema": "aiex.analysis/1"'],
    [`ai analyze ${file} --output markdown`, "", "# "],
    [`ai generate --type function --requirements "Compound interest" --context ${path}`, made, "def low"],
    [`ai generate --type test --requirements "Unit tests for Shop" --context ${path}`, made, "def low"],
    [`ai explain ${file}`, explained, "It sorts to take one."],
    [`ai explain ${file} --level basic`, explained, "Level: basic"],
    [`ai explain ${file} --level intermediate`, explained, "Level: intermediate"],
    [`ai explain ${file} --level advanced`, explained, "Level: advanced"],
    [`ai explain ${file} --focus patterns`, explained, "focus: patterns"],
    [`ai explain ${file} --focus architecture`, explained, "focus: architecture"],
    [`ai refactor ${file}`, edit, "+    Enum.min(list)"],
    [`ai refactor ${file} --type performance`, edit, "Type: performance"],
    [`ai refactor ${file} --type readability`, edit, "Type: readability"],
    [`ai refactor ${file} --preview`, edit, "Nothing was changed"],
    ["ai chat --conversation_type coding --message Hi", "Hello.", "Hello."],
    ["ai chat --conversation_type general --message Hi", "Hello.", "Hello."],
    [`ai chat --conversation_type debug --context ${path} --message Hi`, "Hello.", "Hello."],
  ])(
    "has %s",
    async (line, answer, shown) => {
      const { code: ended, out, err } = await ran(answer, line);
      expect([ended, err]).toEqual([0, expect.anything()]);
      expect(out).toContain(shown);
      expect(user.texts()).toEqual({ [path]: code });
    },
    60_000,
  );

  it("has files written and changed where it says so", async () => {
    const generated = await ran(
      made,
      'ai generate --type module --requirements "A GenServer that manages user sessions" --output lib/session_manager.ex',
    );
    expect([generated.code, user.text("lib/session_manager.ex")]).toEqual([0, code]);
    await server.stop();
    const changed = await ran(edit, `ai refactor ${file} --apply`);
    expect([changed.code, user.text(path)]).toEqual([0, better]);
  }, 60_000);
});
