/** What the controller writes into a packet before it leaves: checksums, and the headers of TCP or UDP segments (3.5 and 3.6). */

/** A context descriptor: where checksums are, and how a packet is cut (3.3.5 to 3.3.7). */
export class Context {
  readonly bytes = new Uint8Array(16);
  readonly #view = new DataView(this.bytes.buffer);

  get mostPayload(): number {
    return this.#view.getUint16(14, true);
  }

  get header(): number {
    return this.bytes[13] as number;
  }

  /** Puts the IP (1) and the TCP or UDP checksum (2) where the context says. */
  checksums(packet: Uint8Array, options: number): void {
    const view = this.#view;
    if (options & 2) insert(packet, view.getUint8(4), view.getUint8(5), view.getUint16(6, true));
    if (options & 1) insert(packet, view.getUint8(0), view.getUint8(1), view.getUint16(2, true));
  }

  /**
   * Makes the headers, which are those of the whole packet, the ones of its nth segment (3.5.7 and 3.5.8): lengths, IPv4
   * identification, TCP sequence number; FIN and PSH stay on the last one alone. The software has left the length out of the pseudo
   * header's sum. Fields outside of the packet are left alone. Then the checksums.
   */
  segment(packet: Uint8Array, n: number, last: boolean, options: number): void {
    const [ip, transport, sum, command] = [0, 4, 5, 11].map((at) => this.bytes[at] as number) as Quad;
    const length = packet.length - transport;
    if (command & IPV4) {
      put(packet, ip + 2, packet.length - ip);
      put(packet, ip + 4, get(packet, ip + 4) + n);
    } else put(packet, ip + 4, packet.length - ip - IPV6_HEADER);
    if (command & TCP) {
      const before = get(packet, transport + 4) * 0x10000 + get(packet, transport + 6);
      const sequence = before + n * this.mostPayload;
      put(packet, transport + 4, Math.floor(sequence / 0x10000));
      put(packet, transport + 6, sequence);
      if (!last) put(packet, transport + 12, get(packet, transport + 12) & ~FIN_AND_PSH);
    } else put(packet, transport + 4, length);
    if (options & 2) {
      const whole = get(packet, sum) + length;
      put(packet, sum, whole + (whole >> 16));
    }
    this.checksums(packet, options);
  }
}

type Quad = [number, number, number, number];
/** TUCMD (3.3.7). */
const [TCP, IPV4] = [1, 2] as const;
const IPV6_HEADER = 40;
const FIN_AND_PSH = 9;

const get = (packet: Uint8Array, at: number): number => ((packet[at] ?? 0) << 8) | (packet[at + 1] ?? 0);

function put(packet: Uint8Array, at: number, value: number): void {
  if (at + 1 >= packet.length) return;
  packet[at] = value >> 8;
  packet[at + 1] = value;
}

/** Puts the Internet checksum (RFC 1071) of the bytes from `start` to `end`, 0 for all, at `at`: ignored outside the packet (3.3.3.1). */
export function insert(packet: Uint8Array, start: number, at: number, end: number): void {
  const stop = end === 0 ? packet.length : Math.min(end + 1, packet.length);
  if (start >= stop || at + 1 >= packet.length) return;
  let sum = 0;
  for (let i = start; i < stop; i++) sum += (packet[i] as number) << ((i - start) & 1 ? 0 : 8);
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
  const checksum = ~sum & 0xffff || 0xffff;
  put(packet, at, checksum);
}
