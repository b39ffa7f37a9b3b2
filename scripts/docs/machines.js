// The statecharts among the actors, and what each needs to be made; nothing of it runs.

/** Every machine with the file that defines it. */
export async function builtInMachines(load) {
  const { contextManager } = await load("actors/context/manager");
  const { circuitBreaker } = await load("actors/llm/circuit-breaker");
  const { llmCoordinator } = await load("actors/llm/coordinator");
  const { attemptAt } = await load("actors/llm/request");
  const { runProcess } = await load("actors/runs/run");
  return [
    { source: "actors/context/manager.ts", machine: contextManager({}) },
    { source: "actors/llm/circuit-breaker.ts", machine: circuitBreaker },
    { source: "actors/llm/coordinator.ts", machine: llmCoordinator(new Map()) },
    { source: "actors/llm/request.ts", machine: attemptAt({}) },
    { source: "actors/runs/run.ts", machine: runProcess({}) },
  ];
}
