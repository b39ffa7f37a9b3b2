// Pipelines of nodes with everything on them, over a real broker: their owners are killed wherever a seed says, and told to end.
import { pipelineOwnersKilled, pipelineOwnersTold } from "./rows/pipelines.ts";
import { smokeRows } from "./smoke.ts";

smokeRows(pipelineOwnersKilled, pipelineOwnersTold);
