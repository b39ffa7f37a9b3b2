// The modes in which a workflow may be run: data alone, since the command's help reads them. What each means is in docs/pipelines.md.

export const workflowModes = ["sequential", "parallel", "conditional", "streaming"] as const;
export type WorkflowMode = (typeof workflowModes)[number];
