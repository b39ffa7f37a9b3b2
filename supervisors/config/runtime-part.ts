// What a person can configure about the runtime under everything else.
import { z } from "zod";

export const runtimeConfiguration = z.strictObject({
  // Below the 30 s after which Kubernetes, and the 90 s after which systemd, kill what has not stopped.
  shutdown_deadline_ms: z
    .int()
    .min(0)
    .max(3_600_000)
    .default(10_000)
    .describe("Milliseconds that work under way may take to end before everything is stopped"),
});
