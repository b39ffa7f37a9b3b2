// The version of this program, as its own constant so that `aiex version` reads no file. A test holds it to package.json.
export const version = "0.1.0";
