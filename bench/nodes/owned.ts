// What the nodes of a takeover own together: so many children of one cluster supervisor.

export const cluster = "bench";
export const supervisorName = "work";
export const childIds: readonly string[] = Array.from({ length: 9 }, (_, index) => `c${index + 1}`);
export const childNames: readonly string[] = childIds.map((id) => `${supervisorName}/${id}`);
