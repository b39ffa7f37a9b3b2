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
  ".oci",
  ".terraform.d",
  ".cloudflared",
  ".pki",
  "keyrings",
  "keychains",
]);

/** Folders of a project that are called as the files are that hold its secrets; a virtual environment that is called so is no loss. */
const projectFolders = /^(?:\.envs?([.~_-].*)?|\.?secrets?|\.credentials?)$/;

/** File names, lower case, as the programs that read them call them. */
const names: readonly RegExp[] = [
  /^\.env([.~_-].*)?$/,
  /\.env$/,
  /^\.envrc$/,
  /^\.?secrets?(\..*)?$/,
  // Code about secrets is named like that too, and is code.
  /[._-]secrets?\.(ya?ml|json|toml|ini|properties|env|txt|xml)$/,
  /^\.?credentials?(\..*)?$/,
  // And what editors and people leave beside them.
  /\.(pem|key|p8|p12|pfx|jks|keystore|ppk|kdbx|asc|gpg|ovpn|tfvars|tfstate)(\.json)?([.~_-](bak|backup|old|orig|save|swp)|~)?$/,
  /^id_(rsa|dsa|ecdsa|ed25519)/,
  /^[._]netrc$/,
  /^\.(npmrc|yarnrc\.yml|pypirc|pgpass|my\.cnf|htpasswd|dockercfg|git-credentials|vault-token|s3cfg|boto)$/,
  /^\.(terraformrc|databrickscfg|(bash|zsh|psql|mysql|python|node_repl)_history)$/,
  /^kubeconfig$/,
  /^service[-_]?account.*\.json$/,
];

/** True for `.env`, `secrets.*`, keys, credentials and all below `.ssh`, `secrets` and their like; either slash, whatever the case. */
export function isConfidentialPath(path: string): boolean {
  const parts = path
    .normalize("NFKC")
    .toLowerCase()
    .split(/[\\/]+/)
    // Windows opens "name." and "name " as "name", and "name::$DATA" too.
    .map((part) => part.replace(/:.*$/, "").replace(/[. ]+$/, ""));
  const name = parts.at(-1) ?? "";
  const around = parts.slice(0, -1);
  if (parts.some((part) => folders.has(part)) || around.some((part) => projectFolders.test(part)))
    return true;
  return names.some((pattern) => pattern.test(name));
}
