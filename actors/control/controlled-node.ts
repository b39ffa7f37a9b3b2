// The node as its control process sees it: what it can tell and have done, whoever put the node together.
import type { Carrier } from "../../runtime/carrier.ts";
import type { Node } from "../../runtime/index.ts";
import type { Owned } from "./owned.ts";
import type { ControlRequests } from "./protocol.ts";
import type { Problem, Reports } from "./reports.ts";

export interface ControlledNode {
  readonly node: Node;
  readonly incarnation: number;
  readonly cluster: string;
  readonly host: string;
  readonly osPid: number;
  /** The version of this program. */
  readonly program: string;
  readonly labels: Readonly<Record<string, string>>;
  /** By the world's clock. */
  readonly startedMs: number;
  /** "up", "draining", … */
  state(): string;
  carriers(): readonly Carrier[];
  applications(): Reports["status"]["applications"];
  /** This node among them. */
  members(): Reports["members"]["members"];
  sessions(): Reports["sessions"]["sessions"];
  /** What is wrong with what stands around the node: its carriers, its membership. */
  problems(): readonly Problem[];
  /** What it and the others own; undefined for one that is by itself. */
  readonly owned: Owned | undefined;
  /** Begins to stop in good order. */
  stop(): void;
  /** Begins to hand over what it owns, and stops when that is over. False where that goes on already: then it goes on as it is. */
  retire(request: { readonly deadlineMs: number }): boolean;
  /** How far that is. Whoever asked for it has heard of its end by this, and is not waited for any more. */
  tellDrain(): Reports["drain"];
  /** Becomes a member of a cluster. */
  join(request: ControlRequests["join"]["asks"]): Promise<ControlRequests["join"]["answers"]>;
}
