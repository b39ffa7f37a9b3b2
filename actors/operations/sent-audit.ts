// What leaves for a model is audited before it does.
import { audited } from "../audit/auditor.ts";
import { hashOf } from "../audit/record.ts";
import type { CompletionOrder } from "../llm/completion.ts";
import { auditedFilesMax } from "./limits.ts";

/** @param files of which something is sent, where that is known */
export function auditSent(
  run: string,
  { provider, request }: CompletionOrder,
  files: readonly string[] = [],
): void {
  const content = JSON.stringify(request.messages);
  const about = {
    run,
    ...{
      provider: provider ?? null,
      model: request.model ?? null,
      sha256: hashOf(content),
      bytes: Buffer.byteLength(content),
    },
    ...(files.length === 0 ? {} : { files: [...new Set(files)].slice(0, auditedFilesMax) }),
  };
  audited("sent_to_model", about, content);
}
