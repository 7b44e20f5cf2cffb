/** SSE's rows: floating-point arithmetic, conversions, and the packed integers of MMX and SSE2. Moves and state are in simd.ts. */
import type { Row } from "../row.ts";
import { type Line, rows } from "./rows.ts";
import { ALIGNED, MMX, SSE } from "./simd.ts";

const XM = [...SSE, "#XM if unmasked"];
const XM_ALIGNED = [...ALIGNED, "#XM if unmasked"];
const COMPARE = { flags: "o0 s0 z a0 p c" };

/** One operation in its four formats: packed and scalar, single and double. */
const formats = (name: string, byte: string, immediate = ""): Row[] => [
  ...rows({ feature: "sse", faults: XM_ALIGNED }, [`${name}ps`, `NP 0F ${byte}`, `Vx Wx${immediate}`]),
  ...rows({ feature: "sse2", faults: XM_ALIGNED }, [`${name}pd`, `66 0F ${byte}`, `Vx Wx${immediate}`]),
  ...rows({ feature: "sse", faults: XM }, [`${name}ss`, `F3 0F ${byte}`, `Vx Wd${immediate}`]),
  ...rows({ feature: "sse2", faults: XM }, [`${name}sd`, `F2 0F ${byte}`, `Vx Wq${immediate}`]),
];

/** An operation of MMX; of XMM registers it came with SSE2. `feature`: what brought the MMX form, `source`: its second operand. */
const integers = (feature: string, names: Readonly<Record<string, string>>, source = "Qq"): Row[] =>
  Object.entries(names).flatMap(([byte, name]) => [
    ...rows({ feature, faults: MMX }, [name, `NP 0F ${byte}`, `Pq ${source}`]),
    ...rows({ feature: "sse2", faults: ALIGNED }, [name, `66 0F ${byte}`, "Vx Wx"]),
  ]);

/** Shifts by an immediate. */
const shifts = (opcodes: Readonly<Record<string, string>>): Row[] =>
  Object.entries(opcodes).flatMap(([opcode, name]) => [
    ...rows({ feature: "mmx", faults: MMX }, [name, `NP 0F ${opcode}`, "Nq Ib"]),
    ...rows({ feature: "sse2", faults: SSE }, [name, `66 0F ${opcode}`, "Ux Ib"]),
  ]);

const wide = (byte: string, name: string): Line => [name, `66 0F ${byte}`, "Vx Wx"];

export const SSE_ARITHMETIC: Row[] = [
  ...formats("sqrt", "51"),
  ...formats("add", "58"),
  ...formats("mul", "59"),
  ...formats("sub", "5C"),
  ...formats("min", "5D"),
  ...formats("div", "5E"),
  ...formats("max", "5F"),
  ...formats("cmp", "C2", " Ib"),
  ...rows(
    { feature: "sse", faults: ALIGNED },
    ["rsqrtps", "NP 0F 52", "Vx Wx"],
    ["rcpps", "NP 0F 53", "Vx Wx"],
    ["unpcklps", "NP 0F 14", "Vx Wx"],
    ["unpckhps", "NP 0F 15", "Vx Wx"],
    ["shufps", "NP 0F C6", "Vx Wx Ib"],
  ),
  ...rows(
    { feature: "sse", faults: SSE },
    ["rsqrtss", "F3 0F 52", "Vx Wd"],
    ["rcpss", "F3 0F 53", "Vx Wd"],
    ["movmskps", "NP 0F 50", "Gy Ux"],
    ["ucomiss", "NP 0F 2E", "Vx Wd", { ...COMPARE, faults: XM }],
    ["comiss", "NP 0F 2F", "Vx Wd", { ...COMPARE, faults: XM }],
    ["cvtsi2ss", "F3 0F 2A", "Vx Ey", { faults: XM }],
    ["cvttss2si", "F3 0F 2C", "Gy Wd", { faults: XM }],
    ["cvtss2si", "F3 0F 2D", "Gy Wd", { faults: XM }],
    ["cvtpi2ps", "NP 0F 2A", "Vx Qq", { faults: XM }],
    ["cvttps2pi", "NP 0F 2C", "Pq Wq", { faults: XM }],
    ["cvtps2pi", "NP 0F 2D", "Pq Wq", { faults: XM }],
  ),
  ...rows(
    { feature: "sse2", faults: ALIGNED },
    wide("14", "unpcklpd"),
    wide("15", "unpckhpd"),
    ["shufpd", "66 0F C6", "Vx Wx Ib"],
    ["cvtpd2ps", "66 0F 5A", "Vx Wx", { faults: XM_ALIGNED }],
    ["cvtdq2ps", "NP 0F 5B", "Vx Wx", { faults: XM_ALIGNED }],
    ["cvtps2dq", "66 0F 5B", "Vx Wx", { faults: XM_ALIGNED }],
    ["cvttps2dq", "F3 0F 5B", "Vx Wx", { faults: XM_ALIGNED }],
    ["cvttpd2dq", "66 0F E6", "Vx Wx", { faults: XM_ALIGNED }],
    ["cvtpd2dq", "F2 0F E6", "Vx Wx", { faults: XM_ALIGNED }],
    ["cvttpd2pi", "66 0F 2C", "Pq Wx", { faults: XM_ALIGNED }],
    ["cvtpd2pi", "66 0F 2D", "Pq Wx", { faults: XM_ALIGNED }],
    ["movntpd", "66 0F 2B", "Mx Vx"],
    wide("6C", "punpcklqdq"),
    wide("6D", "punpckhqdq"),
    ["pshufd", "66 0F 70", "Vx Wx Ib"],
    ["pshufhw", "F3 0F 70", "Vx Wx Ib"],
    ["pshuflw", "F2 0F 70", "Vx Wx Ib"],
  ),
  ...rows(
    { feature: "sse2", faults: SSE },
    ["movlpd", "66 0F 12", "Vx Mq"],
    ["movlpd", "66 0F 13", "Mq Vx"],
    ["movhpd", "66 0F 16", "Vx Mq"],
    ["movhpd", "66 0F 17", "Mq Vx"],
    ["movmskpd", "66 0F 50", "Gy Ux"],
    ["ucomisd", "66 0F 2E", "Vx Wq", { ...COMPARE, faults: XM }],
    ["comisd", "66 0F 2F", "Vx Wq", { ...COMPARE, faults: XM }],
    ["cvtsi2sd", "F2 0F 2A", "Vx Ey", { faults: XM }],
    ["cvttsd2si", "F2 0F 2C", "Gy Wq", { faults: XM }],
    ["cvtsd2si", "F2 0F 2D", "Gy Wq", { faults: XM }],
    ["cvtpi2pd", "66 0F 2A", "Vx Qq"],
    ["cvtps2pd", "NP 0F 5A", "Vx Wq", { faults: XM }],
    ["cvtss2sd", "F3 0F 5A", "Vx Wd", { faults: XM }],
    ["cvtsd2ss", "F2 0F 5A", "Vx Wq", { faults: XM }],
    ["cvtdq2pd", "F3 0F E6", "Vx Wq"],
    ["movq2dq", "F3 0F D6", "Vx Nq"],
    ["movdq2q", "F2 0F D6", "Pq Ux"],
    ["pmovmskb", "66 0F D7", "Gy Ux"],
    ["pextrw", "66 0F C5", "Gy Ux Ib"],
    ["pinsrw", "66 0F C4", "Vx Ew Ib"],
    ["psrldq", "66 0F 73 /3", "Ux Ib"],
    ["pslldq", "66 0F 73 /7", "Ux Ib"],
  ),
  ...rows(
    { feature: "sse", faults: MMX },
    ["pmovmskb", "NP 0F D7", "Gy Nq"],
    ["pextrw", "NP 0F C5", "Gy Nq Ib"],
    ["pinsrw", "NP 0F C4", "Pq Ew Ib"],
    ["pshufw", "NP 0F 70", "Pq Qq Ib"],
    ["movntq", "NP 0F E7", "Mq Pq"],
  ),
  ...integers("mmx", { 60: "punpcklbw", 61: "punpcklwd", 62: "punpckldq" }, "Qd"),
  ...integers("mmx", {
    ...{ 63: "packsswb", 64: "pcmpgtb", 65: "pcmpgtw" },
    ...{
      66: "pcmpgtd",
      67: "packuswb",
      68: "punpckhbw",
      69: "punpckhwd",
      "6A": "punpckhdq",
      "6B": "packssdw",
    },
    ...{ 74: "pcmpeqb", 75: "pcmpeqw", 76: "pcmpeqd", D1: "psrlw", D2: "psrld", D3: "psrlq", D5: "pmullw" },
    ...{ D8: "psubusb", D9: "psubusw", DC: "paddusb", DD: "paddusw", E1: "psraw", E2: "psrad", E5: "pmulhw" },
    ...{ E8: "psubsb", E9: "psubsw", EC: "paddsb", ED: "paddsw", F1: "psllw", F2: "pslld", F3: "psllq" },
    ...{ F5: "pmaddwd", F8: "psubb", F9: "psubw", FA: "psubd", FC: "paddb", FD: "paddw", FE: "paddd" },
  }),
  ...integers("sse", {
    ...{ DA: "pminub", DE: "pmaxub", E0: "pavgb", E3: "pavgw", E4: "pmulhuw" },
    ...{ EA: "pminsw", EE: "pmaxsw", F6: "psadbw" },
  }),
  ...integers("sse2", { D4: "paddq", F4: "pmuludq", FB: "psubq" }),
  ...shifts({
    ...{ "71 /2": "psrlw", "71 /4": "psraw", "71 /6": "psllw", "72 /2": "psrld", "72 /4": "psrad" },
    ...{ "72 /6": "pslld", "73 /2": "psrlq", "73 /6": "psllq" },
  }),
];
