// The node as its control process sees it: what it can tell and have done, whoever put the node together.
import type { Carrier } from "../../runtime/carrier.ts";
import type { Node } from "../../runtime/index.ts";
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
  /** Begins to stop in good order. */
  stop(): void;
  /** Becomes a member of a cluster. */
  join(request: ControlRequests["join"]["asks"]): Promise<ControlRequests["join"]["answers"]>;
}
