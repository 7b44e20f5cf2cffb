/** Data movement: MOV and its kin, stack, exchange, conversion, addresses. */
import { conditional, LEGACY, LONG, rows } from "./rows.ts";

const SEGMENT_LOAD = ["#GP(selector)", "#NP(selector)", "#SS(selector)"];

export const DATA = [
  ...rows(
    {},
    ["mov", "88", "Eb Gb"],
    ["mov", "89", "Ev Gv"],
    ["mov", "8A", "Gb Eb"],
    ["mov", "8B", "Gv Ev"],
    ["mov", "A0", "AL Ob"],
    ["mov", "A1", "rAX Ov"],
    ["mov", "A2", "Ob AL"],
    ["mov", "A3", "Ov rAX"],
    ["mov", "B0+r", "Zb Ib"],
    ["mov", "B8+r", "Zv Iv"],
    ["mov", "C6 /0", "Eb Ib"],
    ["mov", "C7 /0", "Ev Iz"],
    ["mov", "8C", "Rv/Mw Sw", { sensitive: "RPL and CPL in selectors" }],
    ["mov", "8E", "Sw Ew", { faults: ["#UD for CS", ...SEGMENT_LOAD], sensitive: "segment registers" }],
    ["movzx", "0F B6", "Gv Eb"],
    ["movzx", "0F B7", "Gv Ew"],
    ["movsx", "0F BE", "Gv Eb"],
    ["movsx", "0F BF", "Gv Ew"],
    ["movsxd", "63", "Gv Ez", { modes: LONG }],
    ["lea", "8D", "Gv M"],
    ["xlatb", "D7"],
    ["cbw", "98", "", { spelling: { 2: "cbw", 4: "cwde", 8: "cdqe" } }],
    ["cwd", "99", "", { spelling: { 2: "cwd", 4: "cdq", 8: "cqo" } }],
    ["bswap", "0F C8+r", "Zv"],
    ["movbe", "NP 0F 38 F0", "Gv Mv", { feature: "movbe" }],
    ["movbe", "NP 0F 38 F1", "Mv Gv", { feature: "movbe" }],
    ["movbe", "66 0F 38 F0", "Gv Mv", { feature: "movbe" }],
    ["movbe", "66 0F 38 F1", "Mv Gv", { feature: "movbe" }],
  ),
  ...conditional("cmov", "0F 40", "Gv Ev", { feature: "cmov" }),

  // 90 is NOP and not XCHG eAX, eAX, which would clear the upper half of RAX; with REX.B it is XCHG r8 (decode.ts).
  ...rows(
    {},
    ["nop", "90"],
    ["xchg", "90+r", "Zv rAX"],
    ["xchg", "86", "Eb Gb", { lock: true }],
    ["xchg", "87", "Ev Gv", { lock: true }],
    ["xadd", "0F C0", "Eb Gb", { lock: true, flags: "o s z a p c" }],
    ["xadd", "0F C1", "Ev Gv", { lock: true, flags: "o s z a p c" }],
    ["cmpxchg", "0F B0", "Eb Gb", { lock: true, flags: "o s z a p c" }],
    ["cmpxchg", "0F B1", "Ev Gv", { lock: true, flags: "o s z a p c" }],
    ["cmpxchg8b", "0F C7 /1", "Mq", { lock: true, flags: "z", feature: "cx8" }],
    [
      "cmpxchg16b",
      "REX.W 0F C7 /1",
      "Mx",
      { lock: true, flags: "z", feature: "cx16", modes: LONG, faults: ["#GP(0) when not aligned to 16"] },
    ],
  ),

  ...rows(
    { size64: "d64" },
    ["push", "50+r", "Zv"],
    ["push", "6A", "Ibs"],
    ["push", "68", "Iz"],
    ["push", "FF /6", "Ev"],
    ["pop", "58+r", "Zv"],
    ["pop", "8F /0", "Ev"],
  ),
  ...rows(
    { modes: LEGACY, sensitive: "RPL and CPL in selectors" },
    ["push", "06", "ES"],
    ["push", "0E", "CS"],
    ["push", "16", "SS"],
    ["push", "1E", "DS"],
  ),
  ...rows(
    { size64: "d64", sensitive: "RPL and CPL in selectors" },
    ["push", "0F A0", "FS"],
    ["push", "0F A8", "GS"],
  ),
  ...rows(
    { modes: LEGACY, faults: SEGMENT_LOAD, sensitive: "segment registers" },
    ["pop", "07", "ES"],
    ["pop", "17", "SS"],
    ["pop", "1F", "DS"],
  ),
  ...rows(
    { size64: "d64", faults: SEGMENT_LOAD, sensitive: "segment registers" },
    ["pop", "0F A1", "FS"],
    ["pop", "0F A9", "GS"],
  ),
  ...rows(
    { modes: LEGACY },
    ["pusha", "60", "", { spelling: { 2: "pushaw", 4: "pushad" } }],
    ["popa", "61", "", { spelling: { 2: "popaw", 4: "popad" } }],
  ),
  ...rows({ size64: "d64" }, ["enter", "C8", "Iw Ib"], ["leave", "C9"]),

  ...rows(
    { faults: SEGMENT_LOAD, sensitive: "segment registers" },
    ["les", "C4", "Gv Mp", { modes: LEGACY }],
    ["lds", "C5", "Gv Mp", { modes: LEGACY }],
    ["lss", "0F B2", "Gv Mp"],
    ["lfs", "0F B4", "Gv Mp"],
    ["lgs", "0F B5", "Gv Mp"],
  ),
];
