/**
 * Wrong: clears the tables a byte at a time, which takes more steps than there are.
 * Breaks clause: C7
 * Caught by: map: is small and short
 * Caught by hidden: map: what is mapped, and where the tables are
 */
import type { Finding, Leak, Outcome, Probe, Trial } from "ringlab/experiments";
import type { Classified, ModesAndRings, Verdict } from "ringlab/labs/02-modes-and-rings/component";

const protect = () => `
        cli
        xor   ax, ax
        mov   ds, ax
        lgdt  [gdt_register]
        mov   eax, cr0
        or    al, 1                     ; PE
        mov   cr0, eax
        jmp   0x08:in_32_bits

        align 8
gdt:    dq    0
        dq    0x00cf9a000000ffff        ; 08h: code, 32 bits
        dq    0x00cf92000000ffff        ; 10h: data
        dq    0x00af9a000000ffff        ; 18h: code, 64 bits
gdt_register:
        dw    gdt_register - gdt - 1
        dd    gdt

        bits  32
in_32_bits:
        mov   ax, 0x10
        mov   ds, ax
        mov   es, ax
        mov   ss, ax
`;

const map = () => `
        mov   edi, 0x10000
        mov   cr3, edi
        xor   eax, eax
        mov   ecx, 3 * 4096
clear:  mov   [edi], al                 ; three empty tables, a byte at a time
        inc   edi
        loop  clear
        mov   dword [0x10000], 0x11003  ; level 4 -> level 3, present and writable
        mov   dword [0x11000], 0x12003  ; level 3 -> level 2
        mov   dword [0x12000], 0x83     ; one page of 2 MiB
        mov   eax, cr4
        or    eax, 1 << 5               ; PAE
        mov   cr4, eax
`;

const lengthen = () => `
        mov   ecx, 0xc0000080           ; EFER
        rdmsr
        or    eax, 1 << 8               ; LME
        wrmsr
        mov   eax, cr0
        or    eax, 1 << 31              ; PG
        mov   cr0, eax
        jmp   0x18:long
`;

type News = Readonly<Record<string, unknown>>;

/** Names whose values are not the same in both, or that only one has. */
function differing(one: News, other: News): string[] {
  const names = [...new Set([...Object.keys(one), ...Object.keys(other)])];
  return names.filter((name) => one[name] !== other[name]);
}

function leaksOf({ differ, first, second }: Trial): Leak[] {
  if (second.kind === "traps") return [];
  const seen = first.kind === "traps" ? ["the trap"] : differing(first.seen, second.seen);
  const kept = first.kind === "traps" ? [] : differing(first.kept, second.kept);
  if (seen.length + kept.length === 0) return [];
  if (["GDTR", "IDTR", "LDTR", "TR"].includes(differ)) return ["tables"];
  if (["CR0", "EFLAGS"].includes(differ)) return ["status"];
  if (differ !== "ring") return ["resources"];
  return [
    ...seen.map((): Leak => "protection"),
    ...kept.map((name): Leak => {
      if (name === "IF" || name === "IOPL") return "silence";
      return name === "port" ? "resources" : "protection";
    }),
  ];
}

const completes = ({ kind }: Outcome) => kind === "completes";

function classify({ trials }: Probe): Finding {
  const leaks = [...new Set(trials.flatMap(leaksOf))];
  if (leaks.length > 0) return { outcome: "differs", leaks };
  const traps = trials.some(({ first, second }) => completes(first) && !completes(second));
  return { outcome: traps ? "traps" : "same", leaks };
}

function verdict(instructions: readonly Classified[]): Verdict {
  const differ = instructions.filter(({ outcome }) => outcome === "differs");
  const leaking = (leak: Leak) =>
    differ.filter(({ leaks }) => leaks.includes(leak)).map(({ mnemonic }) => mnemonic);
  return {
    virtualizable: differ.length === 0,
    entries: [...new Set(differ.map(({ entry }) => entry))],
    leaks: {
      tables: leaking("tables"),
      status: leaking("status"),
      protection: leaking("protection"),
      silence: leaking("silence"),
      resources: leaking("resources"),
    },
  };
}

export const component: ModesAndRings = { protect, map, lengthen, classify, verdict };
