// The program of one node in the chaos room: a node with what the room looks at, and nothing else.
import { realWorld, startNode } from "../../runtime/index.ts";
import { Member, note } from "./member.ts";
import { RunCompany } from "./runs/company.ts";
import { serve } from "./serve.ts";

await serve(async (settings) => {
  const { name, cluster, factor, outside } = settings;
  const node = startNode({
    world: realWorld(),
    name,
    boundary: "trust",
    health: {},
    distribution: { cluster, factor, place: { host: "chaos", osPid: process.pid, version: "1" } },
  });
  const runs = outside === undefined ? undefined : new RunCompany(node, note, outside);
  const beforeOwning = async (): Promise<void> => runs?.begin();
  const member = new Member(settings, { node, runs, beforeOwning, halt: () => node.halt() });
  // It is told to do things, and told to end, while it is becoming one.
  void member.enter().then(
    () => member.ready(),
    (error: unknown) => member.refused(error),
  );
  return member;
});
