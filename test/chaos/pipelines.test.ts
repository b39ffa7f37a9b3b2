// Nodes with everything on them over a real broker: who works on files with a model is killed wherever a seed says.
import { refactoringOwnersKilled } from "./rows/pipelines.ts";
import { smokeRows } from "./smoke.ts";

smokeRows(refactoringOwnersKilled);
