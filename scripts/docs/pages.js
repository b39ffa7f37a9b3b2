// The pages that are made from the code, by their paths.
import { eventsPage } from "./events-page.js";
import { builtInMachines } from "./machines.js";
import { statechartsPage } from "./statecharts-page.js";

/** `load` gives a module of the product by its path without an extension, such as "runtime/observe/events". */
export async function generatedPages(load) {
  const { events } = await load("runtime/observe/events");
  const { llmEvents } = await load("actors/llm/events");
  const { pipelineEvents } = await load("actors/pipeline/events");
  const { sessionEvents } = await load("actors/context/sessions/events");
  const { indexEvents } = await load("actors/context/index/events");
  const { attachEvents } = await load("actors/attach/events");
  return new Map([
    [
      "docs/events.md",
      eventsPage(events, llmEvents, pipelineEvents, sessionEvents, indexEvents, attachEvents),
    ],
    ["docs/statecharts.md", statechartsPage(await builtInMachines(load))],
  ]);
}
