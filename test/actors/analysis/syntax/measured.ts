// Measures texts of one language for a test.
import { expect } from "vitest";
import { examine } from "../../../../actors/analysis/examine.ts";
import type { FileMetrics, FunctionMetrics } from "../../../../actors/analysis/report.ts";

export async function examined(language: string, text: string, path = "snippet") {
  const response = await examine({ id: 1, path, language, text });
  if (!response.ok) throw new Error(response.reason);
  return response;
}

export function measuring(language: string) {
  async function metricsOf(text: string): Promise<FileMetrics> {
    return (await examined(language, text)).metrics;
  }
  async function functionsOf(text: string): Promise<FunctionMetrics[]> {
    return (await metricsOf(text)).functions;
  }
  /** The figures of the only function in a text. */
  async function onlyOf(text: string): Promise<FunctionMetrics | undefined> {
    const functions = await functionsOf(text);
    expect(functions).toHaveLength(1);
    return functions[0];
  }
  /** Per listed function its name, first line, lines and parameters. */
  async function listedIn(text: string): Promise<(readonly [string, number, number, number])[]> {
    const functions = await functionsOf(text);
    return functions.map(({ name, line, lines, parameters }) => [name, line, lines, parameters]);
  }
  return { metricsOf, functionsOf, onlyOf, listedIn };
}
