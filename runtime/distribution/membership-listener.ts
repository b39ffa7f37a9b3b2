// What follows for the sessions over one carrier from what its membership finds out.
import type { Carrier } from "../carrier.ts";
import type { MembershipListener } from "../membership/membership-shell.ts";
import type { Identity } from "../membership/rival.ts";
import type { Kernel } from "../process/kernel.ts";
import type { Peer } from "./peer.ts";
import type { PeerTable } from "./peer-table.ts";

export interface MembershipListenerOptions {
  readonly kernel: Kernel;
  readonly carrier: Carrier;
  readonly peers: PeerTable;
  readonly meet: (node: string) => Peer;
  /** Somebody else has the own name, and keeps it. */
  readonly onNameLost: (rival: Identity) => void;
}

export function membershipListener(options: MembershipListenerOptions): MembershipListener {
  const { kernel, carrier, peers, meet, onNameLost } = options;
  return {
    onConnect: (node, incarnation) => {
      const peer = peers.find(node) ?? meet(node);
      if (peer.carrier !== carrier) return;
      // It lives on under its name as another one.
      if (peer.isUp && peer.incarnation !== incarnation) peer.close("incarnation");
      if (!peer.isUp) peer.reach();
    },
    onDown: (node, _incarnation, reason) => {
      for (const peer of [...peers.named(node)])
        if (peer.carrier === carrier) peer.close(reason === "left" ? "goodbye" : "down");
    },
    onBeat: (node, incarnation) => {
      const peer = peers.find(node);
      if (peer?.carrier === carrier && peer.incarnation === incarnation) peer.heard();
    },
    onBreakAll: () => {
      for (const peer of peers.over(carrier)) peer.close("missed_beats");
    },
    onConflict: (rival, mustLeave) => {
      const { name: peer, host, osPid } = rival;
      kernel.events.emit("name_conflict", { peer, host, osPid, mustLeave });
      if (mustLeave) onNameLost(rival);
    },
    onTrouble: (why) => kernel.events.emit("membership_trouble", { why }),
  };
}
