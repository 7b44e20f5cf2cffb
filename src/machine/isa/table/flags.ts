/** Flag control, and instructions that do nothing: NOP, PAUSE, prefetches. */
import { LEGACY, LONG, rows } from "./rows.ts";

const FLAGS_IMAGE = "IF, IOPL";

export const FLAGS = [
  ...rows(
    {},
    ["cmc", "F5", "", { flags: "c~" }],
    ["clc", "F8", "", { flags: "c0" }],
    ["stc", "F9", "", { flags: "c1" }],
    ["cld", "FC", "", { flags: "d0" }],
    ["std", "FD", "", { flags: "d1" }],
    ["cli", "FA", "", { flags: "i0", iopl: "iopl", sensitive: "IF" }],
    ["sti", "FB", "", { flags: "i1", iopl: "iopl", sensitive: "IF" }],
    ["lahf", "9F", "", { flags: "st zt at pt ct", modes: LEGACY }],
    ["sahf", "9E", "", { flags: "s z a p c", modes: LEGACY }],
    ["lahf", "9F", "", { flags: "st zt at pt ct", modes: LONG, feature: "lahf_lm" }],
    ["sahf", "9E", "", { flags: "s z a p c", modes: LONG, feature: "lahf_lm" }],
    // Below CPL 0 POPF changes IF only when CPL ≤ IOPL, and never IOPL: silently. That is what makes it famous.
    [
      "pushf",
      "9C",
      "",
      {
        size64: "d64",
        iopl: "vm",
        sensitive: FLAGS_IMAGE,
        flags: "ot st zt at pt ct it dt",
        spelling: { 2: "pushfw", 4: "pushfd", 8: "pushfq" },
      },
    ],
    [
      "popf",
      "9D",
      "",
      {
        size64: "d64",
        iopl: "vm",
        sensitive: FLAGS_IMAGE,
        flags: "*",
        spelling: { 2: "popfw", 4: "popfd", 8: "popfq" },
      },
    ],
  ),
  ...rows(
    {},
    ["pause", "F3 90"],
    ["prefetchnta", "0F 18 /0", "Mb"],
    ["prefetcht0", "0F 18 /1", "Mb"],
    ["prefetcht1", "0F 18 /2", "Mb"],
    ["prefetcht2", "0F 18 /3", "Mb"],
    ["prefetch", "0F 0D /0", "Mb"],
    ["prefetchw", "0F 0D /1", "Mb"],
    // The multi-byte NOP; its neighbours are reserved for hints and do nothing either.
    ["nop", "0F 1F /0", "Ev"],
  ),
  ...rows(
    { alias: true },
    ...[2, 3, 4, 5, 6, 7].map((digit) => ["prefetch", `0F 0D /${digit}`, "Mb"] as const),
    ...[0, 1, 2, 3, 4, 5, 6, 7].map((digit) => ["nop", `0F 0D /${digit}`, "Rv"] as const),
    ...[0, 1, 2, 3].map((digit) => ["nop", `0F 18 /${digit}`, "Rv"] as const),
    ...[4, 5, 6, 7].map((digit) => ["nop", `0F 18 /${digit}`, "Ev"] as const),
    ...["19", "1A", "1B", "1C", "1D", "1E"].map((byte) => ["nop", `0F ${byte}`, "Ev"] as const),
    ...[1, 2, 3, 4, 5, 6, 7].map((digit) => ["nop", `0F 1F /${digit}`, "Ev"] as const),
  ),
];
