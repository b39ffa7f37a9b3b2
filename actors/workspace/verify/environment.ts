// The environment of a command that runs the code of a project: what programs need to find their way, and nothing that is a secret. Pure.

/** Nothing else is handed on. Names that a person chooses may hold anything, so there is no pattern among them but that of locales. */
const handedOn: ReadonlySet<string> = new Set([
  ...["PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "TMPDIR", "TEMP", "TMP"],
  ...["XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"],
  // Without these no program starts on Windows.
  ...["SYSTEMROOT", "WINDIR", "COMSPEC", "PATHEXT", "USERPROFILE", "APPDATA", "LOCALAPPDATA"],
  ...["PROGRAMFILES", "PROGRAMDATA", "HOMEDRIVE", "HOMEPATH"],
]);

/** What is printed is read by a model: it needs no colours. */
const added = { NO_COLOR: "1" } as const;

export function commandEnvironment(
  env: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    const upper = name.toUpperCase();
    if (value !== undefined && (handedOn.has(upper) || /^LC_[A-Z]+$/.test(upper))) kept[name] = value;
  }
  return { ...kept, ...added };
}
