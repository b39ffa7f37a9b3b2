// Where a broker is, as people write it: one URL, or several with commas between.

const brokerUrl = /^(?:(?:nats|tls):\/\/)?(?:\[[0-9A-Fa-f:]+\]|[^\s:/@,[\]]+)(?::\d{1,5})?\/?$/;

/** Whether a text names brokers, and no password with them. */
export function isBrokerUrl(text: string): boolean {
  return brokerUrls(text).every((url) => brokerUrl.test(url));
}

/** The URLs of brokers that `text` names. */
export function brokerUrls(text: string): readonly string[] {
  return text.split(",").map((url) => url.trim());
}
