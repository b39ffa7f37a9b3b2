// What readers of a pipeline's run are told while it goes on, beside what every run says. Plain data, by name.

/** Names under which it is told. */
export const pipelineNews = {
  /** How far a long step is: a `PipelineProgress`. */
  progress: "pipeline_progress",
  /** Into how many parts a step is done: a `PipelineParts`. */
  parts: "pipeline_parts",
} as const;

export interface PipelineProgress {
  readonly step: number;
  readonly done: number;
  readonly total: number;
}

export interface PipelineParts {
  readonly step: number;
  readonly total: number;
}
