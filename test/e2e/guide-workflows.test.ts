// The user's guide, line by line: each command of its parts on workflows works as it is written there.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type GuideModel, moduleOf, startGuideModel } from "./guide-model.ts";
import { User } from "./stage.ts";

const files = {
  "lib/my_module.ex": moduleOf("Shop"),
  "lib/small_module.ex": moduleOf("Small"),
};

let user: User;
let model: GuideModel;

beforeEach(async () => {
  user = new User(files);
  model = await startGuideModel();
  user.setUp(model.server);
});

afterEach(async () => {
  await model.server.stop();
  user.end();
});

function ran(line: string) {
  return user.shell(line, { AIEX_DEFAULT_PROVIDER: "ollama" });
}

describe("The guide on workflows", () => {
  it("has aiex workflow create, and aiex workflow export to a file that others take", async () => {
    const spec = "analyze type:all | refactor type:readability | test_generate";
    const created = await ran(`aiex workflow create --name "code_review" --spec "${spec}"`);
    expect({ code: created.code, err: created.code === 0 ? "" : created.err }).toEqual({ code: 0, err: "" });
    mkdirSync(join(user.project, "workflows"));
    const exported = await ran('aiex workflow export --name "code_review" > workflows/code_review.yaml');
    expect([exported.code, exported.out]).toEqual([0, ""]);
    expect(user.text("workflows/code_review.yaml")).toContain("refactor type:readability");
    const again = await ran("aiex workflow import workflows/code_review.yaml --name theirs");
    expect({ code: again.code, err: again.code === 0 ? "" : again.err }).toEqual({ code: 0, err: "" });
    expect([model.asked(), (await ran("aiex workflow list --format text")).out]).toEqual([
      [],
      expect.stringContaining("theirs"),
    ]);
  }, 120_000);
});
