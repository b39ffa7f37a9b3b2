// The names that are nearest to one that nobody has, for who typed it.
import { editDistance, nearest } from "../runtime/nearest.ts";

/** So many are shown; who wants all of them asks for all. */
const nearMax = 3;

/** A name that contains what was typed is near however much longer it is, from this length on. */
const partCharactersMin = 3;

/** Names compared by their letters: the distance takes time in the product of their lengths. */
const nameCharactersMax = 64;

/** Names that are listed where none is near. */
const namesShownMax = 10;

/** What who typed `given` may have meant; `none` where there are no names. */
export function nearText(given: string, names: readonly string[], none: string): string {
  const near = nearNames(given, names).map((name) => `"${name}"`);
  if (near.length > 0) return `Did you mean ${near.join(" or ")}?`;
  const shown = names.slice(0, namesShownMax).map((name) => `"${name}"`);
  const more = names.length > shown.length ? ` and ${names.length - shown.length} more` : "";
  return names.length === 0 ? none : `Known are ${shown.join(", ")}${more}.`;
}

/** The nearest of `names`, the best first; none where none is near. */
export function nearNames(given: string, names: readonly string[]): readonly string[] {
  const best = nearest(given, names);
  const word = given.toLowerCase();
  const slipsMax = Math.max(1, Math.floor(word.length / 3));
  const distances = new Map<string, number>();
  for (const name of names) {
    const other = name.toLowerCase();
    const isPart = word.length >= partCharactersMin && other.includes(word);
    if (isPart) distances.set(name, 1);
    else if (Math.max(word.length, other.length) <= nameCharactersMax) {
      const distance = editDistance(word, other);
      if (distance <= slipsMax) distances.set(name, distance);
    }
  }
  if (best !== undefined) distances.set(best, 0);
  return [...distances]
    .sort(([, left], [, right]) => left - right)
    .slice(0, nearMax)
    .map(([name]) => name);
}
