// The limits of talking to providers of language models and the reason for each number.

/** The SDKs' own time limit: as long as a timer can be, so that ours always come first and say what happened. */
export const sdkTimeoutMs = 2_147_483_647;

/** One event of a stream, or one line: a whole answer of the largest models in one piece is smaller. */
export const eventBytesMax = 1_048_576;

/** A list of models: that of a gateway with hundreds of them has about half a megabyte. */
export const listBytesMax = 4_194_304;

/** What is read of the body of an error; the sentence that is shown stands at its beginning. */
export const errorBodyBytesMax = 65_536;

/** What may follow an answer's end marker, and how long it is waited for, so that its connection can be used again. */
export const restBytesMax = 65_536;
export const restMs = 250;

/** Context that Ollama is asked for at least: it would silently cut what is longer than its own default of 4,096. */
export const contextTokensMin = 8_192;

/** Characters of the arguments of one use of a tool: a large file that is to be written has its place. */
export const toolArgumentsCharactersMax = 1_000_000;

/** How deep arguments may be nested: as deep as what travels between nodes. */
export const toolArgumentsDepthMax = 32;

/** Characters of an identifier that a provider gives: a longer one is none. */
export const identifierCharactersMax = 200;

/** Characters of the id of a tool's use that every vendor takes: OpenAI takes 40. */
export const toolIdCharactersMax = 40;

/** Models of a local server that are asked what they can do, one after the other: more than anybody keeps on one machine. */
export const shownModelsMax = 64;

/** Models of one page of a list, as many as Anthropic gives. */
export const modelsPerPage = 1_000;

/** Texts of one request for embeddings: OpenAI takes 2,048. */
export const embeddedTextsMax = 2_048;

/** Embeddings of one request: 2,048 vectors of 3,072 numbers of eleven digits. */
export const embeddingsBytesMax = 67_108_864;

/** Beyond this time for all of a limit, it is none for a minute, as providers limit the requests of a day too. */
export const minuteLimitMsMax = 120_000;
