// A client of an endpoint with OpenAI's interface that costs as little as can be:
// `client.js <base URL> <headers as JSON> <origin of the models>`.
import { Agent, request } from "undici";
import { endlessQuestion, longQuestion, model, piece, question } from "./dialects.ts";
import { useModels } from "./works.ts";

const [url = "", headersJson = "{}", origin = ""] = process.argv.slice(2);
const headers = {
  ...(JSON.parse(headersJson) as Readonly<Record<string, string>>),
  "content-type": "application/json",
};
// However long a stream takes.
const dispatcher = new Agent({ bodyTimeout: 0, headersTimeout: 0 });

useModels(
  {
    answer: async () => spoken(await (await ask(question, false)).text()),
    stream: async (pieces) => spoken(await (await ask(longQuestion(pieces), true)).text()),
    cancel: async (givenUp) => {
      for await (const part of await ask(endlessQuestion, true)) {
        if (spoken(`${part}`) === 0) continue;
        givenUp();
        break;
      }
    },
  },
  origin,
);

async function ask(messages: readonly object[], stream: boolean) {
  const { statusCode, body } = await request(`${url}/chat/completions`, {
    ...{ method: "POST", headers, dispatcher },
    body: JSON.stringify({ model, messages, stream }),
  });
  if (statusCode !== 200) throw new Error(`${statusCode}: ${await body.text()}`);
  return body;
}

/** The characters of an answer that is made of pieces, however they are put together. */
function spoken(body: string): number {
  return (body.split(piece).length - 1) * piece.length;
}
