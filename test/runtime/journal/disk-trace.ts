// What a program did to one file, as `strace` saw it: what it wrote, when that was sure to be on the disk, and what it said meanwhile.

import { works } from "./store-program.ts";

export type DiskStep =
  | { readonly kind: "written"; readonly at: number; readonly bytes: Buffer; readonly isSynced: boolean }
  /** What was written before is on the disk. */
  | { readonly kind: "synced" }
  | { readonly kind: "said"; readonly line: string };

/** The calls that it has to show. */
const tracedCalls = "openat,close,lseek,write,writev,pwrite64,pwritev,fdatasync,fsync,ftruncate";

/** The words before those of a program that is to be looked at, and behind them where the trace goes: `-o`, and a file. */
export const tracing: readonly string[] = [
  ...["strace", "-f", "-qq", "-xx", "-s", "4000000"],
  ...["-e", `trace=${tracedCalls}`],
];
export const hasTracing = works([...tracing, "-o", "/dev/null", "true"]);

/** @throws where a call shows that this does not understand */
export function diskSteps(trace: string, fileName: string): DiskStep[] {
  const file = Buffer.from(fileName).toString("hex").replace(/../g, "\\x$&");
  const places = new Map<number, { at: number; readonly isSynced: boolean }>();
  const steps: DiskStep[] = [];
  for (const line of joinedLines(trace)) {
    const call = /^\d+ +(\w+)\((.*)\) += (-?\d+)/s.exec(line);
    const [, name = "", words = "", result = "-1"] = call ?? [];
    const descriptor = Number.parseInt(words, 10);
    if (name === "openat" && words.includes(`${file}"`) && Number(result) >= 0)
      places.set(Number(result), { at: 0, isSynced: words.includes("O_DSYNC") });
    else if (name === "write" && descriptor === 1)
      steps.push({ kind: "said", line: bytesIn(words).toString("utf8").trim() });
    const place = places.get(descriptor);
    if (name === "openat" || place === undefined) continue;
    if (name === "close") places.delete(descriptor);
    else if (name === "lseek") place.at = Number(result);
    else if (name === "fdatasync" || name === "fsync") steps.push({ kind: "synced" });
    else if (/^p?writev?(64)?$/.test(name)) {
      const isPlaced = name.startsWith("p");
      const at = isPlaced ? Number(/, (\d+)$/.exec(words)?.[1]) : place.at;
      const bytes = bytesIn(words).subarray(0, Number(result));
      if (!Number.isInteger(at) || bytes.length !== Number(result))
        throw new Error(`Not understood: ${line.slice(0, 80)}`);
      if (!isPlaced) place.at += bytes.length;
      steps.push({ kind: "written", at, bytes, isSynced: place.isSynced });
    } else throw new Error(`Not understood: ${line.slice(0, 80)}`);
  }
  return steps;
}

/** Calls that others came between are in two lines; they count when they end. */
function joinedLines(trace: string): string[] {
  const begun = new Map<string, string>();
  const lines: string[] = [];
  for (const line of trace.split("\n")) {
    const thread = line.split(" ", 1)[0] ?? "";
    if (line.endsWith(" <unfinished ...>")) begun.set(thread, line.slice(0, -" <unfinished ...>".length));
    else lines.push(line.replace(/^\d+ +<\.\.\. \w+ resumed>/, () => begun.get(thread) ?? ""));
  }
  return lines;
}

function bytesIn(words: string): Buffer {
  const texts = [...words.matchAll(/"((?:\\x[0-9a-f]{2})*)"/g)].map(([, text = ""]) =>
    text.replaceAll("\\x", ""),
  );
  return Buffer.from(texts.join(""), "hex");
}
