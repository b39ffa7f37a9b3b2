// The parser as a program of its own: native code that hangs or crashes takes down this program, which a supervisor starts again.
// Frames in on stdin, one response each on stdout, in order. It ends when stdin ends, and with code 1 where the stream is out of step.
import { encodeFrame, type FrameEvent, frameDecoder } from "../../runtime/framing.ts";
import { limits } from "../../runtime/limits.ts";
import { useUserRules } from "./catalog.ts";
import { checkUserRules } from "./check-rules.ts";
import { examine } from "./examine.ts";
import {
  type BareRequest,
  type BareResponse,
  type CheckRequest,
  type CheckResponse,
  failure,
  type ParseRequest,
  type ParseResponse,
  readRequest,
  type SketchesRequest,
  type SketchesResponse,
  type SketchRequest,
  type SketchResponse,
} from "./protocol.ts";
import { makeSketch, makeSketches } from "./sketch/make-sketch.ts";
import { compareBare } from "./without-comments.ts";

type Response = ParseResponse | SketchResponse | SketchesResponse | BareResponse | CheckResponse;

const decoder = frameDecoder();

// Nobody is left to answer to.
process.stdout.on("error", () => process.exit(0));

let inStep = true;
for await (const chunk of process.stdin) {
  for (const event of decoder.push(chunk as Uint8Array)) await answer(event);
  if (!inStep) break;
}
const ending = decoder.end();
if (ending !== null) await answer(ending);
process.stdin.destroy();
process.exitCode = inStep ? 0 : 1;

async function answer(event: FrameEvent): Promise<void> {
  if (event.kind === "broken") inStep = false;
  const response = event.kind === "frame" ? await responseTo(event.value) : failure(null, event.reason);
  if (response === null) return;
  const frame = encodeFrame(response) ?? encodeFrame(tooLarge(response));
  if (frame === null) throw new RangeError("a refusal did not fit in a frame");
  if (!process.stdout.write(frame))
    await new Promise<void>((resolve) => process.stdout.once("drain", resolve));
}

/** Null where nobody waits for an answer. */
async function responseTo(value: unknown): Promise<Response | null> {
  const request = readRequest(value);
  if ("ok" in request) return request;
  if ("userRules" in request) {
    useUserRules(request.userRules);
    return null;
  }
  try {
    return await answerTo(request);
  } catch (error) {
    return failure(
      request.id,
      `the static engine failed: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

function answerTo(
  request: ParseRequest | SketchRequest | SketchesRequest | BareRequest | CheckRequest,
): Promise<Response> {
  if ("before" in request) return compareBare(request);
  if ("checkRules" in request) return checkUserRules(request);
  if ("sketches" in request) return makeSketches(request);
  return "sketch" in request ? makeSketch(request) : examine(request);
}

function tooLarge(response: Response): Response {
  return failure(response.id, `the result is larger than a frame of ${limits.portFrameBytesMax} bytes`);
}
