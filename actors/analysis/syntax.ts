// Which table of node kinds belongs to which language.
import type { LanguageId } from "./languages.ts";
import type { Syntax } from "./structure.ts";
import { elixir } from "./syntax/elixir.ts";
import { javascript } from "./syntax/javascript.ts";
import { python } from "./syntax/python.ts";

export const syntaxes: Readonly<Record<LanguageId, Syntax>> = {
  typescript: javascript,
  tsx: javascript,
  javascript,
  python,
  elixir,
};
