/** The frames of io/net.asm, as the machine at the other end of the cable makes and takes them. */
import type { NetworkPort } from "../machine/devices/network.ts";

export const GOLDEN = 0x9e3779b1;
const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;
const ADDRESSES = 12;
/** The peer's address ends in 1; in 3, where data do not go back from. */
const KEEPING = 3;
/** EtherTypes 88B5 and 88B6, for experiments (IEEE 802), as they lie in memory. */
const DATA = 0xb588;
const CONTROL = 0xb688;
/** Dwords behind the head of a control frame. */
const [ABOUT, WANTED, SIZE, SEED, HASH] = [16, 20, 24, 28, 32] as const;

const view = (frame: Uint8Array) => new DataView(frame.buffer, frame.byteOffset, frame.byteLength);

/** Frame `n` of `size` bytes, from the peer to the guest. */
function dataFrame(n: number, size: number, seed: number): Uint8Array {
  const frame = new Uint8Array(size);
  frame.set([0x52, 0x4c, 0, 0, 0, 2, 0x52, 0x4c, 0, 0, 0, 1]);
  const words = view(frame);
  words.setUint32(ADDRESSES, (n << 16) | DATA, true);
  const filler = Math.imul(n + seed, GOLDEN);
  for (let at = ADDRESSES + 4; at < size; at += 4) words.setInt32(at, filler - (at / 4 - 4), true);
  return frame;
}

/** FNV-1a by dwords of all behind the addresses, from a start that the length is in. */
function hashOf(frame: Uint8Array): number {
  const words = view(frame);
  let hash = frame.length ^ FNV_OFFSET;
  for (let at = ADDRESSES; at + 4 <= frame.length; at += 4)
    hash = Math.imul(hash ^ words.getInt32(at, true), FNV_PRIME);
  return hash;
}

export const frameHash = (n: number, size: number, seed: number): number => hashOf(dataFrame(n, size, seed));

/** Who answers the guest: returns data that want to come back, keeps and hashes those of a sender, sends what a receiver asks for. */
export class NetPeer {
  /** Sum of the hashes of the data frames that came. */
  hash = 0;
  /** Data frames that came. */
  received = 0;

  /** What one frame is answered with. */
  answer(frame: Uint8Array): Uint8Array[] {
    if (frame.length < ADDRESSES + 4) return [];
    const words = view(frame);
    const type = words.getUint16(ADDRESSES, true);
    if (type === DATA) {
      this.hash = (this.hash + hashOf(frame)) >>> 0;
      this.received++;
      return frame[5] === KEEPING ? [] : [back(frame)];
    }
    if (type !== CONTROL || frame.length < HASH + 4) return [];
    const wanted = words.getUint32(WANTED, true);
    if (wanted > 0) {
      const first = words.getUint16(ADDRESSES + 2, true);
      const [size, seed] = [words.getUint32(SIZE, true), words.getUint32(SEED, true)];
      if (wanted !== words.getUint32(ABOUT, true) || wanted > 64 || size < 60 || size > 1512) return [];
      return Array.from({ length: wanted }, (_, i) => dataFrame(first + i, size, seed));
    }
    const reply = back(frame);
    view(reply).setUint32(HASH, this.hash, true);
    return [reply];
  }

  /** Answers at a port. */
  serve(port: NetworkPort): void {
    port.onFrame = (frame) => {
      for (const reply of this.answer(frame)) port.transmit(reply);
    };
  }
}

/** To whom it came from. */
function back(frame: Uint8Array): Uint8Array {
  const reply = frame.slice();
  reply.copyWithin(0, 6, 12);
  reply.set(frame.subarray(0, 6), 6);
  return reply;
}
