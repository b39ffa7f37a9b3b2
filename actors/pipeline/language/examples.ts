// Pipelines that are worth looking at: what `aiex pipeline examples` prints. A test holds each of them to the language.

export interface PipelineExample {
  readonly does: string;
  readonly spec: string;
  /** A path that it could work on. */
  readonly input: string;
  /** What more a command line of it has. */
  readonly options?: string;
}

export const pipelineExamples: readonly PipelineExample[] = [
  {
    does: "Look at a file, improve it in a preview, and write its tests for what it would be",
    spec: "analyze | refactor | test_generate",
    input: "src/app.ts",
  },
  {
    does: "Improve a file only where it is not good already, and leave nothing that your own checks refuse",
    spec: "analyze type:quality | if:quality<0.8 refactor apply verify | test_generate coverage:0.9",
    input: "src/app.ts",
    options: "--mode conditional",
  },
  {
    does: "Explain code, keep the main points, and make a page of them",
    spec: 'explain level:detailed | extract_insights | format_markdown title:"How it works"',
    input: "src/app.ts",
    options: "--output docs/how-it-works.md",
  },
  {
    does: "Explain and document one file at the same time, and join both results",
    spec: "explain focus:architecture | document format:markdown | combine_results",
    input: "src/app.ts",
    options: "--mode parallel",
  },
  {
    does: "Document every file of a folder, and put the pages together",
    spec: "split by:file | document | merge | save file:docs/files.md",
    input: "src",
    options: "--continue-on-error",
  },
  {
    does: "Improve a file again while there is something to change, three times at most",
    spec: "analyze | while:files>0 refactor type:readability apply max:3 | analyze",
    input: "src/app.ts",
  },
  {
    does: "A report of what is grave in a project, for people and for a gate",
    spec: "analyze type:security | analyze type:quality | filter severity:high",
    input: ".",
    options: "--output quality-report.md --fail-under 7",
  },
  {
    does: "Write a new file that goes with another one, then its tests where the checks let them stay",
    spec: 'generate type:module requirements:"a rate limiter with a sliding window" output:src/limiter.ts | load file:src/limiter.ts | test_generate output:test/limiter.test.ts verify',
    input: "src/app.ts",
  },
];
