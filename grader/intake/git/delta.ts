/** A delta (gitformat-pack, "Deltified representation"): copies from a base, and new bytes. */
import { bytes } from "../caps.ts";
import { Refusal } from "../submission.ts";
import { damaged } from "./damaged.ts";

/** @throws Refusal when the delta reaches outside of its base or makes more than `cap` bytes */
export function applyDelta(base: Buffer, delta: Buffer, cap: number): Buffer {
  let at = 0;
  const byte = () => {
    if (at >= delta.length) throw damaged("a delta ends too early");
    return delta[at++]!;
  };
  const size = () => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const next = byte();
      value += (next & 127) * scale;
      if (value > Number.MAX_SAFE_INTEGER) throw damaged("a delta of impossible size");
      if (next < 128) return value;
    }
  };
  /** Of the bytes of a little-endian number, those whose bit is set are there. */
  const sparse = (bits: number, count: number) => {
    let value = 0;
    for (let index = 0; index < count; index++) if (bits & (1 << index)) value += byte() * 256 ** index;
    return value;
  };

  if (size() !== base.length) throw damaged("a delta for another base");
  const length = size();
  if (length > cap)
    throw new Refusal(`The git repository holds a file of ${bytes(length)}; at most ${bytes(cap)} are read.`);
  const result = Buffer.alloc(length);
  let filled = 0;
  while (at < delta.length) {
    const command = byte();
    if (command === 0) throw damaged("a delta with a reserved instruction");
    const isCopy = command >= 128;
    const from = isCopy ? sparse(command, 4) : at;
    const count = isCopy ? sparse(command >> 4, 3) || 0x10000 : command;
    const source = isCopy ? base : delta;
    if (from + count > source.length || filled + count > length)
      throw damaged("a delta that reaches too far");
    source.copy(result, filled, from, from + count);
    if (!isCopy) at += count;
    filled += count;
  }
  if (filled !== length) throw damaged("a delta that makes too little");
  return result;
}
