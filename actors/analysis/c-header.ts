// Tells a header of C++ from one of C, which share the extension `.h`.
import { headerCharactersMax } from "./limits.ts";

/** What a C header hides from C. */
const onlyForCpp =
  /^[ \t]*#[ \t]*if(?:def[ \t]+|[ \t]+defined[ \t]*\(?[ \t]*)__cplusplus\b[\s\S]*?^[ \t]*#[ \t]*(?:else|elif|endif)\b/gm;

/** Beginnings of lines, so that the lines of a comment and the names of C that are words of C++ do not count. */
const cppLines = [
  /^[ \t]*(?:class|namespace|concept)[ \t]+[A-Za-z_][\w:]*[ \t]*(?:[{:;]|final\b|$)/m,
  /^[ \t]*(?:class|struct)[ \t]+(?:[A-Z_]+[ \t]+)?\w+[ \t]*(?:final[ \t]*)?:[ \t]*(?:public|private|protected|virtual)?[ \t]*\w/m,
  /^[ \t]*namespace[ \t]*\{/m,
  /^[ \t]*template[ \t]*</m,
  /^[ \t]*using[ \t]+(?:namespace[ \t]+)?[A-Za-z_]/m,
  /^[ \t]*(?:public|private|protected)[ \t]*:/m,
  /^[ \t]*(?:virtual|explicit|friend|constexpr)[ \t]+\w/m,
  /^[ \t]*enum[ \t]+(?:class|struct)[ \t]/m,
  /^[ \t]*#[ \t]*include[ \t]*<[a-z_]+>/m,
  /^(?![ \t]*(?:\*|\/\/|\/\*))[^"\n]*\bstd::\w/m,
];

/** False for an empty text: a header that says nothing is one of C. */
export function isCppHeader(text: string): boolean {
  const code = text.slice(0, headerCharactersMax).replace(onlyForCpp, "");
  return cppLines.some((line) => line.test(code));
}
