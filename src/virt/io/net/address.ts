/** Addresses of stations and hosts as plain numbers: a MAC of 48 bits, an IPv4 address of 32 bits, unsigned both. */

export type Mac = number;
export type Ip = number;

export const BROADCAST_MAC: Mac = 0xffff_ffff_ffff;
/** The limited broadcast, 255.255.255.255 (RFC 919). */
export const BROADCAST_IP: Ip = 0xffff_ffff;

/** The I/G bit: the first bit on the wire, bit 0 of the first octet (IEEE 802-2014, 8.2.2). Broadcast is one of the groups. */
export const isGroup = (mac: Mac): boolean => Math.floor(mac / 2 ** 40) % 2 === 1;

/** 224.0.0.0/4 (RFC 5771) and the limited broadcast. */
export const isMulticast = (ip: Ip): boolean => ip >>> 28 === 14 || ip === BROADCAST_IP;

/** Whether a host may have it: none of this network (0/8), loopback (127/8), groups and what is reserved (RFC 6890). */
export const isHost = (ip: Ip): boolean => ip >>> 24 !== 0 && ip >>> 24 !== 127 && ip >>> 28 < 14;

/** 10/8, 172.16/12, 192.168/16 (RFC 1918, section 3). */
export const isPrivate = (ip: Ip): boolean => ip >>> 24 === 10 || ip >>> 20 === 0xac1 || ip >>> 16 === 0xc0a8;

/** @throws Error on what is not four numbers from 0 to 255 with dots between them */
export function ip(text: string): Ip {
  const parts = text.split(".").map(Number);
  if (parts.length !== 4 || parts.some((part) => !Number.isInteger(part) || part < 0 || part > 255))
    throw new Error(`${text} is no IPv4 address: four numbers from 0 to 255 with dots between them`);
  return parts.reduce((sum, part) => sum * 256 + part, 0);
}

/** @throws Error on what is not six octets in hex with colons between them */
export function mac(text: string): Mac {
  if (!/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i.test(text))
    throw new Error(`${text} is no MAC address: six octets in hex with colons between them`);
  return Number.parseInt(text.replaceAll(":", ""), 16);
}

export const formatIp = (address: Ip): string =>
  [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join(".");

export const formatMac = (address: Mac): string =>
  address.toString(16).padStart(12, "0").match(/../g)!.join(":");

/** The network of so many leading bits that an address is in. */
export const networkOf = (address: Ip, prefix: number): Ip =>
  prefix === 0 ? 0 : (address & (-1 << (32 - prefix))) >>> 0;

/** The last address of a network: all hosts of it (RFC 919). */
export const broadcastOf = (address: Ip, prefix: number): Ip =>
  (networkOf(address, prefix) + 2 ** (32 - prefix) - 1) >>> 0;
