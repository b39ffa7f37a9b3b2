// Tells by its path a file that never leaves the machine, whoever asks and however it was named.

/** Folders that hold keys and logins of a person: nothing below them is sent. */
const folders: ReadonlySet<string> = new Set([
  ".ssh",
  ".aws",
  ".azure",
  ".gnupg",
  ".kube",
  ".docker",
  ".gcloud",
  "gcloud",
  ".password-store",
]);

/** File names, lower case, as the programs that read them call them. */
const names: readonly RegExp[] = [
  /^\.env(\..*)?$/,
  /\.env$/,
  /^\.envrc$/,
  /^\.?secrets?(\..*)?$/,
  /^\.?credentials?(\..*)?$/,
  /\.(pem|key|p8|p12|pfx|jks|keystore|ppk|kdbx|asc|gpg|tfvars|tfstate)$/,
  /^id_(rsa|dsa|ecdsa|ed25519)/,
  /^[._]netrc$/,
  /^\.(npmrc|pypirc|pgpass|my\.cnf|htpasswd|dockercfg|git-credentials|vault-token)$/,
  /^kubeconfig$/,
  /^service[-_]?account.*\.json$/,
];

/** True for `.env`, `secrets.*`, keys, credentials and all below `.ssh` and its like; either slash, whatever the case. */
export function isConfidentialPath(path: string): boolean {
  const parts = path
    .normalize("NFKC")
    .toLowerCase()
    .split(/[\\/]+/)
    // Windows opens "name." and "name " as "name", and "name::$DATA" too.
    .map((part) => part.replace(/:.*$/, "").replace(/[. ]+$/, ""));
  const name = parts.at(-1) ?? "";
  return parts.some((part) => folders.has(part)) || names.some((pattern) => pattern.test(name));
}
