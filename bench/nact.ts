// nact as a peer: the system that its actors live in.
import { start } from "nact";

export const nactSystem = start();
