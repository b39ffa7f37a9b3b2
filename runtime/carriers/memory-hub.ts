// What a carrier in memory and its network need of each other.
import type { World } from "../world.ts";
import type { Interest, InterestTable } from "./interest.ts";
import type { MemoryCarrier, MemorySubscription } from "./memory-carrier.ts";

/** A message for the subscriptions that it is meant for, or the answer to a request of the receiver. */
export type Delivery =
  | {
      readonly kind: "message";
      readonly subject: string;
      readonly payload: Uint8Array;
      readonly interests: readonly Interest<MemorySubscription>[];
      readonly respond: ((payload: Uint8Array) => void) | undefined;
    }
  | { readonly kind: "answer"; readonly number: number; readonly payload: Uint8Array };

export interface MemoryHub {
  readonly world: World;
  readonly interests: InterestTable<MemorySubscription>;
  carry(from: MemoryCarrier, to: MemoryCarrier, delivery: Delivery): void;
  remove(carrier: MemoryCarrier): void;
}
