// The page with the statecharts of the built-in actors.
import { everywhere, statechart } from "./statechart.js";

export function statechartsPage(machines) {
  return `${[intro, ...machines.map(section)].join("\n\n")}\n`;
}

const intro = `# Statecharts

<!-- Made from the machines in \`actors\` by \`npm run docs\`. -->

The actors that are machines, drawn from their own definitions. An arrow says \`event [guard] / actions\`; a note beside a state says
what happens in it without leaving it. Of several guards for one event, they are tried in the order in which the file has them. What
an event is and who sends it is written in that file, which is named above each chart.`;

function section({ source, machine }) {
  const always = everywhere(machine).map((line) => `- \`${line}\``);
  return [
    `## ${machine.id}`,
    "",
    `\`${source}\``,
    "",
    "```mermaid",
    statechart(machine),
    "```",
    ...(always.length === 0
      ? []
      : ["", "In every state that says nothing else of the event:", "", ...always]),
  ].join("\n");
}
