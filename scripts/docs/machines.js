// The statecharts among the actors, and what each needs to be made; nothing of it runs.

/** Every machine with the file that defines it. */
export async function builtInMachines(load) {
  const { operationMachine } = await load("actors/operations/operation-machine");
  const { turnMachine } = await load("actors/operations/chat-machine");
  const { pipelineStepMachine } = await load("actors/pipeline/step-machine");
  const { runProcess } = await load("actors/runs/run");
  return [
    { source: "actors/operations/operation-machine.ts", machine: operationMachine },
    { source: "actors/operations/chat-machine.ts", machine: turnMachine },
    { source: "actors/pipeline/step-machine.ts", machine: pipelineStepMachine },
    { source: "actors/runs/run.ts", machine: runProcess({}) },
  ];
}
