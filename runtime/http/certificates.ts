// Certificates out of a file of them, each looked at: what TLS itself does not understand it leaves out without a word.
import { X509Certificate } from "node:crypto";

/**
 * Each certificate of a text in PEM, which may hold anything between them.
 * @throws {TypeError} it holds none, or one that is broken
 */
export function certificatesIn(text: string): readonly string[] {
  const found = text.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? [];
  if (found.length === 0) throw new TypeError("it holds no certificate in PEM (-----BEGIN CERTIFICATE-----)");
  for (const [index, certificate] of found.entries()) {
    try {
      new X509Certificate(certificate);
    } catch (cause) {
      throw new TypeError(`certificate ${index + 1} of ${found.length} in it is broken`, { cause });
    }
  }
  return found;
}
