// The rules of Erlang: patterns over tokens, since no grammar package reads the language.
import type { Finding } from "../report.ts";
import {
  hasAfter,
  holdsRandom,
  isAccumulator,
  isBlandResult,
  isCommandPutTogether,
  isDebugOutput,
  isDictionaryCall,
  isDropped,
  isInBody,
  isInCallback,
  isOf,
  isOldCatch,
  isPlainList,
  isSecretText,
  isShellCall,
} from "./erlang-shapes.ts";
import type { View } from "./erlang-view.ts";

export interface TokenRule {
  readonly id: string;
  readonly severity: Finding["severity"];
  readonly category: Finding["category"];
  readonly message: string;
  readonly remedy: string;
  /** False for what is right in a test. */
  readonly inTests: boolean;
  /** True where one place stands for all. */
  readonly oncePerFile?: true;
  /** The tokens that it begins with: a word stands for itself, a set in `/…/` for each that it matches. */
  readonly pattern: readonly (string | RegExp)[];
  /** What else must be so at the first of them. */
  readonly where?: (view: View, at: number) => boolean;
}

const secretName = /(password|passwd|secret|api_?key|access_?token|auth_?token|private_?key)$/i;
const sql =
  /^"\s*(select\s[\s\S]*\sfrom\s|insert\s+into\s|delete\s+from\s|update\s+\S+\s+set\s)[\s\S]*([=(,]|like)\s*['(]*"$/i;

export const erlangRules: readonly TokenRule[] = [
  {
    id: "erlang/shell-injection",
    severity: "error",
    category: "security",
    message:
      "A shell runs a command that is put together from values; a value with a `;` in it runs a second command.",
    remedy:
      "Start the program with open_port({spawn_executable, Path}, [{args, Arguments}]), which uses no shell.",
    inTests: false,
    pattern: [/^(cmd|open_port)$/, "("],
    where: (view, at) => isShellCall(view, at) && isCommandPutTogether(view, at),
  },
  {
    id: "erlang/port-of-shell",
    severity: "info",
    category: "security",
    message:
      "A port of spawn takes a whole command line, which a shell may read: spaces and `;` in a value count.",
    remedy: "Use {spawn_executable, Path} with [{args, Arguments}], which uses no shell.",
    inTests: false,
    pattern: ["open_port", "(", "{", "spawn", ",", /^[\p{Lu}]/u, "}"],
    where: (view, at) => isShellCall(view, at) && !isCommandPutTogether(view, at),
  },
  {
    id: "erlang/sql-injection",
    severity: "error",
    category: "security",
    message: "A value becomes part of the SQL text; a value with a quote in it changes the statement.",
    remedy: "Keep the SQL constant and pass the values as parameters of the query.",
    inTests: false,
    pattern: [sql, "++", /^[\p{Lu}a-z]/u],
  },
  {
    id: "erlang/unsafe-binary-to-term",
    severity: "warning",
    category: "security",
    message:
      "The data may hold new atoms, which are never freed, and funs; data from elsewhere takes the node down.",
    remedy: "Pass [safe] as the second argument, and check the shape of what comes out.",
    inTests: false,
    oncePerFile: true,
    pattern: ["binary_to_term", "("],
    where: (view, at) => {
      const [first, end] = view.argument(at + 1, 2);
      const isCall = view.isLocalCall(at) || isOf(view, at, "erlang");
      return isCall && view.arity(at + 1) >= 1 && (view.arity(at + 1) === 1 || isPlainList(view, first, end));
    },
  },
  {
    id: "erlang/atom-from-input",
    severity: "info",
    category: "security",
    message:
      "Every new text makes an atom that is never freed; where the text comes from outside, the node runs out of them.",
    remedy: "Use list_to_existing_atom or binary_to_existing_atom.",
    inTests: false,
    pattern: [/^(list_to_atom|binary_to_atom)$/, "(", /^[\p{Lu}]/u, /^[,)]$/],
    where: (view, at) => view.isLocalCall(at) || isOf(view, at, "erlang"),
  },
  {
    id: "erlang/weak-hash",
    severity: "info",
    category: "security",
    message: "MD5 and SHA-1 are broken; two inputs with the same hash can be made on purpose.",
    remedy: "Use crypto:hash(sha256, Data), and a password hash such as crypto:pbkdf2_hmac for passwords.",
    inTests: false,
    pattern: ["crypto", ":", /^(hash|hash_init)$/, "(", /^(md4|md5|sha)$/],
  },
  {
    id: "erlang/weak-hash-md5",
    severity: "info",
    category: "security",
    message: "MD5 is broken; two inputs with the same hash can be made on purpose.",
    remedy: "Use crypto:hash(sha256, Data).",
    inTests: false,
    pattern: ["erlang", ":", /^md5(_init)?$/, "("],
  },
  {
    id: "erlang/weak-cipher",
    severity: "warning",
    category: "security",
    message: "DES and RC4 can be broken, and ECB shows which blocks are alike.",
    remedy: "Use crypto:crypto_one_time_aead with aes_256_gcm or chacha20_poly1305 and a fresh nonce.",
    inTests: false,
    pattern: [
      "crypto",
      ":",
      /^(crypto_one_time|crypto_init|block_encrypt|stream_init)$/,
      "(",
      /^(des|des3|des_\w+|rc4|rc2_\w+|aes_(128_|192_|256_)?ecb|blowfish_\w+)$/,
    ],
  },
  {
    id: "erlang/tls-verification-off",
    severity: "error",
    category: "security",
    message:
      "The other side's certificate is not verified; anyone on the way can read and change the traffic.",
    remedy: "Use {verify, verify_peer} with {cacerts, public_key:cacerts_get()} and a hostname check.",
    inTests: false,
    pattern: ["{", "verify", ",", "verify_none", "}"],
    where: (view, at) => isInBody(view, at) && !/^(->|of|;|\|)$/.test(view.text(at - 1)),
  },
  {
    id: "erlang/hard-coded-secret",
    severity: "error",
    category: "security",
    message:
      "A secret stands in the source; whoever can read the code can use it, and it cannot be changed without a release.",
    remedy:
      "Read it from the environment or the application's configuration, and change it where it was issued.",
    inTests: false,
    pattern: [secretName, /^(,|=|=>)$/],
    where: (view, at) => isSecretText(view, view.text(at + 2) === "<<" ? at + 3 : at + 2),
  },
  {
    id: "erlang/cookie-in-source",
    severity: "warning",
    category: "security",
    message: "Whoever knows the cookie can run code on every node; this one stands in the source.",
    remedy: "Set it by the -setcookie flag or the file ~/.erlang.cookie of the installation.",
    inTests: false,
    pattern: ["erlang", ":", "set_cookie", "("],
    where: (view, at) => {
      const [first, end] = view.argument(at + 3, view.arity(at + 3));
      return end === first + 1 && view.tokens[first]?.kind === "atom";
    },
  },
  {
    id: "erlang/predictable-secret",
    severity: "error",
    category: "security",
    message: "The rand module can be predicted from earlier values; what it makes is no secret.",
    remedy: "Take it from crypto:strong_rand_bytes.",
    inTests: false,
    pattern: [/(token|secret|password|nonce|salt|session_?id|otp|api_?key)$/i, "="],
    where: (view, at) => view.tokens[at]?.kind === "variable" && holdsRandom(view, at + 2),
  },
  {
    id: "erlang/evaluation",
    severity: "warning",
    category: "security",
    message: "Text becomes code and is run; whoever controls the text controls the node.",
    remedy: "Read data with file:consult or a parser of its own format.",
    inTests: false,
    pattern: [/^(erl_eval|file)$/, ":", /^(expr|exprs|eval|path_eval|script|path_script)$/, "("],
    where: (view, at) => view.text(at) === "erl_eval" || view.text(at + 2) !== "expr",
  },
  {
    id: "erlang/old-catch",
    severity: "info",
    category: "quality",
    message: "`catch` turns errors, exits and thrown values into results that look like any other.",
    remedy: "Use try … catch with the class and the reason that are expected.",
    inTests: false,
    oncePerFile: true,
    pattern: ["catch"],
    where: (view, at) => isOldCatch(view, at),
  },
  {
    id: "erlang/swallowed-error",
    severity: "warning",
    category: "quality",
    message: "Every error, exit and thrown value becomes a plain result; nobody will know what went wrong.",
    remedy: "Match the class and the reason that are expected, and let the rest crash.",
    inTests: false,
    pattern: [/^_\w*$/, ":", /^_\w*$/, "->"],
    where: (view, at) => isBlandResult(view, at + 4),
  },
  {
    id: "erlang/debug-output",
    severity: "info",
    category: "quality",
    message: "Output for debugging stays in the code.",
    remedy: "Use ?LOG_DEBUG of logger.hrl, or remove it.",
    inTests: false,
    pattern: [/^(io|erlang|ct)$/, ":", /^(format|display|pal)$/, "("],
    where: (view, at) => isDebugOutput(view, at),
  },
  {
    id: "erlang/append-in-recursion",
    severity: "info",
    category: "performance",
    message: "`++` copies its left side in every round, which makes the whole quadratic.",
    remedy: "Put new elements in front and call lists:reverse once at the end.",
    inTests: false,
    pattern: [/^[\p{Lu}]/u, "++", "["],
    where: (view, at) => isAccumulator(view, at),
  },
  {
    id: "erlang/length-for-emptiness",
    severity: "info",
    category: "performance",
    message: "length counts the whole list only to learn whether it has an element.",
    remedy: "Match [] or [_ | _].",
    inTests: false,
    pattern: ["length", "(", /^[\p{Lu}_]/u, ")", /^(==|=:=|>|\/=|=\/=)$/, "0"],
    where: (view, at) => view.clause(at) !== null,
  },
  {
    id: "erlang/process-dictionary",
    severity: "hint",
    category: "smells",
    message: "The process dictionary is a variable that every function of the process can change.",
    remedy: "Pass the value as an argument, or keep it in the state.",
    inTests: false,
    oncePerFile: true,
    pattern: ["put", "("],
    where: (view, at) => isDictionaryCall(view, at),
  },
  {
    id: "erlang/export-all",
    severity: "warning",
    category: "architecture",
    message:
      "Every function is public, so nobody can tell what others rely on, and unused ones are not found.",
    remedy: "Name the public functions in -export.",
    inTests: false,
    pattern: ["-", "compile", "("],
    where: (view, at) => view.holds(at + 3, view.forms.partner[at + 2] ?? at, /^export_all$/),
  },
  {
    id: "erlang/sleep-in-callback",
    severity: "warning",
    category: "performance",
    message: "The server answers nobody while it sleeps; callers run into their timeouts.",
    remedy: "Use erlang:send_after and handle the message, or return a timeout.",
    inTests: false,
    pattern: ["timer", ":", "sleep", "("],
    where: (view, at) => isInCallback(view, at),
  },
  {
    id: "erlang/receive-in-callback",
    severity: "warning",
    category: "performance",
    message: "The server waits here without a limit and answers nobody until that one message comes.",
    remedy: "Let handle_info take the message, or give the receive an after.",
    inTests: false,
    pattern: ["receive"],
    where: (view, at) => isInCallback(view, at) && !hasAfter(view, at),
  },
  {
    id: "erlang/unlinked-spawn",
    severity: "info",
    category: "architecture",
    message:
      "Nobody notices when this process crashes: it is not linked, not monitored, and its pid is dropped.",
    remedy: "Use spawn_link or spawn_monitor, or start it under a supervisor.",
    inTests: false,
    pattern: ["spawn", "("],
    where: (view, at) => isDropped(view, at),
  },
  {
    id: "erlang/halt-in-library",
    severity: "warning",
    category: "architecture",
    message: "This stops the whole node, with every other application on it.",
    remedy: "Return an error or let the process crash; the one who started the node decides.",
    inTests: false,
    pattern: [/^(erlang|init)$/, ":", /^(halt|stop)$/, "("],
    where: (view, at) =>
      view.clause(at) !== null &&
      !view.isProgram &&
      (view.text(at) === "init") === (view.text(at + 2) === "stop"),
  },
  {
    id: "erlang/deprecated-api",
    severity: "warning",
    category: "quality",
    message:
      "This is deprecated: the random module repeats its numbers after each start, and erlang:now makes all schedulers wait.",
    remedy: "Use rand:uniform, erlang:monotonic_time or erlang:unique_integer.",
    inTests: true,
    pattern: [/^(random|erlang)$/, ":", /^(uniform|seed|now)$/, "("],
    where: (view, at) => (view.text(at) === "erlang") === (view.text(at + 2) === "now"),
  },
];
