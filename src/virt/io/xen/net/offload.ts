/**
 * What a frame still needs before it may go on a cable: cutting into segments, and checksums. Whoever has hardware for it does it for
 * nothing; everybody else by this file, and pays.
 *
 *     guest's stack ──large frame, checksum blank──▶ netfront ──extra info──▶ netback ──▶ NIC that offloads, or finish() here
 */
import type { NetworkPort } from "../../../../machine/devices/network.ts";
import { type IoLedger, lines } from "../../backend.ts";
import { get16, get32, put16, put32 } from "../../net/bytes.ts";
import { checksum, pseudoSum } from "../../net/checksum.ts";
import { ETHERTYPE } from "../../net/frame.ts";
import { PROTOCOL } from "../../net/ipv4.ts";
import { TCP } from "../../net/tcp.ts";

export interface Offload {
  /** The checksum of TCP or UDP is not there yet. */
  readonly checksum: boolean;
  /** TCP payload of each frame that is to be cut from this one; 0: it goes as it is. */
  readonly segment: number;
}

export const NOTHING: Offload = { checksum: false, segment: 0 };

/** A cable's end that takes frames before they are finished, and may bring such. */
export interface OffloadPort extends NetworkPort {
  readonly offloads: true;
  transmit(frame: Uint8Array, offload?: Offload): void;
  onFrame: (frame: Uint8Array, offload?: Offload) => void;
}

interface Headers {
  /** Where the header of TCP or UDP begins, and where its data. */
  readonly transport: number;
  readonly data: number;
  readonly protocol: number;
  /** Where its checksum is, and where its data ends: short frames are padded. */
  readonly checksum: number;
  readonly end: number;
}

const ETHERNET = 14;

/** Of IPv4 in an untagged frame; undefined when it is something else, or its headers leave the frame. */
function headersOf(frame: Uint8Array): Headers | undefined {
  if (frame.length < ETHERNET + 20 || get16(frame, 12) !== ETHERTYPE.ipv4) return undefined;
  const transport = ETHERNET + ((frame[ETHERNET] as number) & 15) * 4;
  const end = ETHERNET + get16(frame, ETHERNET + 2);
  const protocol = frame[ETHERNET + 9] as number;
  if (transport < ETHERNET + 20 || end > frame.length) return undefined;
  if (protocol === PROTOCOL.udp && transport + 8 <= end)
    return { transport, data: transport + 8, protocol, checksum: transport + 6, end };
  if (protocol !== PROTOCOL.tcp || transport + 20 > end) return undefined;
  const data = transport + ((frame[transport + 12] as number) >>> 4) * 4;
  if (data < transport + 20 || data > end) return undefined;
  return { transport, data, protocol, checksum: transport + 16, end };
}

function fillChecksum(frame: Uint8Array, headers: Headers, end: number): void {
  const { transport, protocol, checksum: at } = headers;
  put16(frame, at, 0);
  const pseudo = pseudoSum(
    get32(frame, ETHERNET + 12),
    get32(frame, ETHERNET + 16),
    protocol,
    end - transport,
  );
  const sum = checksum(frame, transport, end, pseudo);
  put16(frame, at, sum === 0 && protocol === PROTOCOL.udp ? 0xffff : sum);
}

/** A TCP segment in several, as RFC 9293 would have it sent: sequence numbers go on, FIN and PSH are the last one's. */
function cut(frame: Uint8Array, headers: Headers, size: number): Uint8Array[] {
  const { transport, data, end } = headers;
  const frames: Uint8Array[] = [];
  for (let from = data; from < end; from += size) {
    const to = Math.min(end, from + size);
    const one = new Uint8Array(data + to - from);
    one.set(frame.subarray(0, data));
    one.set(frame.subarray(from, to), data);
    put16(one, ETHERNET + 2, one.length - ETHERNET);
    put16(one, ETHERNET + 4, (get16(frame, ETHERNET + 4) + frames.length) & 0xffff);
    put16(one, ETHERNET + 10, 0);
    put16(one, ETHERNET + 10, checksum(one, ETHERNET, transport));
    put32(one, transport + 4, (get32(frame, transport + 4) + from - data) >>> 0);
    if (to < end) one[transport + 13] = (one[transport + 13] as number) & ~(TCP.fin | TCP.psh);
    fillChecksum(one, headers, one.length);
    frames.push(one);
  }
  return frames;
}

/** The frames as they go on a cable; undefined: the frame is not what its offload says. The frame given is left as it is. */
export function finish(frame: Uint8Array, offload: Offload, ledger: IoLedger): Uint8Array[] | undefined {
  if (offload.segment === 0 && !offload.checksum) return [frame];
  const headers = headersOf(frame);
  if (headers === undefined) return undefined;
  const { transport, data, protocol, end } = headers;
  if (offload.segment === 0 || end - data <= offload.segment) {
    const whole = frame.slice();
    fillChecksum(whole, headers, end);
    ledger.pay("checksumLine", 0, lines(end - transport));
    return [whole];
  }
  if (protocol !== PROTOCOL.tcp) return undefined;
  const frames = cut(frame, headers, offload.segment);
  for (const one of frames) {
    ledger.pay("copyLine", 0, lines(one.length));
    ledger.pay("checksumLine", 0, lines(one.length - transport));
  }
  return frames;
}
