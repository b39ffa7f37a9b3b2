// The model of the chaos room's pipelines: a server that answers in a provider's own format, and keeps account of what it was asked.
import {
  type RecordedRequest,
  type Reply,
  type ScriptedServer,
  startScriptedServer,
} from "../../actors/llm/scripted-server.ts";

/** A file that pipelines work on: a function of its own in each, so that the question tells which it is about. */
export interface Source {
  /** Below the project. */
  readonly path: string;
  readonly marker: string;
}

export interface Asked {
  /** The node that asked, by its key. */
  readonly node: string;
  readonly kind: QuestionKind;
  /** Of the file that it is about. */
  readonly marker: string;
}

export type QuestionKind = "explain" | "refactor" | "review" | "tests";

export function textOf({ marker }: Source): string {
  return `def ${marker}(xs):\n    return sorted(xs)[0]\n`;
}

/** What a refactoring makes of it. */
export function betterOf(source: Source): string {
  return textOf(source).replace("sorted(xs)[0]", "min(xs)");
}

export function keyOf(node: string): string {
  return `sk-of-${node}`;
}

export class Models {
  readonly asked: Asked[] = [];
  readonly #sources: readonly Source[];
  #server: ScriptedServer | undefined;

  private constructor(sources: readonly Source[]) {
    this.#sources = sources;
  }

  static async start(sources: readonly Source[]): Promise<Models> {
    const models = new Models(sources);
    models.#server = await startScriptedServer({ replies: (request) => models.#reply(request) });
    return models;
  }

  get url(): string {
    return this.#server?.baseUrl("openai") ?? "";
  }

  async stop(): Promise<void> {
    await this.#server?.stop();
  }

  #reply({ headers, body }: RecordedRequest): Reply {
    const messages = (body?.messages ?? []) as readonly {
      readonly role: string;
      readonly content: unknown;
    }[];
    const system = JSON.stringify(messages.filter(({ role }) => role === "system"));
    const question = JSON.stringify(messages.at(-1)?.content ?? "");
    // What earlier steps found may stand before it and name other files: the code is what tells.
    const source = this.#sources.find(({ marker }) => question.includes(`def ${marker}(`));
    if (source === undefined) throw new Error(`Nobody knows what this is about: ${question}`);
    const kind = kindOf(system);
    const node = headers.authorization?.replace("Bearer sk-of-", "") ?? "";
    this.asked.push({ node, kind, marker: source.marker });
    const say = answers[kind](source);
    return { say: [say.slice(0, 20), say.slice(20)], usage: { input: 100, output: 50 } };
  }
}

function kindOf(system: string): QuestionKind {
  if (system.includes("<<<<<<< SEARCH")) return "refactor";
  if (system.includes("claims")) return "explain";
  return system.includes("findings") ? "review" : "tests";
}

const answers: Readonly<Record<QuestionKind, (source: Source) => string>> = {
  explain: ({ marker }) => {
    const claim = { title: `About ${marker}`, text: "It sorts to take one.", from_line: 1, to_line: 2 };
    return JSON.stringify({ summary: `Finds the lowest, by ${marker}.`, claims: [claim] });
  },
  refactor: ({ path }) =>
    `It need not sort.\n\n${path}\n<<<<<<< SEARCH\n    return sorted(xs)[0]\n=======\n    return min(xs)\n>>>>>>> REPLACE\n`,
  review: ({ marker }) => JSON.stringify({ summary: `Sorts in ${marker}.`, score: 6, findings: [] }),
  tests: ({ marker }) =>
    `Here.\n\`\`\`python\ndef test_${marker}():\n    assert ${marker}([2, 1]) == 1\n\`\`\`\n`,
};
