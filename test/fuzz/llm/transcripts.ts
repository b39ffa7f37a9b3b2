// Answers as the vendors stream them, each kind of event at least once: what the fuzzer of transcripts starts from.
import { type Dialect, errorPiece, keepAlive, piecesOf, type Spoken } from "../../actors/llm/wire-formats.ts";

const spoken: readonly Spoken[] = [
  { say: ["Hel", "lo, ", "wörld 🌍!"], usage: { input: 12, output: 5 } },
  {
    say: ["The answer ", "is 42."],
    thinks: ["Let me ", "see: 6 × 7."],
    usage: { input: 120, cached: 100, output: 9 },
  },
  {
    say: "I look.",
    calls: [
      { id: "call_1", name: "read_file", json: ['{"pa', 'th": "src/', 'a.ts", "lines": [1, 20]}'] },
      { id: "call_2", name: "read_file", json: '{"path":"b","deep":{"a":[{"b":[[1,2,{"c":null}]]}]}}' },
    ],
    usage: { input: 50, output: 30 },
  },
  { say: "", calls: [{ name: "read_file", json: "" }] },
  { say: "It is too lo", finish: "length" },
  { say: "It is too lo", finish: "max_tokens" },
  { say: "", refusal: "I will not." },
  { say: "", finish: "content_filter" },
  { say: "", finish: "refusal" },
  { say: ["{", '"good":', "true}"], model: "some-model" },
  { say: "cut", finish: null },
  { say: "x".repeat(20_000) },
];

const strange: Readonly<Record<Dialect, readonly string[]>> = {
  openai: [
    'data: {"choices":[],"prompt_filter_results":[{"prompt_index":0}]}\n\n',
    'data: {"choices":[{"index":0,"delta":{"content":null,"tool_calls":[{"index":0,"id":"call_1","type":"function","function":{"name":"read_file","arguments":"{}"}}]},"finish_reason":"tool_calls"}]}\n\n',
    "event: error\nid: 7\nretry: 100\n: comment\n\n",
  ],
  anthropic: [
    'event: content_block_start\ndata: {"type":"content_block_start","index":3,"content_block":{"type":"tool_use","id":"toolu_1","name":"read_file","input":{"path":"a"}}}\n\n',
    'event: content_block_start\ndata: {"type":"content_block_start","index":4,"content_block":{"type":"redacted_thinking","data":"x"}}\n\n',
    'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"citations_delta","citation":{}}}\n\n',
    'event: content_block_start\ndata: {"type":"content_block_start","index":5,"content_block":{"type":"server_tool_use","id":"srvtoolu_1","name":"web_search","input":{}}}\n\n',
  ],
  ollama: [
    '{"model":"m","done":false,"message":{"role":"assistant","content":"","tool_calls":[{"id":"x","function":{"index":0,"name":"read_file","arguments":{"path":"a"}}}]}}\n',
    '{"model":"m","done":true,"done_reason":"load","message":{"role":"assistant","content":""}}\n',
  ],
};

/** Whole bodies of one dialect. */
export function transcriptsOf(dialect: Dialect): readonly string[] {
  const answers = spoken.map((one) => piecesOf(dialect, one, "the-model"));
  const [first = [], second = []] = answers;
  return [
    ...answers,
    ...strange[dialect].map((piece) => [...first.slice(0, 2), piece, ...first.slice(2)]),
    [keepAlive[dialect].repeat(3), ...second],
    [...first.slice(0, 3), errorPiece(dialect, "overloaded_error", "Overloaded")],
    [errorPiece(dialect, "rate_limit_error", "slow down")],
  ].map((pieces) => pieces.join(""));
}
