// What comments of documentation are called and how they look in each language, in words for a model.
import { type LanguageId, languageById } from "../analysis/languages.ts";

/** A line for each of the languages, in the order of their first mention. */
export function commentForms(languages: readonly LanguageId[]): string {
  const lines = [...new Set(languages)].map((id) => `- ${languageById(id)?.name ?? id}: ${forms[id]}`);
  return lines.join("\n");
}

const script =
  "JSDoc above what it is about, /** … */, with @param, @returns and @throws where they say more than the types do; types are not repeated where the language has them.";
const doxygen =
  "Doxygen comments above the declaration, /** … */ with @param and @return, or /// lines where the file has those.";

const forms: Readonly<Record<LanguageId, string>> = {
  typescript: script,
  tsx: script,
  javascript: `${script} In JavaScript @param and @returns have their types.`,
  python:
    'Docstrings as PEP 257 has them: a """text""" as the first statement of a module, class or function, in the style that the file has, else that of Google (Args, Returns, Raises). No f-strings.',
  elixir:
    '@moduledoc and @doc with a """ text in Markdown above what they are about, and @typedoc; nothing is interpolated in them. No @spec is added: that is code.',
  go: "Go doc comments: // lines right above the declaration, in whole sentences that begin with its name. A blank line stands between them and whatever is above.",
  rust: "/// lines above the item, in Markdown, with # Errors, # Panics and # Safety where they belong; //! at the top of the file for the module.",
  java: "Javadoc above the declaration, /** … */, with @param, @return and @throws. No escapes of Unicode.",
  ruby: "YARD comments: # lines above the definition, with @param, @return and @raise.",
  c: doxygen,
  cpp: doxygen,
  erlang: "EDoc: %% lines above the function with @doc; %% @doc above -module for the module.",
};
