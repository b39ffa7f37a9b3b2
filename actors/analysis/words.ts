// The words in which findings are sorted, whoever makes them.

export const analysisTypes = ["quality", "performance", "security", "architecture", "smells"] as const;
export const severities = ["error", "warning", "info", "hint"] as const;
