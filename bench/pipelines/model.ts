// A model that explains whatever it is asked about, over HTTP in the format of OpenAI, after as long as it is told to take.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface Model {
  readonly url: string;
  /** Milliseconds before each answer. */
  takesMs: number;
  /** Hears of each question with the key of the node that asked. */
  onAsked: (key: string) => void;
  stop(): void;
}

const answer = JSON.stringify({
  summary: "Finds the lowest.",
  claims: [{ title: "The lowest", text: "It sorts to take one.", from_line: 1, to_line: 2 }],
});

export async function startModel(): Promise<Model> {
  const server = createServer((request, response) => {
    request.resume();
    request.on("end", () => {
      model.onAsked(request.headers.authorization?.replace("Bearer ", "") ?? "");
      setTimeout(() => response.end(streamed()), model.takesMs);
      response.writeHead(200, { "content-type": "text/event-stream" });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const model: Model = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    takesMs: 0,
    onAsked: () => {},
    stop: () => {
      server.close();
      server.closeAllConnections();
    },
  };
  return model;
}

function streamed(): string {
  const chunk = (more: object): string =>
    `data: ${JSON.stringify({ id: "c", object: "chat.completion.chunk", created: 1, model: "m", ...more })}\n\n`;
  return [
    chunk({ choices: [{ index: 0, delta: { role: "assistant", content: answer }, finish_reason: null }] }),
    chunk({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] }),
    chunk({ choices: [], usage: { prompt_tokens: 100, completion_tokens: 50, total_tokens: 150 } }),
    "data: [DONE]\n\n",
  ].join("");
}
