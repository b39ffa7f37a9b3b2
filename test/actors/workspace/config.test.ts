import { describe, expect, it } from "vitest";
import { workspaceConfiguration, workspaceLimits } from "../../../actors/workspace/config.ts";

describe("workspaceLimits", () => {
  it("counts in bytes, and never less than one", () => {
    const configuration = workspaceConfiguration.parse({
      max_file_size_mb: 0.0000001,
      max_total_mb: 2,
      max_depth: 0,
    });
    expect(workspaceLimits(configuration)).toEqual({
      fileBytesMax: 1,
      lineCharactersMax: 20_000,
      entriesMax: 200_000,
      depthMax: 0,
      bytesMax: 2_097_152,
    });
  });
});
