// A program that asks models by an SDK and nothing else, on its default fetch: `bare.js openai|anthropic|ollama|undici <origin>`.
import Anthropic from "@anthropic-ai/sdk";
import { Ollama } from "ollama";
import OpenAI from "openai";
import { request } from "undici";
import { endlessQuestion, longQuestion, model, question, system } from "./dialects.ts";
import { type ModelUser, useModels } from "./works.ts";

const [name = "", origin = ""] = process.argv.slice(2);
useModels(userOf(name), origin);

function userOf(given: string): ModelUser {
  switch (given) {
    case "openai":
      return openaiUser();
    case "anthropic":
      return anthropicUser();
    case "ollama":
      return ollamaUser();
    case "undici":
      return undiciUser();
    default:
      throw new Error(`Nobody is called "${given}".`);
  }
}

function openaiUser(): ModelUser {
  const client = new OpenAI({ apiKey: "none", baseURL: `${origin}/v1`, maxRetries: 0 });
  const open = (messages: OpenAI.ChatCompletionMessageParam[]) =>
    client.chat.completions.create({ model, messages, stream: true });
  return {
    answer: async () => {
      const { choices } = await client.chat.completions.create({ model, messages: question });
      return choices[0]?.message.content?.length ?? 0;
    },
    stream: async (pieces) => {
      let characters = 0;
      for await (const { choices } of await open(longQuestion(pieces)))
        characters += choices[0]?.delta.content?.length ?? 0;
      return characters;
    },
    cancel: async (givenUp) => {
      const stream = await open(endlessQuestion);
      for await (const { choices } of stream) {
        if (!choices[0]?.delta.content) continue;
        givenUp();
        stream.controller.abort();
      }
    },
  };
}

function anthropicUser(): ModelUser {
  const client = new Anthropic({ apiKey: "none", baseURL: origin, maxRetries: 0 });
  const own = question.flatMap(({ role, content }) => (role === "user" ? [{ role, content }] : []));
  const open = (messages: Anthropic.MessageParam[]) =>
    client.messages.create({ model, max_tokens: 32_000, messages, stream: true });
  return {
    answer: async () => {
      const { content } = await client.messages.create({
        ...{ model, max_tokens: 1_000, system, messages: own },
      });
      return content[0]?.type === "text" ? content[0].text.length : 0;
    },
    stream: async (pieces) => {
      let characters = 0;
      for await (const event of await open(longQuestion(pieces)))
        if (event.type === "content_block_delta" && event.delta.type === "text_delta")
          characters += event.delta.text.length;
      return characters;
    },
    cancel: async (givenUp) => {
      const stream = await open(endlessQuestion);
      for await (const { type } of stream) {
        if (type !== "content_block_delta") continue;
        givenUp();
        stream.controller.abort();
      }
    },
  };
}

function ollamaUser(): ModelUser {
  const client = new Ollama({ host: origin });
  return {
    answer: async () => (await client.chat({ model, messages: question })).message.content.length,
    stream: async (pieces) => {
      let characters = 0;
      for await (const { message } of await client.chat({
        ...{ model, messages: longQuestion(pieces), stream: true },
      }))
        characters += message.content.length;
      return characters;
    },
    cancel: async (givenUp) => {
      const stream = await client.chat({ model, messages: endlessQuestion, stream: true });
      try {
        for await (const { message } of stream) {
          if (message.content === "") continue;
          givenUp();
          stream.abort();
        }
      } catch {
        // That it was given up is told as an error.
      }
    },
  };
}

/** What all of them stand on at the least: requests without an SDK, and answers that are only read. */
function undiciUser(): ModelUser {
  const headers = { "content-type": "application/json" };
  const ask = (messages: readonly object[], stream: boolean, signal?: AbortSignal) =>
    request(`${origin}/v1/chat/completions`, {
      ...{ method: "POST", headers, body: JSON.stringify({ model, messages, stream }) },
      ...(signal === undefined ? {} : { signal }),
    });
  return {
    answer: async () => {
      const { body } = await ask(question, false);
      const { choices } = (await body.json()) as OpenAI.ChatCompletion;
      return choices[0]?.message.content?.length ?? 0;
    },
    stream: async (pieces) => {
      let characters = 0;
      const { body } = await ask(longQuestion(pieces), true);
      let rest = "";
      for await (const part of body.setEncoding("utf8")) {
        const events = `${rest}${part}`.split("\n\n");
        rest = events.pop() ?? "";
        for (const event of events) {
          if (event === "data: [DONE]") continue;
          const { choices } = JSON.parse(event.slice(6)) as OpenAI.ChatCompletionChunk;
          characters += choices[0]?.delta.content?.length ?? 0;
        }
      }
      return characters;
    },
    cancel: async (givenUp) => {
      const stopped = new AbortController();
      const { body } = await ask(endlessQuestion, true, stopped.signal);
      try {
        for await (const part of body) {
          if (!`${part}`.includes("word")) continue;
          givenUp();
          stopped.abort();
        }
      } catch {
        // That it was given up is told as an error.
      }
    },
  };
}
