// Takes the one file that was asked for out of a model's answer, or says what is wrong with the answer. Pure.
import { sanitizeText } from "../../runtime/observe/sanitize.ts";
import { type LanguageId, languageById } from "../analysis/languages.ts";
import { mask } from "../workspace/masking.ts";
import { type Fence, fencesIn } from "./fences.ts";
import { answeredCharactersMax } from "./limits.ts";

export interface AskedFile {
  /** Null where it is no code: documentation. */
  readonly language: LanguageId | null;
}

export type AnsweredFile =
  | {
      readonly ok: true;
      /** Ends with a line feed. */
      readonly text: string;
      /** What the model says of it. */
      readonly remarks: string;
    }
  /** `problem` is for the model, in sentences. */
  | { readonly ok: false; readonly problem: string };

/** Several parts are told apart by their language: an example of how a file is used may stand beside the file. */
export function answeredFile(answer: string, asked: AskedFile): AnsweredFile {
  const { fences, prose } = fencesIn(answer);
  const parts = fences.filter(({ text }) => text.trim() !== "");
  const [first] = parts;
  if (first === undefined)
    return refused("It holds no file. Give the whole file between two lines of five backticks.");
  const cut = parts.find(({ isClosed }) => !isClosed);
  if (cut !== undefined)
    return refused("It ends in the middle of the file. Give the whole file, as short as it can be.");
  const own = parts.length === 1 ? parts : parts.filter((part) => isIn(part, asked.language));
  const [file] = own;
  if (file === undefined || own.length > 1)
    return refused(
      `It holds ${parts.length} separate parts. Give one file, whole, between two lines of five backticks, and no other part.`,
    );
  if (file.text.length > answeredCharactersMax)
    return refused(`The file is longer than ${answeredCharactersMax} characters. Give a shorter one.`);
  // What is invisible to who reviews it must not be there for a compiler.
  if (sanitizeText(file.text) !== file.text)
    return refused(
      "The file holds control characters, or characters that cannot be seen. Spell them as escapes.",
    );
  if (asked.language !== null && file.text.includes(mask))
    return refused(
      `The file holds ${mask}, which only stands for what is hidden from you. Have such values come from outside.`,
    );
  return { ok: true, text: file.text, remarks: prose };
}

function isIn({ info }: Fence, language: LanguageId | null): boolean {
  const word = (info.split(/[\s{,:]/)[0] ?? "").toLowerCase();
  if (language === null) return word === "markdown" || word === "md";
  const known = languageById(language);
  return (
    word === language || word === known?.name.toLowerCase() || known?.extensions.includes(`.${word}`) === true
  );
}

function refused(problem: string): AnsweredFile {
  return { ok: false, problem };
}
