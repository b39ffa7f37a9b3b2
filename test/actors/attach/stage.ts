// A real node that gives shells over a network in memory, and terminals that have one, for the tests of attached shells.
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { type AttachOptions, attachTree } from "../../../actors/attach/attach.ts";
import type { AttachMode, ClosedWhy, NodeMessage } from "../../../actors/attach/frames.ts";
import { type AttachPlace, RemoteShell } from "../../../cli/attach/remote-shell.ts";
import { type MemoryNetwork, memoryNetwork } from "../../../runtime/carriers/memory.ts";
import {
  Applications,
  type Node,
  noReply,
  ok,
  type RuntimeEvent,
  realWorld,
  replyWith,
  server,
  startNode,
} from "../../../runtime/index.ts";
import { subjects } from "../../../runtime/wire/subject.ts";

export interface AttachStage {
  readonly node: Node;
  readonly network: MemoryNetwork;
  readonly events: RuntimeEvent[];
  readonly auditPath: string;
  readonly auditLines: () => Promise<readonly Record<string, unknown>[]>;
  place(from?: string): AttachPlace;
  open(options?: { readonly mode?: AttachMode; readonly from?: string }): Promise<Terminal>;
  fileMode(): Promise<number>;
}

export async function attachStage(
  options: Partial<Omit<AttachOptions, "node" | "carriers" | "subjects">> = {},
): Promise<AttachStage> {
  const world = realWorld();
  const node = startNode({ world, name: "alpha", boundary: "freeze", onHalt: () => undefined });
  const events: RuntimeEvent[] = [];
  node.subscribe((event) => events.push(event));
  const network = memoryNetwork(world);
  const folder = await mkdtemp(join(tmpdir(), "attach-"));
  const auditPath = join(folder, "state", "audit.log");
  const names = subjects("aiex");
  const carriers = [network.carrier("alpha")];
  const tree = attachTree({ node, subjects: names, carriers, auditPath, ...options });
  const applications = new Applications(node, [{ name: "attach", tree }]);
  await applications.startAll("attach");
  await node.spawn(counter, { name: "counter" });
  onTestFinished(async () => {
    await applications.shutdown(5_000);
    await node.halt();
    await rm(folder, { recursive: true });
  });
  const place = (from = "cli-joe"): AttachPlace => ({
    carrier: network.carrier(from),
    subjects: names,
    node: "alpha",
    from,
  });
  return {
    node,
    network,
    events,
    auditPath,
    auditLines: async () =>
      (await readFile(auditPath, "utf8"))
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as Record<string, unknown>),
    fileMode: async () => (await stat(auditPath)).mode & 0o777,
    place,
    open: async ({ mode = "evaluate", from = "cli-joe" } = {}) => Terminal.open(place(from), mode),
  };
}

export interface Evaluated {
  readonly value: string | undefined;
  readonly error: string | undefined;
  readonly kind: string | undefined;
  readonly output: string;
  readonly isMore: boolean;
  readonly heldUpMs: number;
}

/** A terminal without a person: it notes what it hears, and waits for it. */
export class Terminal {
  readonly heard: NodeMessage[] = [];
  shell!: RemoteShell;
  ending: { readonly why: ClosedWhy; readonly text: string } | undefined;
  #wake: (() => void)[] = [];

  static async open(place: AttachPlace, mode: AttachMode): Promise<Terminal> {
    const terminal = new Terminal();
    const options = { world: realWorld(), mode, columns: 80 };
    terminal.shell = await RemoteShell.open(place, options, {
      heard: (message) => {
        terminal.heard.push(message);
        terminal.#tell();
      },
      ended: (why, text) => {
        terminal.ending = { why, text };
        terminal.#tell();
      },
    });
    await terminal.until(() => terminal.heard.some(({ op }) => op === "banner"));
    return terminal;
  }

  get output(): string {
    return this.heard.flatMap((message) => (message.op === "output" ? [message.text] : [])).join("");
  }

  async until(isSo: () => boolean): Promise<void> {
    while (!isSo()) await new Promise<void>((resolve) => this.#wake.push(resolve));
  }

  async evaluate(
    text: string,
    options: { readonly json?: boolean; readonly timeoutMs?: number } = {},
  ): Promise<Evaluated> {
    return this.result(this.start(text, options));
  }

  start(
    text: string,
    { json = false, timeoutMs = 20_000 }: { readonly json?: boolean; readonly timeoutMs?: number } = {},
  ): number {
    return this.shell.evaluate(text, { json, timeoutMs });
  }

  async result(id: number): Promise<Evaluated> {
    const before = this.output.length;
    await this.until(
      () => this.ending !== undefined || this.heard.some((said) => said.op === "done" && said.id === id),
    );
    let value: string | undefined;
    let error: string | undefined;
    let kind: string | undefined;
    let isMore = false;
    let heldUpMs = 0;
    for (const said of this.heard) {
      if (!("id" in said) || said.id !== id) continue;
      if (said.op === "value") value = (value ?? "") + said.text;
      if (said.op === "error") [error, kind] = [said.text, said.kind];
      if (said.op === "more") isMore = true;
      if (said.op === "done") heldUpMs = said.heldUpMs;
    }
    return { value, error, kind, output: this.output.slice(before), isMore, heldUpMs };
  }

  #tell(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }
}

export const counter = server("counter", {
  init: () => ok(0),
  calls: {
    add: (count: number, by: { readonly n: number }) => replyWith(count + by.n, count + by.n),
    get: (count: number) => replyWith(count, count),
  },
  casts: {
    bump: (count: number) => noReply(count + 1),
  },
});
