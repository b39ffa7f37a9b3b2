// What the program of a node that owns things can be asked.

/** The child that one of the programs runs. */
export const single = "work/single";

export interface ProgramSettings {
  readonly name: string;
  readonly cluster: string;
  /** Of its way to the broker. */
  readonly url: string;
  /** Scales all times. */
  readonly factor: number;
}

export type OwnerOrder =
  /** Whether a new process of the node has the name now. */
  | { readonly do: "register"; readonly name: string }
  /** The node of the holder of a name, by what is known here; null for nobody. */
  | { readonly do: "where"; readonly name: string }
  /** Waits for a lock, and keeps it. */
  | { readonly do: "lock"; readonly id: string }
  | { readonly do: "add"; readonly count: number }
  /** Why the child runs where it does. */
  | { readonly do: "kind" }
  | { readonly do: "permit"; readonly node: string; readonly isPermitted: boolean }
  /** `OwnerLook`. */
  | { readonly do: "look" };

export interface OwnerLook {
  readonly state: string;
  /** That processes of the child have had in this program. */
  readonly turns: number;
  /** How the processes that were given names have ended. */
  readonly ends: readonly unknown[];
}
