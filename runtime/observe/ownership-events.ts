// The events of what a cluster has one owner of: leases, names, children, their checkpoints, and nodes that hand over.
import { event, field, measure } from "./event-definition.ts";

export const ownershipEvents = {
  checkpoint_incomplete: event({
    means:
      "A process was kept without its timers or monitors, and its durable logic has no onRestored to start them again.",
    level: "warn",
    metadata: {
      pid: field.pid("The process"),
      name: field.optionalText("The name that it is registered under"),
      what: field.label("What is left out: timers, monitors, or both"),
    },
  }),
  cluster_name_conflict: event({
    means: "Two processes were found to have one name of the cluster, and it was decided between them.",
    level: "warn",
    metadata: {
      name: field.text("The name"),
      pid: field.pid("The process of this node, which was cut off from the others"),
      other: field.pid("The process that the cluster knew by the name"),
      outcome: field.label("Who keeps it"),
    },
  }),
  lease_waiting: event({
    means: "This node has no lease, can own nothing yet, and tries again.",
    level: "warn",
    metadata: { why: field.text("What it waits for") },
  }),
  lease_challenged: event({
    means: "This node has put the lease of another one to an end, since nobody renewed it.",
    level: "warn",
    metadata: {
      peer: field.label("The other node"),
      incarnation: field.number("Its incarnation"),
      term: field.number("Which one of its leases it was"),
    },
  }),
  ownership_held: event({
    means: "This node has its lease, and can own things in its cluster.",
    level: "info",
    metadata: { term: field.number("Which one of its leases it is") },
  }),
  ownership_suspended: event({
    means: "This node cannot renew its lease, so what it owns rests. Everything else goes on.",
    level: "warn",
    metadata: {},
  }),
  ownership_resumed: event({
    means: "This node has renewed its lease again before anybody had taken anything: what it owns goes on.",
    level: "info",
    metadata: {},
  }),
  ownership_lost: event({
    means: "This node's lease is over: what it owned is another's. It acquires a new one by itself.",
    level: "warn",
    metadata: { why: field.text("How that came") },
  }),
  child_moved: event({
    means: "A child of a cluster supervisor runs on this node, and ran on another before, or nowhere.",
    level: "info",
    measurements: { tookMs: measure("ms", "How long nobody had it, as exact as the machines' clocks agree") },
    metadata: {
      child: field.text("The supervisor's name, and the child's id"),
      from: field.optionalText("The node that had it"),
      to: field.label("The node that has it"),
      reason: field.label("Why it moved"),
      epoch: field.number("Which one of its owners that is"),
    },
  }),
  child_refused: event({
    means: "A child of a cluster supervisor cannot run on this node, and goes elsewhere.",
    level: "warn",
    metadata: {
      child: field.text("The supervisor's name, and the child's id"),
      why: field.text("What keeps it from starting"),
    },
  }),
  child_given_up: event({
    means: "A child made several supervisors in a row give up, and is not started again.",
    level: "error",
    measurements: { failures: measure("{supervisor}", "How many") },
    metadata: { child: field.text("The supervisor's name, and the child's id") },
  }),
  checkpoint_failed: event({
    means:
      "The state of a child could not be written down. It is tried again; a crash now would cost what came since.",
    level: "error",
    metadata: {
      child: field.text("The supervisor's name, and the child's id"),
      why: field.text("What went wrong"),
    },
  }),
  node_draining: event({
    means: "This node takes no new work and hands over what it owns.",
    level: "info",
    measurements: { deadlineMs: measure("ms", "How long that may take") },
    metadata: {},
  }),
  node_drained: event({
    means: "This node has handed over what it owned, or its time was up.",
    level: "info",
    measurements: {
      owned: measure("{child}", "Children that it owned"),
      calls: measure("{call}", "Calls that were not answered"),
    },
    metadata: { cut: field.boolean("True where the time was up first") },
  }),
};
