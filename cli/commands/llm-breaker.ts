// `aiex llm breaker`: shows the circuit breakers of a node, and opens, closes or resets one for the whole cluster.
import type { Asking } from "../asking.ts";
import { breakerOrderWords } from "../command-tables/llm.ts";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import { answerGraceMs } from "../limits.ts";
import { optionValue } from "../parse.ts";
import { placementOf } from "../placement.ts";
import { inspected, type Reached, within, withRemote } from "../remote.ts";
import { renderJson } from "../render/json.ts";
import { renderBreakers } from "../render/llm-text.ts";
import { terminalOf } from "../terminal.ts";
import { UsageError } from "../usage.ts";

export async function llmBreaker(asking: Asking): Promise<ExitCode> {
  const { parsed, host } = asking;
  const said = placementOf(parsed, host);
  if (said === "here" && parsed.options.has("on")) {
    throw new UsageError("Breakers live on nodes: name one with --on, or leave --on out.", "llm breaker");
  }
  const node = said === "here" ? undefined : said?.node;
  return withRemote(
    asking,
    node,
    async (reached) => {
      const breakers = await breakersOf(asking, reached);
      await host.stdout.write(
        optionValue(parsed, "format") === "json"
          ? renderJson({ schema: "aiex.llm-breakers/1", node: reached.node, breakers })
          : renderBreakers(breakers, terminalOf(host.stdout, host.env, host.platform)),
      );
      return exitCodes.ok;
    },
    node === undefined ? { anyMember: true } : {},
  );
}

/** When what was ordered is done. */
async function breakersOf({ parsed, host }: Asking, reached: Reached) {
  const [word, entry] = parsed.arguments;
  const model = optionValue(parsed, "model");
  const order = breakerOrderWords.find((one) => one === word);
  if (order === undefined) return (await inspected(host, reached, "llm_breakers", {})).breakers;
  if (entry === undefined) {
    throw new UsageError(
      `Which entry of llm.providers is to be ${orderedWords[order]}? aiex llm breaker ${order} ENTRY`,
      "llm breaker",
    );
  }
  const { remote, node, timeoutMs } = reached;
  const asked = { what: "breaker", entry, order, ...(model === undefined ? {} : { model }) } as const;
  const answer = remote.control(node, "llm", asked, timeoutMs);
  return [(await within(host, answer, timeoutMs + answerGraceMs, `Asking ${node}`)).breaker];
}

const orderedWords = { open: "opened", close: "closed", reset: "reset" } as const;
