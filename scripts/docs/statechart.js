// One XState machine as a Mermaid state diagram, from the machine's own definition.

/** What stands in a diagram for something else: no state can have such a name there. */
const reservedIds = new Set([
  "end",
  "state",
  "note",
  "fork",
  "join",
  "choice",
  "direction",
  "class",
  "default",
]);

/** The text of a `stateDiagram-v2`, without a line feed at its end. */
export function statechart({ root }) {
  return ["stateDiagram-v2", ...indented(inside(root))].join("\n");
}

/** What a machine does in every state without leaving it, as the lines of a note. */
export function everywhere({ root }) {
  return stays(root);
}

function inside(node) {
  const children = Object.values(node.states);
  const starts = (node.initial?.target ?? []).map((target) => `[*] --> ${idOf(target)}`);
  const parts = children.map((child) => [...body(child), ...edges(child), ...note(child)]);
  if (node.type === "parallel") return parts.flatMap((part, index) => (index === 0 ? part : ["--", ...part]));
  return [...starts, ...parts.flat()];
}

function body(node) {
  const id = idOf(node);
  if (Object.keys(node.states).length > 0) return [`state ${id} {`, ...indented(inside(node)), "}"];
  return [id];
}

/** The arrows that leave a state, those of the states around it too where they would lead into it. */
function edges(node) {
  const own = transitionsOf(node).flatMap((transition) => arrows(node, transition));
  const around = ancestorsOf(node).flatMap((ancestor) =>
    node.type === "final" || Object.keys(node.states).length > 0
      ? []
      : transitionsOf(ancestor)
          .filter(({ when }) => !takesAlways(node, when))
          .flatMap((transition) => arrows(node, transition, (target) => isWithin(target, ancestor))),
  );
  return [...own, ...around, ...(node.type === "final" ? [`${idOf(node)} --> [*]`] : [])];
}

/** True where nothing is left of an event for the states around. */
function takesAlways(node, event) {
  return transitionsOf(node).some(({ when, guard }) => when === event && guard === undefined);
}

function arrows(node, transition, isMeant = (target) => !isWithin(target, node)) {
  return (transition.target ?? [])
    .filter(isMeant)
    .map((target) => `${idOf(node)} --> ${idOf(target)} : ${labelOf(transition)}`);
}

function note(node) {
  const lines = [...happenings(node), ...stays(node)];
  return lines.length === 0 ? [] : [`note right of ${idOf(node)}`, ...indented(lines), "end note"];
}

function happenings(node) {
  const entry = actionNames(node.entry);
  const exit = actionNames(node.exit);
  return [
    ...(entry === "" ? [] : [`entry / ${entry}`]),
    ...node.invoke.map(({ src }) => `invoke ${src}`),
    ...(exit === "" ? [] : [`exit / ${exit}`]),
  ];
}

function stays(node) {
  return transitionsOf(node)
    .filter(({ target }) => target === undefined)
    .map(labelOf);
}

/** Every transition of a state with the event in words, in the order in which they are tried. */
function transitionsOf(node) {
  const onEvents = [...node.transitions].flatMap(([event, transitions]) =>
    transitions.map((transition) => ({ ...transition, when: inWords(event, node) })),
  );
  const always = (node.always ?? []).map((transition) => ({ ...transition, when: "at once" }));
  return [...always, ...onEvents];
}

function inWords(event, node) {
  if (event === "*") return "any other event";
  const delay = node.after.find(({ eventType }) => eventType === event)?.delay;
  if (delay !== undefined) return `after ${typeof delay === "number" ? `${delay} ms` : delay}`;
  const [, outcome, id] = /^xstate\.(done|error)\.actor\.(.*)$/.exec(event) ?? [];
  if (outcome === undefined) return event.startsWith("xstate.done.state.") ? "done" : event;
  const source = node.invoke.find((invoked) => invoked.id === id)?.src ?? id;
  return `${source} ${outcome === "done" ? "done" : "failed"}`;
}

function labelOf({ when, guard, actions }) {
  const done = actionNames(actions);
  return [
    when,
    ...(guard === undefined ? [] : [`[${guardName(guard)}]`]),
    ...(done === "" ? [] : [`/ ${done}`]),
  ].join(" ");
}

/** Guards that have no name of their own are conditions on the spot. */
function guardName(guard) {
  if (typeof guard === "string") return guard;
  if (typeof guard === "object") return guard.type;
  const { guards } = guard;
  if (guards === undefined) return "a condition";
  const names = guards.map(guardName);
  if (guard.type === "xstate.not" || names.length === 1) return `not ${names[0]}`;
  return names.join(guard.type === "xstate.or" ? " or " : " and ");
}

/** XState raises the events of its own delays by actions that nobody wrote. */
function actionNames(actions) {
  return actions
    .map((action) => (typeof action === "string" ? action : (action.type ?? action.name)))
    .map((name) => name.replace(/^xstate\./, ""))
    .filter((name) => name !== "" && name !== "raise" && name !== "cancel" && name !== "actions")
    .join(", ");
}

function ancestorsOf(node) {
  return node.parent === undefined ? [] : [node.parent, ...ancestorsOf(node.parent)];
}

function isWithin(node, ancestor) {
  return ancestorsOf(node).includes(ancestor);
}

function idOf(node) {
  const id = node.path.join("_");
  if (!/^[A-Za-z]\w*$/.test(id) || reservedIds.has(id))
    throw new Error(`The state "${node.id}" cannot be drawn under the name "${id}". Give it another one.`);
  return id;
}

function indented(lines) {
  return lines.map((line) => `  ${line}`);
}
