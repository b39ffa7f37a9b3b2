// What happens with the index of a project, as events that logs, metrics and traces hear of.
import { defineEvents, event, field } from "../../../runtime/index.ts";

export const indexEvents = defineEvents("context_index", {
  project_unwatched: event({
    means:
      "The files of a project are not watched any more: from now on every question about it looks at all of them.",
    level: "warn",
    metadata: { reason: field.text("What kept them from being watched") },
  }),
});
