// What the log of a run is called, and the scope of what is kept beside it, wherever that is.

/** @param id of a run */
export function runLogName(id: string): string {
  return `run/${id}`;
}
