/** The image that sends frames through one network card and takes back what returns (io/net.asm says how), and what it must print. */
import { GuestError } from "./guest-error.ts";
import { checkWhole, type IoGuest, ioImage } from "./io-image.ts";

export interface EchoOptions {
  /** Bytes of a frame, 60 … 1512, a multiple of four. 60 unless given. */
  readonly size?: number;
  /** Frames on their way at most, 1 … 64. 1 unless given. */
  readonly depth?: number;
  /** Frames queued before the card is told, 1 … depth. 1 unless given. */
  readonly batch?: number;
  /** Frames, 100 unless given. */
  readonly count?: number;
}

function checked(options: EchoOptions) {
  const all = { size: 60, depth: 1, batch: 1, count: 100, ...options };
  checkWhole(all, { size: [60, 1512], depth: [1, 64], batch: [1, all.depth], count: [1, 65536] });
  if (all.size % 4 !== 0) throw new GuestError(`size is ${all.size}: give a multiple of 4`);
  return all;
}

/** Builds the boot disk for an 82540EM whose cable ends at somebody that returns each frame. Throws a GuestError for a wrong option. */
export function buildEchoGuest(options: EchoOptions = {}): IoGuest {
  const { size, depth, batch, count } = checked(options);
  return ioImage(
    "net.asm",
    {},
    {
      param_size: [size],
      param_depth: [depth],
      param_batch: [batch],
      param_count: [count],
    },
  );
}

/** What the machine prints when every frame came back as it was. */
export function expectedEcho(options: EchoOptions = {}): string {
  const { size, count } = checked(options);
  let hash = 0;
  for (let n = 0; n < count; n++) {
    const filler = Math.imul(n, 0x9e3779b1);
    let one = size ^ 0x811c9dc5;
    for (let i = 0; i < size / 4; i++) {
      const word = [0x00004c52, 0x4c520100, 0x02000000, (n << 16) | 0xb588][i] ?? filler - (i - 4);
      one = Math.imul(one ^ word, 0x01000193);
    }
    hash = (hash + one) >>> 0;
  }
  return `ringlab net\nok hash=${hash.toString(16).padStart(8, "0")}\n`;
}
