import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/build.ts"],
    pool: "forks",
    // Every test that needs real time (child processes, a packed install) fits in this with room to spare on two cores.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    coverage: {
      provider: "v8",
      include: ["runtime/**", "actors/**", "supervisors/**", "cli/**"],
      reporter: ["text-summary", "json-summary"],
    },
  },
});
