// Joins the compiled command and the programs that it starts into few files: opening two hundred modules takes longer than running
// them. The library stays as the compiler wrote it, a file for each source.
import { rolldown } from "rolldown";

// Native code cannot be joined, nor what needs it; the clients of language models and of NATS, and what keeps logs, are loaded by those only who ask for it.
const external =
  /^(@ast-grep\/|openai|@anthropic-ai\/sdk|ollama|pino|@opentelemetry\/api|lmdb|nats|undici|nkeys\.js|msgpackr-extract)/;

const idle =
  /node_modules\/(yargs|cliui|y18n|escalade|get-caller-file|string-width|get-east-asian-width|strip-ansi|ansi-regex|emoji-regex)\//;

const bundle = await rolldown({
  input: {
    "cli/main": "dist/cli/main.js",
    "actors/analysis/parser-program": "dist/actors/analysis/parser-program.js",
    "actors/analysis/pulse-program": "dist/runtime/membership/pulses/pulse-program.js",
    "actors/analysis/programs/command-program": "dist/runtime/programs/command-program.js",
  },
  platform: "node",
  external,
  // Of yargs the parser alone is used; what it loads beside that does nothing when it is loaded.
  treeshake: { moduleSideEffects: (id) => !idle.test(id) },
  // A warning is a file that will not do what its source does.
  onLog(level, log, handle) {
    handle(level === "warn" ? "error" : level, log);
  },
});
await bundle.write({
  dir: "dist/command",
  format: "esm",
  cleanDir: true,
  entryFileNames: "[name].js",
  // Sources find the parser program and its rules beside themselves: so the joined ones lie where those do.
  chunkFileNames: "actors/analysis/[name]-[hash].js",
  // Names stay, for stack traces that can be read.
  minify: { compress: true, mangle: false, codegen: true },
});
await bundle.close();
