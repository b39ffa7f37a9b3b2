// From the bytes of a request to JSON that is safe to hand on: bounded in size and in depth.
import { isUtf8 } from "node:buffer";
import { failed, type Outcome } from "./endpoint.ts";
import { serviceLimits } from "./limits.ts";

/** The payload, or why it is refused. No bytes at all are an empty payload, as tools send it where nothing has to be said. */
export function readPayload(bytes: Uint8Array): Outcome {
  const { requestBytesMax, requestDepthMax } = serviceLimits;
  if (bytes.length > requestBytesMax) {
    const message = `The request has ${bytes.length} bytes; at most ${requestBytesMax} are taken. Send less.`;
    return failed(413, "too_large", message);
  }
  if (bytes.length === 0) return { ok: true, value: undefined };
  if (!isUtf8(bytes)) return failed(400, "bad_json", "The request is no UTF-8 text. Send JSON.");
  const text = new TextDecoder().decode(bytes);
  if (isDeeper(text, requestDepthMax)) {
    const message = `The request is nested deeper than ${requestDepthMax} levels. Send it flatter.`;
    return failed(400, "too_deep", message);
  }
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch {
    return failed(400, "bad_json", "The request is no JSON. Send one JSON value.");
  }
}

/** Counted on the text, before anything is built of it. */
function isDeeper(text: string, depthMax: number): boolean {
  let depth = 0;
  let isQuoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (isQuoted) {
      if (character === "\\") at += 1;
      else if (character === '"') isQuoted = false;
    } else if (character === '"') isQuoted = true;
    else if (character === "{" || character === "[") {
      depth += 1;
      if (depth > depthMax) return true;
    } else if (character === "}" || character === "]") depth -= 1;
  }
  return false;
}
