/** Ethernet frames (IEEE 802.3 3.1, type form), with or without a VLAN's tag (IEEE 802.1Q 9.6). No preamble, no FCS. */
import type { Mac } from "./address.ts";
import { get16, get48, Malformed, put16, put48 } from "./bytes.ts";

export const ETHERTYPE = { ipv4: 0x0800, arp: 0x0806, vlan: 0x8100 } as const;
/** Without FCS; a shorter one is padded. */
export const MIN_FRAME = 60;
/** 1500 bytes in a tagged frame. */
export const MAX_FRAME = 1518;

export interface Frame {
  readonly destination: Mac;
  readonly source: Mac;
  /** The tag's VLAN identifier, 0 (priority only) … 4094, and priority; absent in an untagged frame. */
  readonly vlan?: number | undefined;
  readonly priority?: number | undefined;
  readonly type: number;
  /** Padding included. */
  readonly payload: Uint8Array;
}

export function parseFrame(bytes: Uint8Array): Frame | Malformed {
  if (bytes.length < 14) return new Malformed("frame: shorter than its header");
  if (bytes.length > MAX_FRAME) return new Malformed("frame: longer than 1518 bytes");
  const head = { destination: get48(bytes, 0), source: get48(bytes, 6) };
  const type = get16(bytes, 12);
  if (type !== ETHERTYPE.vlan) return { ...head, type, payload: bytes.subarray(14) };
  if (bytes.length < 18) return new Malformed("frame: cut in its VLAN tag");
  const tag = get16(bytes, 14);
  if ((tag & 0xfff) === 0xfff) return new Malformed("frame: VLAN 4095 is reserved");
  const tagged = { vlan: tag & 0xfff, priority: tag >>> 13 };
  return { ...head, ...tagged, type: get16(bytes, 16), payload: bytes.subarray(18) };
}

export function buildFrame(frame: Frame): Uint8Array {
  const { vlan } = frame;
  const header = vlan === undefined ? 14 : 18;
  const bytes = new Uint8Array(Math.max(MIN_FRAME, header + frame.payload.length));
  put48(bytes, 0, frame.destination);
  put48(bytes, 6, frame.source);
  if (vlan !== undefined) {
    put16(bytes, 12, ETHERTYPE.vlan);
    put16(bytes, 14, ((frame.priority ?? 0) << 13) | vlan);
  }
  put16(bytes, header - 2, frame.type);
  bytes.set(frame.payload, header);
  return bytes;
}
