// What is told in place of a signal whose own words cannot travel.
import type { ExitReason } from "../process/exit-reason.ts";
import { type Signal, signalKinds } from "../wire/frame.ts";

/** The same news with another reason, for signals that must not be lost; undefined for those of a sender who can be told. */
export function insteadOf(signal: Signal, reason: ExitReason): Signal | undefined {
  switch (signal[0]) {
    case signalKinds.reply:
    case signalKinds.callFailed:
      return [signalKinds.callFailed, signal[1], signal[2], { kind: "exited", reason }];
    case signalKinds.down:
      return [signalKinds.down, signal[1], signal[2], signal[3], reason];
    case signalKinds.linkExit:
      return [signalKinds.linkExit, signal[1], signal[2], reason];
    case signalKinds.spawnFailed: {
      const { code, holder } = signal[3];
      const message = "The start failed with a reason that cannot travel.";
      const told = { code, message, reason, ...(holder === undefined ? {} : { holder }) };
      return [signalKinds.spawnFailed, signal[1], signal[2], told];
    }
    default:
      return undefined;
  }
}
