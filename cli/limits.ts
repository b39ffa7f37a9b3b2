// The limits of the command, in one place, each with its unit and its reason.

/** Standard input has no size beforehand; a pipe without an end must not fill the memory. */
export const stdinBytesMax = 64 * 1024 * 1024;

/** What takes less than this is done before anyone wonders. */
export const progressAfterMs = 1_000;

/** Often enough to look alive, seldom enough to cost nothing and not to flicker. */
export const progressLineEveryMs = 100;

/** Off a terminal the lines stay in a log, so there are few. */
export const progressLogEveryMs = 10_000;

/** How long an interrupted command may take to put its processes away before it ends anyhow. */
export const stopDeadlineMs = 5_000;

/** Examples of what a rule finds, and of what it leaves alone: they explain it, and `aiex rules test` runs them all. */
export const examplesShownMax = 3;

/** Lines longer than this are hard to read however wide the terminal is. */
export const textColumnsMax = 100;

/** Below this nothing can be laid out; a narrower terminal wraps by itself. */
export const textColumnsMin = 30;

/** A node of this machine answers at once, and a broker within a second; one that is found by its beats needs two more. */
export const openDeadlineMs = 10_000;

/** What a request has beyond the time that was asked for, so that who was asked says itself that it took too long. */
export const answerGraceMs = 1_000;

/** A message between nodes holds no more. */
export const messageBytesMax = 16 * 1024 * 1024;

/** Nodes that are asked at the same time, each with a request of its own. */
export const nodesAskedAtOnceMax = 20;

/** A file of credentials has some hundred bytes. */
export const credentialsBytesMax = 64 * 1024;

/** How often a command that waits for a node's end looks: a person does not notice the difference. */
export const goneLookEveryMs = 100;

/** A drain tells how far it is where its lines stay: seldom enough for a log, as it takes half a minute. */
export const drainLogEveryMs = 1_000;

/** Rows of one list of what a cluster owns; whoever wants all of them takes JSON. */
export const ownedShownMax = 40;

/** Rows of a list of runs; whoever wants all of them takes JSON. */
export const runsShownMax = 40;

/** Steps and effects of one run that are listed, the latest; whoever wants all of them takes JSON. */
export const stepsShownMax = 20;

/** A person who follows a run sees the time go on. */
export const runTickEveryMs = 1_000;

/** What was asked for last may still come to its end before its library is stopped: a run is let go within less. */
export const lastWordsMs = 3_000;

/** An answer to a question is one word. */
export const questionCharactersMax = 10_000;

/** Words that a shell offers; whoever types a letter more is offered those that still fit. */
export const liveRunsMax = 200;

/** As above, from one folder. */
export const liveWorkflowsMax = 500;

/** What a list says of one run has some hundred bytes. */
export const summaryBytesMax = 64 * 1024;

/** Models of one provider that are listed; gateways have hundreds, and whoever wants all of them takes JSON. */
export const modelsShownMax = 60;

/** Of what is wrong with an audit log: where much is, the first lines say what happened. */
export const auditProblemsShownMax = 20;

/** Characters of what a record of the audit log is about, in a list; whoever wants all of it takes JSON. */
export const auditTextCharactersMax = 500;
