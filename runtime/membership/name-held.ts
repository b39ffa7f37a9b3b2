// The refusal of a name that a live node of the cluster has.
import { AiexError } from "../errors.ts";
import type { Identity } from "./rival.ts";

export class NameHeld extends AiexError {
  readonly code = "name_held";
  readonly holder: Identity;
  constructor(holder: Identity) {
    const { name, incarnation, host, osPid } = holder;
    super(
      `There is a node "${name}" in this cluster: OS process ${osPid} on ${host}, incarnation ${incarnation}. Stop it, or start this one under another name.`,
      { details: { name, incarnation, host, osPid } },
    );
    this.holder = holder;
  }
}
