// A managed broker: the nats-server of this machine as a supervised process. The server ends with its process, however that
// ends, and starts again on the same port with the same keys and the same store.

import { quotePath } from "../file-system.ts";
import type { NativeLogic } from "../logic/logic.ts";
import { server } from "../logic/server.ts";
import { noReply, ok, replyWith, stopWith } from "../logic/server-result.ts";
import { sanitizeText } from "../observe/sanitize.ts";
import { self, send, sleep } from "../process/acting.ts";
import { currentProcess } from "../process/current.ts";
import type { ExitReason } from "../process/exit-reason.ts";
import type { Protocol } from "../process/protocol.ts";
import type { Program, ProgramEnd } from "../program.ts";
import { type ChildSpec, child } from "../supervision/child-spec.ts";
import type { World } from "../world.ts";
import { BrokerHeld, BrokerNotStarted } from "./failures.ts";
import { judgeLeftover } from "./leftover.ts";
import { brokerLimits } from "./limits.ts";
import { type BrokerRecord, ManagedFolder, urlOf } from "./managed-folder.ts";
import { type ProcessTable, realProcessTable } from "./process-table.ts";
import { anyNode, type Role } from "./roles.ts";
import { checkServerProgram, findServerProgram, type ServerProgram } from "./server-program.ts";

export interface ManagedBrokerOptions {
  readonly world: World;
  /** Where it keeps everything; made where it is missing. One broker has it at a time. */
  readonly folder: string;
  readonly cluster: string;
  /** The machine's owner, as one of their commands is named. */
  readonly person: string;
  /** The PATH that the server is looked for on. */
  readonly searchPath: string;
  /** The server itself, in place of one on the PATH. */
  readonly program?: string;
}

export interface BrokerStatus {
  readonly url: string;
  readonly version: string;
  readonly osPid: number;
  /** What it means when it acknowledges a write: it is on the disk. */
  readonly acknowledges: "fsync";
  /** The files of credentials, by role; any node of this machine may use that of `node`. */
  readonly credentials: Readonly<Record<Role, string>>;
}

export interface BrokerProtocol extends Protocol {
  readonly calls: { readonly status: { readonly payload: undefined; readonly reply: BrokerStatus } };
  readonly casts: object;
  readonly messages: { readonly type: string };
}

/** A server that runs, and how it will have ended. */
interface Running {
  readonly program: Program;
  readonly osPid: number;
  readonly ended: Promise<ProgramEnd>;
  /** Undefined while it runs. */
  readonly end: () => ProgramEnd | undefined;
  /** The end of what it has written. */
  readonly log: () => string;
  readonly processes: ProcessTable;
}

interface Held {
  readonly running: Running;
  readonly status: BrokerStatus;
}

/** The name that the process holds. */
export const brokerName = "broker";

/** The managed broker for a supervisor, whose intensity decides how often a server that ends is started again. */
export function managedBrokerChild(options: ManagedBrokerOptions): ChildSpec {
  return child(managedBroker(options), {
    id: brokerName,
    name: brokerName,
    // Its own deadline is the earlier one, and says what the server wrote.
    startTimeoutMs: brokerLimits.startMsMax * 2,
    shutdownMs: brokerLimits.stopMsMax + 1_000,
    trapExit: true,
  });
}

/**
 * Defines the process. Its start fails with {BrokerProgramMissing}, {BrokerHeld} or {BrokerNotStarted}; it ends with
 * `{ broker_ended, message }` when the server does.
 */
export function managedBroker(options: ManagedBrokerOptions): NativeLogic<BrokerProtocol, void> {
  const { world } = options;
  return server("managed_broker", {
    init: async () => {
      const held = await begin(options);
      const me = self();
      // Where the process has ended before its server, nobody has to hear of that.
      held.running.ended.then(() => send(me, { type: "broker.ended" })).catch(() => {});
      return ok<Held>(held);
    },
    calls: { status: (state: Held) => replyWith(state.status, state) },
    info: (state: Held, { type }) =>
      // Anybody may send this; whether it is so, the program tells.
      type === "broker.ended" && state.running.end() !== undefined
        ? stopWith(reasonOf(state.running), state)
        : noReply(state),
    terminate: ({ running }) => stopServer(world, running),
    formatState: ({ status }) => status,
  }) as NativeLogic<BrokerProtocol, void>;
}

async function begin(options: ManagedBrokerOptions): Promise<Held> {
  const { world, cluster, person, program: given } = options;
  const folder = new ManagedFolder(world.files, options.folder, cluster, person);
  const program =
    given === undefined
      ? await findServerProgram(world, options.searchPath)
      : await checkServerProgram(world, given);
  const processes = realProcessTable(world, program.path);
  const users = await folder.prepare(world.random);
  const before = await folder.record();
  await endLeftover(folder, before, processes);
  await folder.clean();
  await folder.configure(users, before?.port ?? -1);
  const running = startServer(world, program, folder, processes);
  const port = await portOf(world, folder, running);
  const command = await processes.commandOf(process.pid);
  await folder.keep({ port, owner: { osPid: process.pid, command } });
  const status: BrokerStatus = {
    url: urlOf(port),
    version: program.version,
    osPid: running.osPid,
    acknowledges: "fsync",
    credentials: credentialPaths(folder, person),
  };
  return { running, status };
}

/** @throws {BrokerHeld} another program manages the broker of this folder */
async function endLeftover(
  folder: ManagedFolder,
  record: BrokerRecord | undefined,
  processes: ProcessTable,
): Promise<void> {
  const serverPid = await folder.serverPid();
  const commandOf = async (osPid: number | undefined): Promise<string | undefined> =>
    osPid === undefined ? undefined : processes.commandOf(osPid);
  const [brokerCommand, ownerCommand] = await Promise.all([
    commandOf(serverPid),
    commandOf(record?.owner.osPid),
  ]);
  const { configurationPath } = folder;
  const found = judgeLeftover({
    record,
    serverPid,
    brokerCommand,
    ownerCommand,
    ownPid: process.pid,
    configurationPath,
  });
  if (found.kind === "held") {
    const url = urlOf(record?.port ?? 0);
    throw new BrokerHeld(
      `The broker in ${quotePath(folder.path)} is managed by the process ${found.ownerPid} of this machine already. Join it at ${url} with the credentials in that folder, or give this one another folder.`,
      { details: { url, ownerPid: found.ownerPid } },
    );
  }
  if (found.kind === "orphan") await processes.kill(found.osPid);
}

/** The server ends with the process that is running now, also where that is killed. */
function startServer(
  world: World,
  { path }: ServerProgram,
  folder: ManagedFolder,
  processes: ProcessTable,
): Running {
  const decoder = new TextDecoder();
  let log = "";
  let end: ProgramEnd | undefined;
  let program: Program | undefined;
  const ended = new Promise<ProgramEnd>((resolve) => {
    program = world.programs.start(
      // Keys are in files: a command line can be read by everybody on the machine.
      { command: path, args: ["-c", folder.configurationPath], env: {}, cwd: folder.path },
      {
        onOutput: () => {},
        onErrorOutput: (bytes) => {
          log = (log + decoder.decode(bytes, { stream: true })).slice(-brokerLimits.logCharactersMax);
        },
        onDrain: () => {},
        onEnd: (how) => {
          end = how;
          resolve(how);
        },
      },
    );
  });
  const started = program as unknown as Program;
  const owner = currentProcess();
  owner.releases ??= new Set();
  owner.releases.add(() => started.kill());
  return { program: started, osPid: started.osPid ?? 0, ended, end: () => end, log: () => log, processes };
}

/** Waits until the server has written down its port, which it does when it takes connections. */
async function portOf(world: World, folder: ManagedFolder, running: Running): Promise<number> {
  const deadline = world.clock.now() + brokerLimits.startMsMax;
  for (;;) {
    const port = await folder.port(running.osPid);
    if (port !== undefined) return port;
    if (running.end() !== undefined) throw notStarted(folder, running, `It ended (${endOf(running)}).`);
    if (world.clock.now() > deadline) {
      running.program.kill();
      throw notStarted(folder, running, `It took no connections within ${brokerLimits.startMsMax} ms.`);
    }
    await sleep(brokerLimits.startPollMs);
  }
}

function notStarted(folder: ManagedFolder, running: Running, why: string): BrokerNotStarted {
  const isTaken = /address already in use/.test(running.log());
  const advice = isTaken
    ? ` Another program has taken the port that this broker had: end it, or remove ${quotePath(`${folder.path}/broker.json`)} to have a new port.`
    : "";
  return new BrokerNotStarted(
    `The managed nats-server did not start. ${why}${advice} It said last:\n${sanitizeText(running.log()).trim() || "(nothing)"}`,
  );
}

/** In good order, and after a while hard. */
async function stopServer(world: World, running: Running): Promise<void> {
  if (running.end() !== undefined) return;
  const late = world.timers.set(brokerLimits.stopMsMax, () => running.program.kill());
  await running.processes.stop(running.osPid);
  await running.ended;
  world.timers.clear(late);
}

function reasonOf(running: Running): ExitReason {
  const message = `The managed nats-server ended (${endOf(running)}). It said last:\n${sanitizeText(running.log())}`;
  return { broker_ended: running.end() ?? "unknown", message };
}

function endOf(running: Running): string {
  const end = running.end();
  switch (end?.kind) {
    case "exited":
      return `with code ${end.code}`;
    case "signalled":
      return `by ${end.signal}`;
    case "unstartable":
      return end.message;
    case undefined:
      return "it runs";
  }
}

function credentialPaths(folder: ManagedFolder, person: string): Readonly<Record<Role, string>> {
  const of = (role: Exclude<Role, "node">): string => folder.credentialsOf({ role, name: person });
  return {
    node: folder.credentialsOf({ role: "node", name: anyNode }),
    operator: of("operator"),
    observer: of("observer"),
    evaluator: of("evaluator"),
    client: of("client"),
  };
}
