// Where a report goes: the meanings of --format and --output, and the places that are refused.
import { describe, expect, it } from "vitest";
import { checkDestination, destinationOf, writeReport } from "../../cli/destination.ts";
import { UsageError } from "../../cli/usage.ts";
import { memoryFileSystem } from "../../runtime/file-systems/memory.ts";

describe("destinationOf()", () => {
  it.each([
    [undefined, undefined, "text", undefined],
    ["json", undefined, "json", undefined],
    [undefined, "json", "json", undefined],
    [undefined, "markdown", "markdown", undefined],
    ["json", "json", "json", undefined],
    ["markdown", "-", "markdown", undefined],
    [undefined, "report.json", "json", "report.json"],
    [undefined, "out/Report.MD", "markdown", "out/Report.MD"],
    [undefined, "a.markdown", "markdown", "a.markdown"],
    ["json", "report.txt", "text", "report.txt"],
    ["json", "report.log", "json", "report.log"],
    [undefined, "report", "text", "report"],
    [undefined, "./json", "text", "./json"],
    [undefined, "dir.json/report", "text", "dir.json/report"],
  ] as const)("--format %s --output %s means %s to %s", (format, output, chosen, path) => {
    expect(destinationOf({ format, output })).toEqual({ format: chosen, path });
  });

  it("refuses two different formats", () => {
    expect(() => destinationOf({ format: "text", output: "json" })).toThrow(UsageError);
  });
});

describe("checkDestination()", () => {
  const files = memoryFileSystem();
  files.putFile("/desk/app.py", "x = 1");
  files.putFile("/desk/old.json", "{}");
  files.putLink("/desk/link", "/desk/old.json");
  files.putLink("/desk/dangling", "/nowhere");
  files.putSpecial("/desk/pipe", "fifo");
  files.putSpecial("/dev/null", "device");
  files.putLink("/dev/stdout", "/dev/null");

  it.each(["/desk/new.json", "/desk/old.json"])("accepts %s", async (path) => {
    await expect(checkDestination(files, path, "/desk/app.py")).resolves.toBeUndefined();
  });

  it.each([
    ["/desk", "a directory"],
    ["/desk/pipe", "no regular file"],
    ["/dev/null", "no regular file"],
    ["/dev/stdout", "a symbolic link"],
    ["/desk/link", "a symbolic link"],
    ["/desk/dangling", "a symbolic link"],
    ["/desk/app.py", "the very file that is read"],
    ["/desk/none/report.json", "does not exist"],
    ["/desk/old.json/report.json", "directory"],
  ])("refuses %s", async (path, says) => {
    await expect(checkDestination(files, path, "/desk/app.py")).rejects.toThrow(says);
  });

  it("knows the input also where a link leads to it", async () => {
    files.putLink("/desk/other-name", "/desk/app.py");
    await expect(checkDestination(files, "/desk/app.py", "/desk/other-name")).rejects.toThrow(
      "the very file that is read",
    );
  });

  it("asks nothing of the input where that is no file", async () => {
    await expect(checkDestination(files, "/desk/new.json", undefined)).resolves.toBeUndefined();
    await expect(checkDestination(files, "/desk/old.json", "/not/there")).resolves.toBeUndefined();
  });
});

describe("writeReport()", () => {
  it("writes UTF-8 that others may read", async () => {
    const files = memoryFileSystem();
    await writeReport(files, "/report.txt", "naïve\n");
    expect((await files.status("/report.txt")).mode).toBe(0o644);
    const bytes = await files.readFile("/report.txt", { bytesMax: 100 });
    expect(new TextDecoder().decode(bytes)).toBe("naïve\n");
  });
});
