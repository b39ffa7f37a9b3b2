// Tells files of tests by their path, as the test runners of the languages find them.

const folders = /(^|[\\/])(tests?|__tests__|specs?|testing|fixtures)[\\/]/i;
const names = /([._-](test|tests|spec)\.[a-z]+|(^|[\\/])(test_[^\\/]*|conftest|test_helper)\.[a-z]+)$/i;

/** Tests are long lists of steps with made-up secrets: some rules do not apply to them. */
export function isTestPath(path: string): boolean {
  return folders.test(path) || names.test(path);
}
