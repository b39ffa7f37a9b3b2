// The model of the chaos room's pipelines: a server that answers in a provider's own format, keeps account of what it was asked, and
// stands still in the middle of an answer wherever a seed says.
import { createHash } from "node:crypto";
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

/** `improve` follows on `refactor`: it is asked about what that has made. */
export type QuestionKind = "explain" | "refactor" | "improve" | "review" | "tests";

/** One answer of so many stands still until whoever asked for it is gone, and the same one twice at most; none where that is 0. */
export interface AnswerDrawing {
  readonly seed: number;
  readonly oneIn: number;
}

export function textOf({ marker }: Source): string {
  return `def ${marker}(xs):\n    return sorted(xs)[0]\n`;
}

/** What a refactoring makes of it. */
export function betterOf(source: Source): string {
  return textOf(source).replace("sorted(xs)[0]", "min(xs)");
}

/** And what another one makes of that. */
export function bestOf(source: Source): string {
  return betterOf(source).replace("min(xs)", "min(xs, default=None)");
}

export function keyOf(node: string): string {
  return `sk-of-${node}`;
}

export class Models {
  readonly asked: Asked[] = [];
  /** Questions that make no sense, each with why. */
  readonly strange: string[] = [];
  /** How often an answer stood still, by the piece that it had come to. */
  readonly stops = new Map<string, number>();
  readonly #sources: readonly Source[];
  readonly #drawing: AnswerDrawing;
  readonly #waiting = new Set<Asked>();
  #server: ScriptedServer | undefined;

  private constructor(sources: readonly Source[], drawing: AnswerDrawing) {
    this.#sources = sources;
    this.#drawing = drawing;
  }

  static async start(sources: readonly Source[], drawing: AnswerDrawing): Promise<Models> {
    const models = new Models(sources, drawing);
    models.#server = await startScriptedServer({ replies: (request) => models.#reply(request) });
    return models;
  }

  get url(): string {
    return this.#server?.baseUrl("openai") ?? "";
  }

  /** What answers stand still of, as long as somebody waits for them. */
  get waiting(): readonly Asked[] {
    return [...this.#waiting];
  }

  get stopsCount(): number {
    return [...this.stops.values()].reduce((sum, times) => sum + times, 0);
  }

  async stop(): Promise<void> {
    await this.#server?.stop();
  }

  #reply({ headers, body, givenUp }: RecordedRequest): Reply {
    const messages = (body?.messages ?? []) as readonly Message[];
    const node = headers.authorization?.replace("Bearer sk-of-", "") ?? "";
    const { question, soFar, isWhole } = questionIn(messages);
    // What earlier steps found may stand before it and name other files: the code is what tells.
    const source = this.#sources.find(({ marker }) => question.includes(`def ${marker}(`));
    if (source === undefined) {
      this.strange.push(`${node} asks what nobody knows the meaning of: ${question.slice(0, 500)}`);
      return { status: 400, body: "" };
    }
    const system = JSON.stringify(messages.filter(({ role }) => role === "system"));
    const kind = kindOf(system, question);
    this.asked.push({ node, kind, marker: source.marker });
    const answer = answers[kind](source);
    if (!answer.startsWith(soFar))
      this.strange.push(`${node} goes on with ${JSON.stringify(soFar)}, which is no beginning of the answer`);
    const say = piecesOf(isWhole ? answer : answer.slice(soFar.length));
    const stallAfter = this.#stopOf(kind, source.marker, say.length);
    if (stallAfter === undefined) return { say, usage };
    const waiting = { node, kind, marker: source.marker };
    this.#waiting.add(waiting);
    void givenUp.then(() => this.#waiting.delete(waiting));
    return { say, usage, stallAfter };
  }

  /** Where this answer stands still; undefined for one that does not. */
  #stopOf(kind: QuestionKind, marker: string, pieces: number): "request" | number | undefined {
    const { seed, oneIn } = this.#drawing;
    const times = this.asked.filter((one) => one.kind === kind && one.marker === marker).length;
    const digest = createHash("sha256").update(`${seed} ${kind} ${marker} ${times}`).digest();
    if (times > stopsOfAnswerMax || oneIn === 0 || digest.readUInt32BE(0) % oneIn !== 0) return undefined;
    // From before its head to behind the last of its text, where its end alone is missing.
    const at = (digest.readUInt32BE(4) % (pieces + 3)) - 1;
    const stop = at < 0 ? "request" : at;
    const point = `answer ${stop}`;
    this.stops.set(point, (this.stops.get(point) ?? 0) + 1);
    return stop;
  }
}

interface Message {
  readonly role: string;
  readonly content: unknown;
}

/** It comes to its end some time. */
const stopsOfAnswerMax = 2;

const usage = { input: 100, output: 50 } as const;

const cutOff = "Your answer was cut off";

/** What is asked, and what of its answer is there already. `isWhole`: all of the answer is wanted all the same. */
function questionIn(messages: readonly Message[]): {
  readonly question: string;
  readonly soFar: string;
  readonly isWhole: boolean;
} {
  const [question, soFar, last] = messages.slice(-3).map(({ content }) => textIn(content));
  if (last?.startsWith(cutOff))
    return { question: question ?? "", soFar: soFar ?? "", isWhole: last.includes("whole answer") };
  return { question: textIn(messages.at(-1)?.content), soFar: "", isWhole: false };
}

function textIn(content: unknown): string {
  return typeof content === "string" ? content : JSON.stringify(content ?? "");
}

/** Several of them, so that there is a middle. */
function piecesOf(answer: string): readonly string[] {
  const length = Math.ceil(answer.length / piecesCount);
  return Array.from({ length: piecesCount }, (_, index) =>
    answer.slice(index * length, (index + 1) * length),
  ).filter((piece) => piece !== "");
}

const piecesCount = 5;

function kindOf(system: string, question: string): QuestionKind {
  if (system.includes("<<<<<<< SEARCH")) return question.includes("sorted(xs)[0]") ? "refactor" : "improve";
  if (system.includes("claims")) return "explain";
  return system.includes("findings") ? "review" : "tests";
}

const answers: Readonly<Record<QuestionKind, (source: Source) => string>> = {
  explain: ({ marker }) => {
    const claim = { title: `About ${marker}`, text: "It sorts to take one.", from_line: 1, to_line: 2 };
    return JSON.stringify({ summary: `Finds the lowest, by ${marker}.`, claims: [claim] });
  },
  refactor: ({ path }) => editOf(path, "It need not sort.", "sorted(xs)[0]", "min(xs)"),
  improve: ({ path }) => editOf(path, "It may be empty.", "min(xs)", "min(xs, default=None)"),
  review: ({ marker }) => JSON.stringify({ summary: `Sorts in ${marker}.`, score: 6, findings: [] }),
  tests: ({ marker }) =>
    `Here.\n\`\`\`python\ndef test_${marker}():\n    assert ${marker}([2, 1]) == 1\n\`\`\`\n`,
};

function editOf(path: string, why: string, before: string, after: string): string {
  return `${why}\n\n${path}\n<<<<<<< SEARCH\n    return ${before}\n=======\n    return ${after}\n>>>>>>> REPLACE\n`;
}
