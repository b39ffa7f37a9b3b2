import { describe, expect, it } from "vitest";
import type { PulseOptions, PulseStatus, StartPulse } from "../../../runtime/membership/pulse.ts";
import { pulseUntilReady } from "../../../supervisors/cluster/pulse-until-ready.ts";

const up: PulseStatus = { state: "up", load: 0.5 };

/** A pulse that notes what it is told. */
function noting() {
  const told: unknown[] = [];
  const start: StartPulse = ({ status }) => {
    told.push(status);
    return {
      sentBeats: 7,
      tick: (next) => told.push(next),
      stop: async (how) => {
        told.push(how);
      },
    };
  };
  return { told, start };
}

describe("A pulse until its node is ready", () => {
  it("says joining with the load as it is, and then what it is told", async () => {
    const { told, start } = noting();
    let isReady = false;
    const pulse = pulseUntilReady(start, () => isReady)({ status: up } as PulseOptions);
    pulse.tick(up);
    isReady = true;
    pulse.tick(up);
    pulse.tick({ state: "draining", load: 0 });
    await pulse.stop({ farewell: true });
    const joining = { state: "joining", load: 0.5 };
    expect(told).toEqual([joining, joining, up, { state: "draining", load: 0 }, { farewell: true }]);
    expect(pulse.sentBeats).toBe(7);
  });
});
