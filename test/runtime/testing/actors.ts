// Actors for the tests of the test kit to be put on.
import { noReply, ok, replyWith, server } from "../../../runtime/index.ts";

export const counter = server("counter", {
  init: (start: number) => ok(start),
  calls: {
    bump: (total, by: number) => replyWith(total + by, total + by),
    get: (total) => replyWith(total, total),
  },
  casts: { reset: () => noReply(0) },
  info: (total) => noReply(total),
});
