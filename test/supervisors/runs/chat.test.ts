// A conversation as it is ordered: what is refused before anything is written down, and whose naming of a file is consent.
import { beforeEach, describe, expect, test } from "vitest";
import type { ChatTerms } from "../../../actors/chat/conversation.ts";
import { chatLimits } from "../../../actors/chat/limits.ts";
import { memoryFileSystem } from "../../../runtime/file-systems/memory.ts";
import { loadConfiguration } from "../../../supervisors/config.ts";
import { UnknownProvider } from "../../../supervisors/reviewer.ts";
import { type ChatOrder, chatOrder } from "../../../supervisors/runs/chat.ts";

const home = "/home/ada";
const key = { OPENAI_API_KEY: "sk-x" };
let files = memoryFileSystem();

beforeEach(() => {
  files = memoryFileSystem();
  files.putFile("/project/src/a.ts", "export {};\n");
});

async function ordered(order: ChatOrder, env: Readonly<Record<string, string>> = key) {
  const configuration = await loadConfiguration({ world: { files }, env, home });
  return chatOrder({ files, configuration, directory: "/project" }, order);
}

/** What the first turn is begun with. */
function termsOf({ plan }: Awaited<ReturnType<typeof ordered>>): ChatTerms {
  const found = JSON.stringify(plan);
  const [step] = plan.steps;
  if (step === undefined) throw new Error(`It has no step: ${found}`);
  return (step.input as { readonly terms: ChatTerms }).terms;
}

describe("The order of a conversation", () => {
  test("is a run of its kind that asks, titled by who answers and what it is about", async () => {
    const order = await ordered({ paths: ["src", "src/a.ts"], costUsdMax: 2, deadlineMs: 1_234 });
    expect(order).toMatchObject({
      kind: "chat",
      title: "Chat with openai about src, src/a.ts",
      asks: true,
      costUsdMax: 2,
      request: { chat: { type: "coding", provider: "openai" } },
    });
    expect(termsOf(order)).toMatchObject({
      ...{ type: "coding", allowed: "ask", answerMs: 1_234, since: 1 },
      paths: ["src", "src/a.ts"],
    });
  });

  test.each<[string, ChatOrder, Readonly<Record<string, string>>, boolean]>([
    ["no consent where a key alone says who answers", {}, key, false],
    ["consent where the person names who answers", { provider: "openai" }, key, true],
    ["consent where their settings say who answers", {}, { ...key, AIEX_DEFAULT_PROVIDER: "openai" }, true],
  ])("takes it as %s that a file is named", async (_, order, env, maySendNamed) => {
    expect(termsOf(await ordered({ ...order, paths: ["src"] }, env)).maySendNamed).toBe(maySendNamed);
  });

  test("refuses a path that is not there, and says which", async () => {
    const refused = ordered({ paths: ["src/a.ts", "src/b\u001b.ts"] });
    await expect(refused).rejects.toMatchObject({ code: "path_refused" });
    await expect(refused).rejects.toThrow(/^"src\/b\\u001b\.ts" cannot belong to the conversation: /);
  });

  test("refuses more paths than one conversation has, and says what to do", async () => {
    const most = Array.from({ length: chatLimits.pathsMax }, () => "src");
    expect(termsOf(await ordered({ paths: most })).paths).toHaveLength(chatLimits.pathsMax);
    const refused = ordered({ paths: [...most, "src"] });
    await expect(refused).rejects.toMatchObject({ code: "path_refused" });
    await expect(refused).rejects.toThrow(`${chatLimits.pathsMax + 1} paths were named`);
    await expect(refused).rejects.toThrow("Name a folder.");
  });

  test("leaves paths of a node's own files to that node", async () => {
    const workspace = { id: "node:beta", label: "beta" };
    expect(termsOf(await ordered({ paths: ["elsewhere.ts"], workspace })).paths).toEqual(["elsewhere.ts"]);
  });

  test("passes on what the disk says for a reason of its own", async () => {
    const configuration = await loadConfiguration({ world: { files }, env: key, home });
    const status = async (): Promise<never> => {
      throw new TypeError("a fault of the program");
    };
    const place = { files: { ...files, status }, configuration, directory: "/project" };
    await expect(chatOrder(place, { paths: ["src"] })).rejects.toThrow(TypeError);
  });

  test("is refused where nobody could answer, with the entries that there are", async () => {
    const nobody = ordered({}, {});
    await expect(nobody).rejects.toBeInstanceOf(UnknownProvider);
    await expect(nobody).rejects.toMatchObject({ code: "no_provider" });
    files.putFile(
      `${home}/.config/aiex/config.yaml`,
      "llm: { providers: { work: { kind: ollama } } }\n",
      0o600,
    );
    const unchosen = ordered({}, {});
    await expect(unchosen).rejects.toMatchObject({ code: "unknown_provider" });
    await expect(unchosen).rejects.toThrow(
      /none is chosen: name one with --provider.* The entries are: work\./,
    );
  });
});
