/** The XMM registers and MXCSR (SDM Vol. 1, 10.2), and the buffers on which packed instructions work. */

export const MXCSR_INITIAL = 0x1f80;
/** Bits of MXCSR that exist, bit 6 (denormals are zeros) among them. The others raise #GP(0). */
export const MXCSR_MASK = 0xffff;

/** Bytes seen as lanes of each size, lowest first. */
export class Lanes {
  readonly u8: Uint8Array;
  readonly i8: Int8Array;
  readonly u16: Uint16Array;
  readonly i16: Int16Array;
  readonly i32: Int32Array;
  readonly f32: Float32Array;
  readonly f64: Float64Array;

  constructor(bytes: number) {
    this.u8 = new Uint8Array(bytes);
    const { buffer } = this.u8;
    this.i8 = new Int8Array(buffer);
    this.u16 = new Uint16Array(buffer);
    this.i16 = new Int16Array(buffer);
    this.i32 = new Int32Array(buffer);
    this.f32 = new Float32Array(buffer);
    this.f64 = new Float64Array(buffer);
  }
}

export class Sse {
  /** Register n is at 4n in the int32 view. */
  readonly xmm = new Lanes(16 * 16);
  mxcsr = MXCSR_INITIAL;
  /** Destination and source of the packed instruction that is being executed: 8 bytes for MMX, 16 for SSE. */
  readonly a = new Lanes(16);
  readonly b = new Lanes(16);
}
