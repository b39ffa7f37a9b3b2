// The name that a function without one gets from what is around it.
import type { SgNode } from "@ast-grep/napi";

/** Per kind of the node around a value: the field of that node which holds the name. */
type NamingFields = ReadonlyMap<string, string>;

/** `less` for the function in `const less = (a, b) => a < b`; null where nothing around it names it. */
export function givenName(value: SgNode, fields: NamingFields): string | null {
  const around = value.parent();
  const field = fields.get(String(around?.kind()));
  return field === undefined ? null : (around?.field(field)?.text() ?? null);
}
