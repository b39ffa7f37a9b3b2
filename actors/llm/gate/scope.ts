// The scope of groups in which the nodes of a cluster tell each other how their language models fare.
export const llmScope = "llm";
