// What holds of a cluster where nobody has configured anything. Commands that find no configuration read it here, without the
// schema: to load that takes longer than to call a process.

export const clusterDefaults = { enabled: true, name: "aiex" } as const;
