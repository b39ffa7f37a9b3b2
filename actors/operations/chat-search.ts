// Finds a text in the files of a conversation, as it is sent: a secret that is masked is not found.
import { chatLimits } from "../chat/limits.ts";
import { listed } from "../chat/prompt.ts";
import type { ToolUse } from "../chat/tools.ts";
import { isConfidentialPath } from "../workspace/confidential-path.ts";
import { type ChatFiles, type Refused, shownPath } from "./chat-files.ts";

type Search = Extract<ToolUse, { readonly name: "search" }>;

export async function searchFiles(
  files: ChatFiles,
  { text, path, ignore_case: ignoresCase }: Search,
): Promise<{ readonly text: string; readonly amount: string } | Refused> {
  const place = files.place(path ?? ".");
  if ("refused" in place) return place;
  const below = await files.below(place.base);
  if ("refused" in below) return below;
  const all = below.kind === "file" ? [{ path: "", bytes: 0 }] : below.files;
  const within = all.filter(
    (file) => place.path === "" || file.path === place.path || file.path.startsWith(`${place.path}/`),
  );
  const readable = within.filter(
    (file) => file.bytes <= chatLimits.searchFileBytesMax && !isConfidentialPath(file.path),
  );
  const looked = readable.slice(0, chatLimits.searchFilesMax);
  const alike = (one: string): string => (ignoresCase === true ? one.toLowerCase() : one);
  const wanted = alike(text);
  const places: string[] = [];
  let count = 0;
  for (const file of looked) {
    const here = { base: place.base, path: file.path };
    const read = await files.read(here, (whole) => alike(whole).includes(wanted));
    if ("refused" in read) continue;
    for (const [index, line] of read.lines.entries()) {
      const at = alike(line).indexOf(wanted);
      if (at === -1) continue;
      count += 1;
      if (places.length < chatLimits.placesMax)
        places.push(`${JSON.stringify(shownPath(here))} ${index + 1}: ${around(line, at)}`);
    }
  }
  const left = within.length - looked.length;
  const notes = [
    count > places.length ? `these are the first ${places.length}` : "",
    left > 0 ? `${left} files were not looked through` : "",
  ].filter((note) => note !== "");
  const more = notes.length === 0 ? "" : ` (${notes.join("; ")})`;
  const amount = count === 1 ? "1 place" : `${count} places`;
  return { text: listed(`${JSON.stringify(text)} stands in ${amount}${more}`, places), amount };
}

/** Of a long line, what is around the place. */
function around(line: string, at: number): string {
  const start = Math.max(0, Math.min(at - 40, line.length - chatLimits.placeCharactersMax));
  return line.slice(start, start + chatLimits.placeCharactersMax);
}
