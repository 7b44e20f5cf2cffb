/**
 * MMX and SSE instructions as a real processor executes them: what is recorded, and how. The record holds one line a case, in hex:
 *
 *     bytes of the instruction   xmm0 xmm1 (their low halves are also mm0 and mm1)   rax = rcx   MXCSR before
 *     xmm0   mm0   rax   MXCSR   EFLAGS after
 *
 * RINGLAB_RECORD=1 npx vitest run test/machine/cpu/ops/simd.test.ts records anew, with gcc on an x86-64 processor.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { ROWS, type Row } from "../../../../src/machine/isa/index.ts";
import { parseOpcode } from "../../../../src/machine/isa/opcode.ts";
import { Random } from "../../../oracle/random.ts";

const RECORD = join(import.meta.dirname, "../../../fixtures/cpu/simd.txt.gz");
const CASES = 3;
const IMMEDIATES = [0, 1, 2, 5, 0x1b, 0x4e, 8, 16, 63, 255];

export interface Case {
  readonly code: number[];
  readonly mnemonic: string;
  /** As above: numbers of 16, 16, 8 and 4 bytes, then 16, 8, 8, 4 and 4. */
  readonly before: readonly bigint[];
  readonly after: readonly bigint[];
}

/** Operands in registers, by the letters of their places: moves are tested elsewhere, approximations differ between processors. */
const PLACES = /^(VWI?|VU|PQI?|PW|VQ|VN|PU|GUI?|GNI?|GW|VEI?|PEI?|UI|NI)$/;

/** [mnemonic, bytes]: destination register 0, source 1. */
export function simdForms(): [string, number[]][] {
  const chosen = ROWS.filter(
    ({ feature, operands, mnemonic }) =>
      /^(mmx|sse2?)$/.test(feature ?? "") &&
      PLACES.test(operands.map((text) => text[0]).join("")) &&
      !/^r(sqrt|cp)/.test(mnemonic),
  );
  return chosen.flatMap((row) => bytesOf(row).map((bytes): [string, number[]] => [row.mnemonic, bytes]));
}

function bytesOf(row: Row): number[][] {
  const opcode = parseOpcode(row.opcode);
  const prefix = typeof opcode.prefix === "number" ? [opcode.prefix] : [];
  const modrm = opcode.digit === undefined ? 0xc1 : 0xc0 | (opcode.digit << 3);
  const widths = row.operands.some((text) => text.endsWith("y")) ? [[], [0x48]] : [opcode.rexW ? [0x48] : []];
  const immediates = row.operands.includes("Ib") ? IMMEDIATES.map((n) => [n]) : [[]];
  return widths.flatMap((rex) =>
    immediates.map((immediate) => [...prefix, ...rex, 0x0f, opcode.byte, modrm, ...immediate]),
  );
}

export function recordedCases(): Case[] {
  const lines = gunzipSync(readFileSync(RECORD)).toString().trimEnd().split("\n");
  return lines.map((line) => {
    const [mnemonic, code, ...numbers] = line.split(" ") as [string, string, ...string[]];
    const values = numbers.map((text) => BigInt(`0x${text}`));
    return {
      mnemonic,
      code: [...Buffer.from(code, "hex")],
      before: values.slice(0, 4),
      after: values.slice(4),
    };
  });
}

const SINGLES = [
  0, 0x80000000, 0x3f800000, 0xbf800000, 0x7f800000, 0xff800000, 0x7fc00000, 0x7fa12345, 0x4f000000,
];
const DOUBLES = [0n, 0x8000n, 0x3ff0n, 0xbff0n, 0x7ff0n, 0xfff0n, 0x7ff8n, 0x41e0n, 0x43e0n, 0x4004n];

/** Numbers of interest, as singles, doubles, counts or bytes. */
function lanes(random: Random): bigint {
  const word = () =>
    (random.percent(30) ? random.one(SINGLES) : (random.bits() & 0x83ffffff) | 0x40000000) >>> 0;
  const double = () =>
    random.percent(30)
      ? random.one(DOUBLES) << 48n
      : (random.wide() & 0x83ffffffffffffffn) | 0x4000000000000000n;
  switch (random.below(4)) {
    case 0:
      return [0, 1, 2, 3].reduce((sum) => (sum << 32n) | BigInt(word()), 0n);
    case 1:
      return (double() << 64n) | double();
    case 2:
      return (random.wide() << 64n) | BigInt(random.one([0, 1, 7, 8, 15, 16, 31, 32, 63, 64, 255, 256]));
    default:
      return (random.wide() << 64n) | random.wide();
  }
}

/** Runs random cases of all forms on this computer's processor. */
export function record(): void {
  const random = new Random(1);
  const forms = simdForms();
  const folder = mkdtempSync(join(tmpdir(), "ringlab-simd-"));
  try {
    const inputs = forms.flatMap(([mnemonic]) =>
      Array.from({ length: CASES }, () => {
        const rounds = /^cvtt?[ps][sd]2(si|dq|pi)$/.test(mnemonic) ? random.below(4) << 13 : 0;
        return [
          lanes(random),
          lanes(random),
          random.wide() >> BigInt(random.below(64)),
          BigInt(0x1f80 | rounds),
        ];
      }),
    );
    const bytes = inputs.map((input) =>
      Buffer.concat(input.map((value, i) => number(value, [16, 16, 8, 4][i]!))),
    );
    writeFileSync(join(folder, "in"), Buffer.concat(bytes));
    writeFileSync(join(folder, "simd.c"), program(forms));
    const run = (command: string, ...args: string[]) => {
      const { status, stderr } = spawnSync(command, args, { cwd: folder, encoding: "utf8" });
      if (status !== 0) throw new Error(`${command} failed: ${stderr}`);
    };
    run("gcc", "-O1", "-o", "simd", "simd.c");
    run("./simd");
    const out = readFileSync(join(folder, "out"));
    const lines = inputs.map((input, n) => {
      const [mnemonic, code] = forms[Math.floor(n / CASES)]!;
      const after = [16, 8, 8, 4, 4].map((size, i, sizes) => {
        const at = 40 * n + sizes.slice(0, i).reduce((sum, bytes) => sum + bytes, 0);
        return BigInt(
          `0x${Buffer.from(out.subarray(at, at + size))
            .reverse()
            .toString("hex")}`,
        );
      });
      return [
        mnemonic,
        Buffer.from(code).toString("hex"),
        ...[...input, ...after].map((v) => v.toString(16)),
      ].join(" ");
    });
    mkdirSync(dirname(RECORD), { recursive: true });
    writeFileSync(RECORD, gzipSync(`${lines.join("\n")}\n`, { level: 9 }));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const number = (value: bigint, size: number) =>
  Buffer.from(Array.from({ length: size }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn)));

/** One loop a form: load the registers, execute, store them. */
function program(forms: readonly (readonly [string, readonly number[]])[]): string {
  const loops = forms.map(
    ([, bytes]) => `  for (int n = 0; n < ${CASES}; n++) {
    if (fread(&in, sizeof in, 1, input) != 1) return 1;
    asm volatile("ldmxcsr %[mxcsr]; movdqu %[a], %%xmm0; movdqu %[b], %%xmm1; movq %[a], %%mm0; movq %[b], %%mm1;"
      "mov %[g], %%rcx; mov %[g], %%rax; .byte ${bytes.join(",")}; pushfq; pop %%rdx; movdqu %%xmm0, %[x];"
      "movq %%mm0, %[mm]; mov %%rax, %[go]; stmxcsr %[mo]; mov %%edx, %[flags]; emms"
      : [x] "=m"(out.x), [mm] "=m"(out.mm), [go] "=m"(out.g), [mo] "=m"(out.mxcsr), [flags] "=m"(out.flags)
      : [a] "m"(in.a), [b] "m"(in.b), [g] "m"(in.g), [mxcsr] "m"(in.mxcsr)
      : "xmm0", "xmm1", "rax", "rcx", "rdx", "memory", "cc");
    fwrite(&out, sizeof out, 1, output);
  }`,
  );
  return `#include <stdint.h>
#include <stdio.h>
static struct { uint8_t a[16], b[16]; uint64_t g; uint32_t mxcsr; } __attribute__((packed)) in;
static struct { uint8_t x[16]; uint64_t mm, g; uint32_t mxcsr, flags; } __attribute__((packed)) out;
int main(void) {
  FILE *input = fopen("in", "rb"), *output = fopen("out", "wb");
${loops.join("\n")}
  return fclose(output);
}
`;
}
