// `aiex llm test`: asks a model one question, as a run like any other, and prints the answer as it comes.

import { planOfSaying } from "../../actors/operations/model.ts";
import type { FlagSetting } from "../../supervisors/config.ts";
import type { RunOrder, Runs } from "../../supervisors/runs/runs.ts";
import type { Asking } from "../asking.ts";
import type { ExitCode } from "../exit-codes.ts";
import { AnswerView } from "../followed-answer.ts";
import { followRun } from "../followed-run.ts";
import { eventLines, type RunView } from "../followed-view.ts";
import { withLibrary } from "../library.ts";
import { numberValue, optionValue, type ParsedCommand } from "../parse.ts";
import { placementBy, placementOf } from "../placement.ts";
import { showEnding } from "../run-end.ts";
import { runsAt } from "../run-places.ts";
import { answerKind, saidCode, saidIn, showSaid, showSaidJson } from "../said-end.ts";
import { readSettings } from "../settings.ts";
import { UsageError } from "../usage.ts";

export async function llmTest(asking: Asking): Promise<ExitCode> {
  const { parsed, host, interruption } = asking;
  const said = placementOf(parsed, host);
  const settings = await readSettings(host, interruption, recordFlags(parsed));
  const saved = said === undefined ? placementBy(await settings.connection()) : undefined;
  const placement = said === "here" ? undefined : (said ?? saved);
  if (placement !== undefined && parsed.options.has("record")) {
    throw new UsageError("--record writes what this process hears: add --on here.", "llm test");
  }
  const order = orderOf(parsed);
  if (placement === undefined) {
    return withLibrary(settings, host, interruption, ({ runs, notice }) =>
      asked(asking, runs, order, { notice }),
    );
  }
  const remotes = await interruption.orInterrupted(host.remotes());
  return runsAt(asking, remotes, placement, ({ runs, node }) =>
    asked(asking, runs, order, { on: placement.node === undefined ? undefined : node }),
  );
}

function recordFlags(parsed: ParsedCommand): readonly FlagSetting[] {
  const value = optionValue(parsed, "record");
  return value === undefined ? [] : [{ flag: "--record", key: "llm.record", value }];
}

function orderOf(parsed: ParsedCommand): RunOrder {
  const [entry = ""] = parsed.arguments;
  const model = optionValue(parsed, "model");
  const isAuto = entry === "auto";
  if (isAuto && model !== undefined) {
    throw new UsageError(
      "--model needs the entry that has it, because models differ between providers.",
      "llm test",
    );
  }
  const deadlineMs = numberValue(parsed, "deadline");
  return {
    kind: answerKind,
    title: `A question to ${isAuto ? "any provider" : entry}`,
    plan: planOfSaying({
      request: {
        messages: [{ role: "user", content: optionValue(parsed, "prompt") ?? "" }],
        ...(model === undefined ? {} : { model }),
      },
      ...(isAuto ? {} : { provider: entry }),
      ...(deadlineMs === undefined ? {} : { deadline_ms: deadlineMs }),
      lane: "interactive",
    }),
    deadlineMs,
    costUsdMax: numberValue(parsed, "max-cost"),
  };
}

interface Place {
  readonly on?: string | undefined;
  /** Why the run is not kept. */
  readonly notice?: string | undefined;
}

async function asked(asking: Asking, runs: Runs, order: RunOrder, { on, notice }: Place): Promise<ExitCode> {
  const { parsed, host } = asking;
  const format = optionValue(parsed, "format");
  const id = await runs.submit(order, on);
  const answer = new AnswerView(host, id, format === "text");
  const events = format === "ndjson" ? eventLines(host, id, "ndjson") : undefined;
  const view: RunView = events === undefined ? answer : withEvents(answer, events);
  const end = await followRun(asking, runs, id, { view, unkept: notice });
  if (events !== undefined) {
    const code = end.summary.phase === "done" ? saidCode(await saidIn(runs, end)) : undefined;
    return code ?? showEnding(host, end);
  }
  const said = await saidIn(runs, end, notice === undefined);
  return format === "json" ? showSaidJson(host, said, answer) : showSaid(host, said, answer);
}

function withEvents(answer: AnswerView, events: RunView): RunView {
  return {
    entry: async (entry) => {
      await answer.entry(entry);
      await events.entry(entry);
    },
    lost: (why) => events.lost(why),
    aside: (work) => events.aside(work),
    end: () => events.end(),
  };
}
