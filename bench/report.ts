// Figures for people: the table of a run, and the page that shows a whole run with the machine it was made on.
import { readFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { otpRelease } from "./erlang.ts";
import type { Figure, MeasuredReach, PeerFigure } from "./measure.ts";
import { brokerVersion } from "./nodes/broker.ts";
import { peerVersion } from "./nodes/peers.ts";
import { erlangName, nactName, rawName } from "./peer-names.ts";

/** Closer than this to a peer is a tie: that far a figure moves between two runs on one machine. */
const tieRatio = 1.25;

/** Peers with a column of their own; what only a figure or two has shares the last. */
const columns = [erlangName, rawName, nactName];

const header = ["work", "unit", "ours", "min to max", ...columns, "others", "reach"];

/** Columns for a terminal. */
export function table(figures: readonly Figure[]): string {
  const rows = [header, ...figures.map(cells)];
  const widths = header.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** The text of docs/performance.md. */
export function performancePage(figures: readonly Figure[]): string {
  const set = figures.flatMap((figure) => figure.reaches.map((reach) => ({ figure, reach })));
  const unreached = set.filter(({ reach }) => reach.isReached !== true);
  const behind = figures.filter(({ peers }) => peers.some(isAhead));
  return `# Performance

This page is written by \`npm run bench -- --write\`; do not edit it. \`npm run bench\` runs every benchmark and prints a line
of JSON for each figure, \`npm run bench -- spawn\` runs one. The programs are in \`bench/\`, one file for each kind of work.

${circumstances()}

A figure is the median of its rounds, with the least and the greatest behind it. Rounds of ours and of the peers alternate,
and only completed work counts. Beside a peer's figure stands the *ratio*: how many times as good as the peer we are, whether
more or less is better. It is the median of the rounds' own ratios; between ${(1 / tieRatio).toFixed(2)} and ${tieRatio} is a tie. Absolute figures
differ from machine to machine and from day to day; the ratio is what to look at. *Reach* is what we set out for. All of ours
is measured with \`boundary: "trust"\`, as in production; in development every message is checked and frozen, which costs more.
Peers in JavaScript run in the same program as ours, but for those that ask language models: each of these has a program of its
own, and the server of models is one more. Erlang runs with one scheduler on one core, takes its own time of the
work alone, and is warm by then. Between nodes, everybody has two programs of their own, and the broker is one more; Erlang's
nodes have one scheduler each, and run where the system puts them. An empty cell is a work that a peer does not have, or that nobody has compared.

${markdownTable(figures)}

## What we have not reached

Reached are ${set.length - unreached.length} of the ${set.length} that were set.

${listed(unreached.map(({ figure, reach }) => behindReach(figure, reach)))}

## Where a peer is ahead

${listed(behind.map(explained))}

## What the peers do

${works(figures)}

## What to know about single figures

${notes(figures)}
`;
}

function circumstances(): string {
  const [cpu] = cpus();
  const memoryGib = Math.round(totalmem() / 1_024 ** 3);
  const portkeyVersion = peerVersion("@portkey-ai/gateway");
  const versions = [
    `Node ${process.version}`,
    `XState ${versionOf("xstate")}`,
    `nact ${versionOf("nact")}`,
    `nats ${versionOf("nats")}`,
    peerVersion("moleculer") === undefined ? "no Moleculer" : `Moleculer ${peerVersion("moleculer")}`,
    ...["openai", "@anthropic-ai/sdk", "ollama"].map((name) => `${name} ${versionOf(name)}`),
    portkeyVersion === undefined ? "no Portkey gateway" : `Portkey gateway ${portkeyVersion}`,
    brokerVersion() === undefined ? "no nats-server on this machine" : `nats-server ${brokerVersion()}`,
    otpRelease() === undefined ? "no Erlang on this machine" : `Erlang/OTP ${otpRelease()}`,
  ];
  return `Machine: ${cpus().length} x ${cpu?.model.trim() ?? "unknown"}, ${memoryGib} GiB, ${process.platform} ${process.arch}.
${versions.join(", ")}. Date: ${new Date().toISOString().slice(0, 10)}.`;
}

function versionOf(dependency: string): string {
  const manifest = new URL(`../../node_modules/${dependency}/package.json`, import.meta.url);
  return (JSON.parse(readFileSync(manifest, "utf8")) as { readonly version: string }).version;
}

function cells(figure: Figure): readonly string[] {
  const { name, unit, value, min, max, peers } = figure;
  const own = [name, unit, shown(value), `${shown(min)} to ${shown(max)}`];
  const named = columns.map((column) => {
    const peer = peers.find((candidate) => candidate.name === column);
    return peer === undefined ? "" : compared(peer);
  });
  const others = peers.filter((peer) => !columns.includes(peer.name));
  return [
    ...own,
    ...named,
    others.map((peer) => `${peer.name}: ${compared(peer)}`).join("; "),
    figure.reaches.map((reach) => reachOf(figure, reach)).join("; "),
  ];
}

/** A peer's figure, and how many times as good ours is. */
function compared({ value, ratio, problem }: PeerFigure): string {
  if (value === null || ratio === null) return problem?.split("\n")[0] ?? "fails";
  return `${shown(value)} (${ratio.toPrecision(3)} x)`;
}

function reachOf({ peers }: Figure, reach: MeasuredReach): string {
  const word = reach.isReached === null ? "not measured" : reach.isReached ? "reached" : "not reached";
  if ("atMost" in reach) return `${word}: at most ${shown(reach.atMost)}`;
  if (!("against" in reach)) return `${word}: at least ${shown(reach.atLeast)}`;
  const ratio = peers.find(({ name }) => name === reach.against)?.ratio;
  return `${word}: ${ratio?.toPrecision(3) ?? "none"} of ${Number(reach.atLeast.toPrecision(3))} x ${reach.against}`;
}

function markdownTable(figures: readonly Figure[]): string {
  const line = (row: readonly string[]): string => `| ${row.join(" | ")} |`;
  return [line(header), line(header.map(() => "---")), ...figures.map((figure) => line(cells(figure)))].join(
    "\n",
  );
}

function isAhead({ ratio }: PeerFigure): boolean {
  return ratio !== null && ratio <= 1 / tieRatio;
}

function behindReach(figure: Figure, reach: MeasuredReach): string {
  return `${figure.name}: ${shown(figure.value)} ${figure.unit}; ${reachOf(figure, reach)}.`;
}

function explained({ name, peers }: Figure): string {
  const ahead = peers.filter(isAhead).map((peer) => `${peer.ratio?.toPrecision(3)} times ${peer.name}`);
  return `${name}: ${ahead.join(", ")}.`;
}

function works(figures: readonly Figure[]): string {
  return once(figures, ({ peers }) => peers.map(({ name, does }) => `${name} (${does})`).join(", "));
}

function notes(figures: readonly Figure[]): string {
  return once(figures, ({ note }) => note ?? "");
}

/** What is to be said of figures, each text once, after the names of all that it belongs to. */
function once(figures: readonly Figure[], text: (figure: Figure) => string): string {
  const named = new Map<string, string[]>();
  for (const figure of figures) {
    const said = text(figure);
    if (said !== "") named.set(said, [...(named.get(said) ?? []), figure.name]);
  }
  return listed([...named].map(([said, names]) => `${names.join("; ")}: ${said}`));
}

function listed(lines: readonly string[]): string {
  return lines.length === 0 ? "Nothing, in this run." : lines.map((line) => `- ${line}`).join("\n");
}

function shown(value: number): string {
  return value >= 1_000 ? Math.round(value).toLocaleString("en-US") : String(value);
}
