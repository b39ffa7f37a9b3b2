// Real nodes over a real broker that die, stand still, or want a name that is held.
import { smoke } from "./smoke.ts";

smoke(13, 14, 24);
