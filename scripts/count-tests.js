// Prints `N passed, N failed` from the test runner's own result, a JSON file; exits with 1 unless all of them passed.
import { readFileSync } from "node:fs";

const [file = "coverage/tests.json"] = process.argv.slice(2);

let result;
try {
  result = JSON.parse(readFileSync(file, "utf8"));
} catch (error) {
  console.error(`The test runner left no result in ${file}: ${error.message}`);
  console.log("0 passed, 0 failed");
  process.exit(1);
}

// A test file that could not even be loaded holds no tests, and is a failure all the same.
const unloaded = result.testResults.filter(
  ({ status, assertionResults }) => status === "failed" && assertionResults.length === 0,
).length;
const failed = result.numFailedTests + unloaded;
console.log(`${result.numPassedTests} passed, ${failed} failed`);
process.exitCode = result.success && failed === 0 && result.numPassedTests > 0 ? 0 : 1;
