// The logger that SDKs get: theirs would print what the other side sent.

const silence = (): void => {};

export const silentLogger = { error: silence, warn: silence, info: silence, debug: silence };
