/**
 * Messages of the Dynamic Host Configuration Protocol (RFC 2131, section 2; options of RFC 2132), for Ethernet.
 *
 *     op, htype, hlen, hops │ xid │ secs, flags │ ciaddr │ yiaddr │ siaddr │ giaddr │ chaddr 16 │ sname 64 │ file 128 │ cookie │ options
 */
import type { Ip, Mac } from "../address.ts";
import { get16, get32, get48, Malformed, put16, put32, put48 } from "../bytes.ts";

/** In the order of their numbers, from 1 (RFC 2132, section 9.6). */
export const DHCP_TYPES = [
  ...["discover", "offer", "request", "decline", "ack", "nak", "release", "inform"],
] as const satisfies readonly string[];
export type DhcpType = "discover" | "offer" | "request" | "decline" | "ack" | "nak" | "release" | "inform";

export const OPTION = {
  mask: 1,
  router: 3,
  requested: 50,
  lease: 51,
  type: 53,
  server: 54,
  message: 56,
  renewal: 58,
  rebinding: 59,
  client: 61,
} as const;
const END = 255;
const COOKIE = 0x6382_5363;
const HEADER = 240;
/** What every client takes (RFC 2131, section 2), and some relays want. */
const MIN_MESSAGE = 300;

export interface Dhcp {
  readonly type: DhcpType;
  readonly xid: number;
  /** The client wants the answer sent to all. */
  readonly broadcast: boolean;
  /** Addresses: the client's own, the one it gets, a relay's. 0 is none. */
  readonly client: Ip;
  readonly yours: Ip;
  readonly relay: Ip;
  readonly mac: Mac;
  /** Without the type. */
  readonly options: ReadonlyMap<number, Uint8Array>;
}

const fromClient = (type: DhcpType) => !["offer", "ack", "nak"].includes(type);

export function parseDhcp(bytes: Uint8Array): Dhcp | Malformed {
  if (bytes.length < HEADER || get32(bytes, 236) !== COOKIE) return new Malformed("DHCP: no DHCP message");
  if (bytes[1] !== 1 || bytes[2] !== 6) return new Malformed("DHCP: not for Ethernet");
  const options = new Map<number, Uint8Array>();
  for (let at = HEADER; at < bytes.length && bytes[at] !== END; ) {
    const code = bytes[at]!;
    if (code === 0) {
      at++;
      continue;
    }
    const length = bytes[at + 1];
    if (length === undefined || at + 2 + length > bytes.length)
      return new Malformed("DHCP: an option is cut");
    options.set(code, bytes.slice(at + 2, at + 2 + length));
    at += 2 + length;
  }
  const type = DHCP_TYPES[(options.get(OPTION.type)?.[0] ?? 0) - 1] as DhcpType | undefined;
  if (!type) return new Malformed("DHCP: no message type");
  if (bytes[0] !== (fromClient(type) ? 1 : 2)) return new Malformed("DHCP: type and operation disagree");
  options.delete(OPTION.type);
  return {
    ...{ type, xid: get32(bytes, 4), broadcast: (get16(bytes, 10) & 0x8000) !== 0 },
    ...{ client: get32(bytes, 12), yours: get32(bytes, 16), relay: get32(bytes, 24) },
    ...{ mac: get48(bytes, 28), options },
  };
}

export function buildDhcp({ type, xid, broadcast, client, yours, relay, mac, options }: Dhcp): Uint8Array {
  const typed: [number, Uint8Array][] = [
    [OPTION.type, Uint8Array.of(DHCP_TYPES.indexOf(type) + 1)],
    ...options,
  ];
  const length = HEADER + typed.reduce((sum, [, value]) => sum + 2 + value.length, 1);
  const bytes = new Uint8Array(Math.max(MIN_MESSAGE, length));
  bytes.set([fromClient(type) ? 1 : 2, 1, 6, 0]);
  put32(bytes, 4, xid);
  put16(bytes, 10, broadcast ? 0x8000 : 0);
  put32(bytes, 12, client);
  put32(bytes, 16, yours);
  put32(bytes, 24, relay);
  put48(bytes, 28, mac);
  put32(bytes, 236, COOKIE);
  let at = HEADER;
  for (const [code, value] of typed) {
    bytes.set([code, value.length], at);
    bytes.set(value, at + 2);
    at += 2 + value.length;
  }
  bytes[at] = END;
  return bytes;
}

/** An option of four bytes: an address, or seconds. */
export function word(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  put32(bytes, 0, value);
  return bytes;
}

export const wordOf = (options: ReadonlyMap<number, Uint8Array>, code: number): number | undefined => {
  const value = options.get(code);
  return value?.length === 4 ? get32(value, 0) : undefined;
};
