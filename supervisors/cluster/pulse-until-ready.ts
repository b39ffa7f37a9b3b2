// The heartbeat of a node whose work does not run yet: it says `joining`, so that nobody counts on it.
import type { PulseStatus, StartPulse } from "../../runtime/membership/pulse.ts";

/** As `start`, but for what the beats say until `isReady`; whoever makes that true tells the state anew. */
export function pulseUntilReady(start: StartPulse, isReady: () => boolean): StartPulse {
  const said = (status: PulseStatus): PulseStatus => (isReady() ? status : { ...status, state: "joining" });
  return (options) => {
    const pulse = start({ ...options, status: said(options.status) });
    return {
      get sentBeats() {
        return pulse.sentBeats;
      },
      tick: (status) => pulse.tick(said(status)),
      stop: (how) => pulse.stop(how),
    };
  };
}
