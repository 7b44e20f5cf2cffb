/** Address resolution for IPv4 over Ethernet (RFC 826). */
import type { Ip, Mac } from "./address.ts";
import { get16, get32, get48, Malformed, put16, put32, put48 } from "./bytes.ts";

export interface Arp {
  readonly operation: "request" | "reply";
  readonly sender: Mac;
  readonly senderIp: Ip;
  readonly target: Mac;
  readonly targetIp: Ip;
}

export function parseArp(bytes: Uint8Array): Arp | Malformed {
  if (bytes.length < 28) return new Malformed("ARP: shorter than 28 bytes");
  if (get16(bytes, 0) !== 1 || get16(bytes, 2) !== 0x0800 || bytes[4] !== 6 || bytes[5] !== 4)
    return new Malformed("ARP: not for IPv4 over Ethernet");
  const operation = get16(bytes, 6);
  if (operation !== 1 && operation !== 2) return new Malformed("ARP: neither request nor reply");
  return {
    operation: operation === 1 ? "request" : "reply",
    ...{ sender: get48(bytes, 8), senderIp: get32(bytes, 14) },
    ...{ target: get48(bytes, 18), targetIp: get32(bytes, 24) },
  };
}

export function buildArp(arp: Arp): Uint8Array {
  const bytes = new Uint8Array(28);
  put16(bytes, 0, 1);
  put16(bytes, 2, 0x0800);
  bytes[4] = 6;
  bytes[5] = 4;
  put16(bytes, 6, arp.operation === "request" ? 1 : 2);
  put48(bytes, 8, arp.sender);
  put32(bytes, 14, arp.senderIp);
  put48(bytes, 18, arp.target);
  put32(bytes, 24, arp.targetIp);
  return bytes;
}
