// What happens with sessions, as events that logs, metrics and traces hear of.
import { defineEvents, event, field, measure } from "../../../runtime/index.ts";

const session = { session: field.text("The session's id") };

export const sessionEvents = defineEvents("context", {
  session_owned: event({
    means: "This node owns a shared session now, and has read its log.",
    level: "debug",
    measurements: {
      entries: measure("{entry}", "Entries in it"),
      epoch: measure("{epoch}", "Of this owner"),
    },
    metadata: session,
  }),
  session_damaged: event({
    means: "A part of a session's log could not be read and was taken out; what stands before it is there.",
    level: "error",
    metadata: session,
  }),
  sessions_unwritten: event({
    means: "What was added to sessions could not be written now; it stays in memory and is tried again.",
    level: "warn",
    metadata: { reason: field.text("What kept it from being written") },
  }),
  sessions_forgotten: event({
    means:
      "Sessions were forgotten: unused for context.session_timeout_ms, or more than context.max_sessions.",
    level: "info",
    measurements: { sessions: measure("{session}", "How many") },
    metadata: {},
  }),
});
