// The reports that a node cannot make by itself at once: others of its processes are asked, and may take their time.
import { call } from "../../runtime/index.ts";
import { contextSessionsOf, contextStatusOf, withFewerSessions } from "./context.ts";
import { breakersOf, healthOf, modelsOf, usageOf, withFewerModels } from "./llm.ts";
import type { InspectRequest } from "./protocol.ts";
import type { ReportName, Reports } from "./reports.ts";

/** A report with at most so many rows. */
type Cuttable = (rowsMax: number) => Reports[ReportName];

/** For code of processes. @throws what those who are asked refuse with; what calls throw */
export async function askedReport(
  asked: Extract<InspectRequest, { readonly what: `llm_${string}` | `context_${string}` }>,
): Promise<Cuttable> {
  switch (asked.what) {
    case "context_status":
      return whole(await contextStatusOf(call));
    case "context_sessions": {
      const report = await contextSessionsOf(call);
      return (rowsMax) => withFewerSessions(report, rowsMax);
    }
    case "llm_breakers":
      return whole(await breakersOf(call));
    case "llm_health":
      return whole(await healthOf(call, asked));
    case "llm_models": {
      const report = await modelsOf(call, asked);
      return (rowsMax) => withFewerModels(report, rowsMax);
    }
    case "llm_usage":
      return whole(await usageOf(call, asked));
  }
}

function whole(report: Reports[ReportName]): Cuttable {
  return () => report;
}
