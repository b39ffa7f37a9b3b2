// What the peers are called, in the table and in what we set out to reach.

export const erlangName = "Erlang/OTP";
export const elixirName = "Elixir";
export const rawName = "raw XState";
export const nactName = "nact";
export const nodeName = "Node itself";
export const natsName = "nats";
export const moleculerName = "Moleculer";
export const openaiName = "openai";
export const anthropicName = "@anthropic-ai/sdk";
export const ollamaName = "ollama";
export const undiciName = "undici";
export const portkeyName = "Portkey";
