// The page on events: what the table says of each, and what logs, metrics and traces make of it.

const units = { ms: "milliseconds", By: "bytes" };

/** The runtime's table, and those of the application, whose events are named with their prefix. */
export function eventsPage(...tables) {
  const entries = tables.flatMap((table) =>
    Object.entries(table).map(([name, definition]) => [definition.name ?? name, definition]),
  );
  return `${[intro, overview(entries), ...entries.map(section), spans(entries)].join("\n\n")}\n`;
}

const intro = `# Events

<!-- Made from the tables of events by \`npm run docs\`. -->

What happens in a node that somebody may want to know is told as an event. \`node.subscribe(listener)\` hears all of them. Where
nobody listens, an event costs one check.

Tables say of every event what it means and carries: \`runtime/observe/events.ts\` of the runtime's, \`actors/llm/events.ts\`,
\`actors/pipeline/events.ts\` and \`actors/attach/events.ts\` of the application's. Three subscribers make of it what is usual:

- \`attachLogger(node, { destination })\` writes a line of JSON for each event, with pino. A line holds \`level\`, \`time\` (milliseconds
  since the epoch, of the node's clock), \`node\`, \`event\`, the fields below, \`msg\`, and \`err\` with the stack where an error was the
  reason. Texts are sanitized and cut, secrets are masked, and a destination that fails harms nobody: lines go to \`fallback\`, or
  are dropped and counted.
- \`attachMetrics(node, { meterProvider })\` counts each event as \`aiex.EVENT\` and puts each number into a histogram
  \`aiex.EVENT.NUMBER\`, by OpenTelemetry's interface. Values are told apart by the fields that are marked "attribute", a reason by its
  kind. \`aiex.SPAN.duration\` is how long the spans below took. \`aiex.processes\` and \`aiex.heap.used\` are read when they are asked for.
- \`attachTraces(node, { tracerProvider })\` makes spans named \`aiex.SPAN\` of what has a beginning and an end.

The command and the library keep a log where \`log.level\` is set, see [configuration.md](configuration.md).

An application defines events of its own with \`defineEvents("bakery", { baked: event({ … }) })\` and tells them with
\`tellEvent(bakery.baked, { … })\`. They are named \`bakery.baked\`, and everything above holds for them too.`;

function overview(entries) {
  const rows = entries.map(
    ([name, { level, means }]) => `| [\`${name}\`](#${name.replace(".", "")}) | ${level} | ${means} |`,
  );
  return ["## All of them", "", "| event | level | meaning |", "| --- | --- | --- |", ...rows].join("\n");
}

function section([name, { level, quiet, means, measurements, metadata, span }]) {
  const numbers = Object.entries(measurements).map(
    ([field, { unit, means: meaning }]) => `| \`${field}\` | ${units[unit] ?? "count"} | ${meaning} |  |`,
  );
  const fields = Object.entries(metadata).map(
    ([field, { kind, means: meaning, isAttribute }]) =>
      `| \`${field}\` | ${kind} | ${meaning} | ${isAttribute ? "attribute" : ""} |`,
  );
  const table = [
    "| field | kind | meaning | in metrics |",
    "| --- | --- | --- | --- |",
    ...numbers,
    ...fields,
  ];
  const told = span === undefined ? [] : ["", spanSentence(span)];
  return [
    `### ${name}`,
    "",
    `${means} Level: ${level}${quiet === undefined ? "" : `, and debug where ${quiet.where}`}.`,
    "",
    ...table,
    ...told,
  ].join("\n");
}

function spanSentence(part) {
  switch (part.is) {
    case "begin":
      return `Begins the span \`${part.span}\`${part.when === undefined ? "" : " in some cases"}.`;
    case "end":
      return `Ends the span \`${part.span}\`${part.failed ? ", which has failed" : ""}.`;
    default:
      return `Is the end of a whole span \`${part.span}\`, which took \`${part.took}\`.`;
  }
}

function spans(entries) {
  const names = new Set(entries.flatMap(([, { span }]) => (span === undefined ? [] : [span.span])));
  const rows = [...names].map((name) => {
    const told = entries.filter(([, { span }]) => span?.span === name);
    const by = (...kinds) =>
      told
        .filter(([, { span }]) => kinds.includes(span.is))
        .map(([event]) => `\`${event}\``)
        .join(", ");
    return `| \`${name}\` | ${by("begin")} | ${by("end", "whole")} |`;
  });
  return ["## Spans", "", "| span | begins with | ends with |", "| --- | --- | --- |", ...rows].join("\n");
}
