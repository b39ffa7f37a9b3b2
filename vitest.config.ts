// How the tests run: from the sources, beside a built command; with coverage where it is asked for.
import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** What takes longest, in part because it waits for real programs: begun first, so that it does not run alone in the end. */
const longest = [
  /\/test\/chaos\//,
  /\/test\/simulation[a-z-]*\/(seeds|sabotage|replay)/,
  /-processes\.test\.ts$/,
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const found = longest.findIndex((pattern) => pattern.test(moduleId));
      return found < 0 ? longest.length : found;
    };
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b));
  }
}

/**
 * Tests that keep nothing for their whole program, and whose files can share what was loaded: that saves minutes. Elsewhere each
 * file has a program of its own: what listens to the failures of a program or measures it, and what would gain nothing.
 */
const together = [
  "test/actors/**/*.test.ts",
  "test/supervisors/**/*.test.ts",
  "test/cli/**/*.test.ts",
  "test/runtime/{checkpoint,inspect,leases,logic,names,observe,placement,process,supervision,testing,wire,worlds}/**/*.test.ts",
  "test/runtime/{file-system,framing,secret}.test.ts",
];

const own = {
  pool: "forks",
  // Every test that needs real time (child processes, a packed install) fits in this with room to spare on two cores.
  testTimeout: 60_000,
  hookTimeout: 60_000,
  // What is looked for again and again comes late on a busy machine; by itself it would be given up after a second.
  expect: { poll: { timeout: 30_000, interval: 20 } },
} as const;

export default defineConfig({
  test: {
    projects: [
      // They take nothing from here by themselves: what is built before the tests would be built for each of them.
      { test: { ...own, name: "together", isolate: false, include: together } },
      {
        test: {
          ...own,
          name: "apart",
          include: ["test/**/*.test.ts"],
          exclude: [...together, "**/node_modules/**"],
        },
      },
    ],
    globalSetup: ["test/build.ts"],
    sequence: { sequencer: LongestFirst },
    // One core is left for what runs the tests where there are many; on few, half of the time of the tests is waiting.
    maxWorkers: Math.max(3, availableParallelism() - 1),
    // The second is the result for programs: `.ci/run` counts it.
    reporters: ["default", ["json", { outputFile: "coverage/tests.json" }]],
    coverage: {
      // `npm test` is to be quick; the gate asks for it by option, `.ci/run` by this variable.
      enabled: process.env.AIEX_TEST_COVERAGE === "1",
      provider: "v8",
      include: ["runtime/**/*.ts", "actors/**/*.ts", "supervisors/**/*.ts", "cli/**/*.ts"],
      reporter: ["text-summary", "json-summary", "html"],
      // A failing test must not take away the result of the others.
      clean: false,
      thresholds: {
        // Percent. What everything else stands on is tested nearly line by line; the rest is shot at by its own tests.
        "runtime/**": { statements: 95 },
        "supervisors/**": { statements: 95 },
      },
    },
  },
});
