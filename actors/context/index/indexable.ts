// Which files of a project may be context, by their names and sizes.
import { isMinified } from "../../analysis/generated.ts";
import { detectLanguage } from "../../analysis/languages.ts";
import { isConfidentialPath } from "../../workspace/confidential-path.ts";
import { indexLimits } from "./limits.ts";

/** What programs write and read: nobody learns anything of the project from it. */
const lockFiles: ReadonlySet<string> = new Set([
  "package-lock.json",
  "npm-shrinkwrap.json",
  "yarn.lock",
  "pnpm-lock.yaml",
  "bun.lock",
  "composer.lock",
  "gemfile.lock",
  "cargo.lock",
  "poetry.lock",
  "uv.lock",
  "pipfile.lock",
  "mix.lock",
  "rebar.lock",
  "go.sum",
  "flake.lock",
]);

const data =
  /\.(json|jsonl|ndjson|geojson|csv|tsv|xml|svg|ya?ml|toml|ini|txt|log|snap|ipynb|plist|sql|html?|css|scss|less)$/i;

/** No text, whatever stands in it. */
const binary =
  /\.(png|jpe?g|gif|webp|ico|bmp|tiff?|pdf|zip|gz|tgz|bz2|xz|zst|7z|rar|jar|war|class|o|a|so|dylib|dll|exe|wasm|woff2?|ttf|otf|eot|mp[34]|ogg|wav|webm|mov|avi|sqlite3?|db|mdb|pyc|beam|node|map|lock|bin|dat)$/i;

/** False also for what never goes to a model: `.env`, keys, and the like. */
export function isIndexable(path: string, bytes: number): boolean {
  const name = path.slice(path.lastIndexOf("/") + 1).toLowerCase();
  if (bytes === 0 || lockFiles.has(name) || binary.test(name) || isMinified(path) || isConfidentialPath(path))
    return false;
  return detectLanguage(path) !== null || !data.test(name) || bytes <= indexLimits.dataBytesMax;
}
