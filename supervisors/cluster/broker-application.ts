// The name of the application that is a managed broker: a node that runs it has the broker run with a configuration of its own.

export const brokerApplication = "broker";
