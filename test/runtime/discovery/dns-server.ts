// A tiny server for names on a free UDP port of the loopback: it answers from a table, in the real wire format.
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

export interface Zone {
  readonly a?: Readonly<Record<string, readonly string[]>>;
  readonly srv?: Readonly<Record<string, readonly ServiceEntry[]>>;
  /** What becomes of every question. Default: an answer, or that there is no such name. */
  readonly fault?: "silent" | "refused" | "garbage" | "cut";
}

export interface ServiceEntry {
  readonly target: string;
  readonly port: number;
  readonly priority?: number;
}

export interface DnsServer {
  /** As `127.0.0.1:port`. */
  readonly address: string;
  /** Names that were asked for, with the kind of record. */
  readonly questions: readonly string[];
  serve(zone: Zone): void;
}

const kinds: Readonly<Record<number, string>> = { 1: "A", 28: "AAAA", 33: "SRV" };
const noSuchName = 3;
const refused = 5;

export async function startDnsServer(first: Zone): Promise<DnsServer> {
  let zone = first;
  const questions: string[] = [];
  const socket: Socket = createSocket("udp4");
  socket.on("message", (query, { address, port }) => {
    const { name, kind, end } = questionOf(query);
    questions.push(`${kinds[kind] ?? kind} ${name}`);
    const answer = answerTo(query.subarray(0, end), name, kind, zone);
    if (answer !== undefined) socket.send(answer, port, address);
  });
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  onTestFinished(() => void socket.close());
  return {
    address: `127.0.0.1:${(socket.address() as AddressInfo).port}`,
    questions,
    serve: (next) => {
      zone = next;
    },
  };
}

function questionOf(query: Buffer): { readonly name: string; readonly kind: number; readonly end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString("latin1", at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join("."), kind: query.readUInt16BE(at + 1), end: at + 5 };
}

function answerTo(question: Buffer, name: string, kind: number, zone: Zone): Buffer | undefined {
  if (zone.fault === "silent") return undefined;
  if (zone.fault === "garbage") return Buffer.concat([question.subarray(0, 2), Buffer.alloc(40, 0xff)]);
  const records = recordsOf(name, kind, zone);
  const isKnown = zone.a?.[name] !== undefined || zone.srv?.[name] !== undefined;
  const header = Buffer.from(question);
  const code = zone.fault === "refused" ? refused : isKnown ? 0 : noSuchName;
  header.writeUInt16BE(0x8180 | code, 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(code === 0 ? records.length : 0, 6);
  header.writeUInt32BE(0, 8);
  const whole = Buffer.concat([header, ...(code === 0 ? records : [])]);
  return zone.fault === "cut" ? whole.subarray(0, whole.length - 3) : whole;
}

function recordsOf(name: string, kind: number, { a = {}, srv = {} }: Zone): readonly Buffer[] {
  const addresses = a[name] ?? [];
  switch (kinds[kind]) {
    case "A":
      return addresses
        .filter((address) => !address.includes(":"))
        .map((address) => record(kind, Buffer.from(address.split(".").map(Number))));
    case "AAAA":
      return addresses.filter((address) => address.includes(":")).map(() => record(kind, loopback6()));
    case "SRV":
      return (srv[name] ?? []).map(({ target, port, priority = 0 }) => {
        const numbers = Buffer.alloc(6);
        numbers.writeUInt16BE(priority, 0);
        numbers.writeUInt16BE(port, 4);
        return record(kind, Buffer.concat([numbers, encodedName(target)]));
      });
    default:
      return [];
  }
}

function record(kind: number, data: Buffer): Buffer {
  const head = Buffer.alloc(12);
  // The name is that of the question, which begins after the header.
  head.writeUInt16BE(0xc00c, 0);
  head.writeUInt16BE(kind, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(data.length, 10);
  return Buffer.concat([head, data]);
}

function encodedName(name: string): Buffer {
  const labels = name
    .split(".")
    .map((label) => Buffer.from(`${String.fromCharCode(label.length)}${label}`, "latin1"));
  return Buffer.concat([...labels, Buffer.of(0)]);
}

function loopback6(): Buffer {
  return Buffer.concat([Buffer.alloc(15), Buffer.of(1)]);
}
