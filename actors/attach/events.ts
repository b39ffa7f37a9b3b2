// What happens with attached shells, as events that logs, metrics and traces hear of.
import { defineEvents, event, field, measure } from "../../runtime/index.ts";

const shell = {
  session: field.text("The shell's id"),
  from: field.text("Who attached it: the name of the command's node"),
};

export const attachEvents = defineEvents("attach", {
  shell_opened: event({
    means: "Somebody attached a shell to the node.",
    level: "info",
    metadata: {
      ...shell,
      carrier: field.label("The carrier that it came over"),
      mode: field.label("Whether it may run code, or only looks"),
    },
    span: { is: "begin", span: "attach.shell", key: ["session"] },
  }),
  shell_refused: event({
    means: "Somebody asked for a shell and was not given one.",
    level: "warn",
    metadata: {
      from: shell.from,
      carrier: field.label("The carrier that it came over"),
      code: field.label("Why it was refused"),
    },
  }),
  line_entered: event({
    means: "Somebody entered something into an attached shell.",
    level: "info",
    metadata: { ...shell, text: field.text("What was entered") },
  }),
  held_up: event({
    means: "Code of an attached shell held the node up.",
    level: "warn",
    measurements: { heldUpMs: measure("ms", "How long nothing else could run") },
    metadata: shell,
  }),
  evaluator_crashed: event({
    means:
      "Code of an attached shell failed where nobody could catch it; the shell goes on with what it had.",
    level: "warn",
    metadata: { ...shell, reason: field.reason("How it failed") },
  }),
  shell_closed: event({
    means: "A shell was left, or taken away.",
    level: "info",
    metadata: { ...shell, why: field.label("Why it ended") },
    span: { is: "end", span: "attach.shell", key: ["session"], failed: false },
  }),
});
