// Plays a scenario on this runtime, in a simulated world, and gives what its observers saw.
import { applicationOf, isNameless, logicOf } from "./actors.ts";
import type { Log, Scenario } from "./language.ts";
import { Stage } from "./stage.ts";

export async function play(scenario: Scenario): Promise<Log> {
  const stage = new Stage();
  for (const application of scenario.applications) stage.applications.load(applicationOf(stage, application));
  for (const [name, actor] of scenario.actors) {
    const trapExit = "trap" in actor && actor.trap === true;
    const pid = await stage.world.until(
      stage.node.spawn(logicOf(stage, actor, name), { input: name, trapExit } as never),
    );
    if (isNameless(actor)) stage.enter(pid, name, undefined);
    await stage.world.settle();
  }
  for (const step of scenario.steps) {
    if ("passMs" in step) await stage.world.advance(step.passMs);
    else if (stage.has(step.at)) stage.node.send(stage.pid(step.at), { type: "do", actions: step.do });
    else stage.note("end", `nobody is ${step.at}`);
    await stage.world.settle();
  }
  stage.note("end", `alive: ${stage.alive().join(" ")}`);
  return stage.log();
}
