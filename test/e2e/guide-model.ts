// A model for the user's guide: it does what each operation asks of it, for modules of Elixir that find the lowest of a list.
import { afterEach, beforeEach } from "vitest";
import {
  type RecordedRequest,
  type Reply,
  type ScriptedServer,
  startScriptedServer,
} from "../actors/llm/scripted-server.ts";
import { User } from "./stage.ts";

export function moduleOf(name: string): string {
  return `defmodule ${name} do\n  def low(list) do\n    Enum.at(Enum.sort(list), 0)\n  end\nend\n`;
}

export type Asked = "review" | "refactor" | "explain" | "document" | "tests";

export interface GuideScene {
  readonly user: User;
  readonly model: GuideModel;
}

/** A user with these files who has set the model up, anew for each test of the file that calls this. */
export function guideScene(files: Readonly<Record<string, string>>): GuideScene {
  const scene = {} as { user: User; model: GuideModel };
  beforeEach(async () => {
    scene.user = new User(files);
    scene.model = await startGuideModel();
    scene.user.setUp(scene.model.server);
  });
  afterEach(async () => {
    await scene.model.server.stop();
    scene.user.end();
  });
  return scene;
}

interface GuideModel {
  readonly server: ScriptedServer;
  /** What it was asked so far, in order. */
  asked(): readonly Asked[];
}

async function startGuideModel(): Promise<GuideModel> {
  const asked: Asked[] = [];
  const server = await startScriptedServer({
    replies: (request) => {
      const { kind, say } = answerTo(request);
      asked.push(kind);
      return { say, usage: { input: 100, output: 50 } } satisfies Reply;
    },
  });
  return { server, asked: () => asked };
}

function answerTo({ body }: RecordedRequest): { readonly kind: Asked; readonly say: string } {
  const messages = (body?.messages ?? []) as readonly { readonly role: string; readonly content: string }[];
  const system = JSON.stringify(messages.filter(({ role }) => role === "system"));
  const question = JSON.stringify(messages.filter(({ role }) => role === "user").at(-1));
  const kind = kindOf(system);
  const path = /(?:lib|test\/fixtures)\/[a-z_]+\.ex/.exec(question)?.[0] ?? "lib/module.ex";
  return { kind, say: answers[kind](path) };
}

function kindOf(system: string): Asked {
  if (system.includes("<<<<<<< SEARCH")) return "refactor";
  if (system.includes("claims")) return "explain";
  if (system.includes("findings")) return "review";
  return system.includes("write tests") || system.includes("You write the tests") ? "tests" : "document";
}

const answers: Readonly<Record<Asked, (path: string) => string>> = {
  review: () => JSON.stringify({ summary: "It sorts to take one.", score: 8, findings: [] }),
  refactor: (path) =>
    `It need not sort.\n\n${path}\n<<<<<<< SEARCH\n    Enum.at(Enum.sort(list), 0)\n=======\n    Enum.min(list)\n>>>>>>> REPLACE\n`,
  explain: () => {
    const claim = { title: "The lowest", text: "It sorts to take one.", from_line: 2, to_line: 3 };
    return JSON.stringify({ summary: "Finds the lowest.", claims: [claim] });
  },
  document: () => "# Shop\n\nIt has the lowest one.\n\n## `low`\n\nThe lowest of a list.\n",
  tests: () =>
    'Here.\n```elixir\ndefmodule ShopTest do\n  use ExUnit.Case\n\n  test "low" do\n    assert Shop.low([2, 1]) == 1\n  end\nend\n```\n',
};
