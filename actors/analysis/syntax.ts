// Which table of node kinds belongs to which language.
import type { LanguageId } from "./languages.ts";
import type { Syntax } from "./structure.ts";
import { c } from "./syntax/c.ts";
import { cpp } from "./syntax/cpp.ts";
import { elixir } from "./syntax/elixir.ts";
import { go } from "./syntax/go.ts";
import { java } from "./syntax/java.ts";
import { javascript } from "./syntax/javascript.ts";
import { python } from "./syntax/python.ts";
import { ruby } from "./syntax/ruby.ts";
import { rust } from "./syntax/rust.ts";

/** Languages without a grammar have no node kinds. */
export const syntaxes: Readonly<Record<Exclude<LanguageId, "erlang">, Syntax>> = {
  typescript: javascript,
  tsx: javascript,
  javascript,
  python,
  elixir,
  go,
  rust,
  java,
  ruby,
  c,
  cpp,
};
