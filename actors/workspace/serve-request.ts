// What a command that serves its files sends a node, checked: it comes from outside.
import { z } from "zod";
import type { ServeRequest } from "./desk-protocol.ts";
import { isWorkspaceOfNode } from "./desk-protocol.ts";
import { workspaceAccessLimits } from "./limits.ts";

const { idCharactersMax, labelCharactersMax, pieceBytes, pollMs } = workspaceAccessLimits;

const serveRequest = z.object({
  workspace: z.object({
    id: z
      .string()
      .min(1)
      .max(idCharactersMax)
      .refine((id) => !isWorkspaceOfNode(id), "is that of a node"),
    label: z.string().max(labelCharactersMax),
  }),
  answers: z.object({
    session: z.string().max(idCharactersMax).optional(),
    pieces: z
      .array(
        z.object({
          n: z.int().min(1),
          id: z.int().min(1),
          isLast: z.boolean(),
          bytes: z.instanceof(Uint8Array).refine(({ length }) => length <= pieceBytes, "is too long"),
        }),
      )
      .max(1_000),
    seen: z.int().min(0),
    isLast: z.boolean().optional(),
  }),
  waitMs: z
    .number()
    .min(0)
    .transform((ms) => Math.min(ms, pollMs)),
});

/** The request, or what is wrong with it in words. */
export function serveRequestIn(value: unknown): ServeRequest | string {
  const parsed = serveRequest.safeParse(value);
  if (parsed.success) return parsed.data as ServeRequest;
  const [first] = parsed.error.issues;
  const at =
    first === undefined ? "" : ` ${first.path.map(String).join(".") || "all of it"}: ${first.message}.`;
  return `This is no request to serve a workspace.${at} The versions of the command and of the node may be too far apart.`;
}
