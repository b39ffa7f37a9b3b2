// Every subject that can be made of a name, for names that want to be more than a token.
import { type Subjects, subjects } from "../../runtime/wire/subject.ts";
import { UnusableName } from "../../runtime/wire/token.ts";
import { hostileNames } from "./names.ts";

const grammar = /^aiex(\.[A-Za-z0-9_-]{1,64}){3,5}$/;
const patternGrammar = /^aiex(\.([A-Za-z0-9_-]{1,64}|\*)){3,5}(\.>)?$/;

const makers: readonly ((by: Subjects, name: string) => string)[] = [
  (by, name) => by.msg(name, "b", 1),
  (by, name) => by.msg("a", name, 0),
  (by, name) => by.beat(name),
  (by, name) => by.pg("a", name),
  (by, name) => by.evt(name, "nodeup"),
  (by, name) => by.ctl("a", name, name),
  (by, name) => by.evaluation(name, name, name),
  (by, name) => by.svc(name),
];

const patternMakers: readonly ((by: Subjects, name: string) => string)[] = [
  (by, name) => by.msgTo(name),
  (by, name) => by.msgToIncarnation(name, 3),
  (by, name) => by.ctlTo(name),
  (by, name) => by.evaluationTo(name),
];

export interface Built {
  readonly name: string;
  readonly subject: string;
  readonly pattern: string;
}

/** A subject and a pattern of each of so many hostile names, without those of which none can be made. */
export function* builtSubjects(seed: number, count: number): Generator<Built> {
  const by = subjects("fuzz");
  let index = 0;
  for (const name of hostileNames(seed, count)) {
    const subject = built(at(makers, index), by, name);
    const pattern = built(at(patternMakers, index), by, name);
    if (subject !== undefined && pattern !== undefined) yield { name, subject, pattern };
    index += 1;
  }
}

/**
 * How many of so many hostile names became subjects.
 * @throws {Error} one of them has anything in it but tokens
 */
export function checkNames(seed: number, count: number): number {
  let made = 0;
  for (const { name, subject, pattern } of builtSubjects(seed, count)) {
    if (!grammar.test(subject) || !patternGrammar.test(pattern))
      throw new Error(`${JSON.stringify(name)} made ${subject} and ${pattern}`);
    made += 1;
  }
  return made;
}

/** Undefined for a name of which no subject can be made. */
function built(make: (by: Subjects, name: string) => string, by: Subjects, name: string): string | undefined {
  try {
    return make(by, name);
  } catch (error) {
    if (error instanceof UnusableName) return undefined;
    throw error;
  }
}

function at<T>(list: readonly T[], index: number): T {
  return list[index % list.length] as T;
}
