// Tells files of tests by their path, as the test runners of the languages find them.

const folders = /(^|[\\/])(tests?|__tests__|specs?|testing|fixtures)[\\/]/i;
const names =
  /([._-](test|tests|spec|unittest)\.[a-z+]+|(^|[\\/])(test_[^\\/]*|tests|conftest|(test|spec)_helper)\.[a-z+]+)$/i;
/** In Java the letter case tells the end of a name: `FooTest` is a test, `Latest` is not. */
const javaNames = /(^|[\\/])([A-Z]\w*)?(Tests?|TestCase|IT)\.java$/;

/** Tests are long lists of steps with made-up secrets: some rules do not apply to them. */
export function isTestPath(path: string): boolean {
  return folders.test(path) || names.test(path) || javaNames.test(path);
}
