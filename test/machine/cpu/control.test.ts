/** Control registers, modes, MSRs and the instructions that the ISA table guards (SDM Vol. 3, 2.5 and 5.9). */
import { describe, expect, it } from "vitest";
import { fate, PAGES, PROGRAM, SEL, World } from "./world.ts";

const set = (register: string, value: number) => `mov eax, ${value}\nmov ${register}, eax\nhlt`;
const wrmsr = (msr: number, high: number, low: number) =>
  `mov ecx, ${msr}\nmov edx, ${high}\nmov eax, ${low}\nwrmsr\nhlt`;

describe("control registers", () => {
  it.each<[what: string, source: string, fate: string]>([
    ["PG without PE", set("cr0", 0x80000000), "#GP(0)"],
    ["NW without CD", set("cr0", 0x20000011), "#GP(0)"],
    ["WP and TS", set("cr0", 0x10019), "done"],
    ["a reserved bit of CR4", set("cr4", 1 << 14), "#GP(0)"],
    ["PCIDE outside of IA-32e mode", set("cr4", 1 << 17), "#GP(0)"],
    ["PSE, PGE, SMEP and SMAP", set("cr4", 0x300090), "done"],
    ["CR3's ignored bits", set("cr3", 0xfff), "done"],
    ["CR1", "mov eax, 0\ndb 0x0f, 0x22, 0xc8", "#UD"],
    ["DR4 with CR4.DE", "mov eax, 8\nmov cr4, eax\nmov eax, dr4", "#UD"],
    ["DR4 without it", "mov eax, dr4\nhlt", "done"],
    ["DR6 with DR7.GD", "mov eax, 0x2000\nmov dr7, eax\nmov eax, dr6", "#DB"],
  ])("MOV: %s", (_, source, expected) => {
    expect(fate(source)).toBe(expected);
  });

  it.each<[what: string, source: string, fate: string]>([
    ["bits above 31 of CR0", "mov rax, 0x180000011\nmov cr0, rax", "#GP(0)"],
    ["PG off in 64-bit code", "mov rax, cr0\nbtr rax, 31\nmov cr0, rax", "#GP(0)"],
    ["PAE off", "mov rax, cr4\nbtr rax, 5\nmov cr4, rax", "#GP(0)"],
    ["PCIDE with CR3's low bits clear", "mov rax, cr4\nbts rax, 17\nmov cr4, rax\nhlt", "done"],
    ["CR3 beyond the physical width", "mov rax, cr3\nbts rax, 51\nmov cr3, rax", "#GP(0)"],
    ["CR8", "mov rax, 15\nmov cr8, rax\nhlt", "done"],
    ["CR8 above 15", "mov rax, 16\nmov cr8, rax", "#GP(0)"],
  ])("MOV in 64-bit mode: %s", (_, source, expected) => {
    expect(fate(source, 0, 64)).toBe(expected);
  });

  it("LMSW sets PE and never clears it; SMSW shows CR0", () => {
    const world = new World();
    expect(world.run("mov eax, 8\nlmsw ax\nsmsw ebx\nclts\nsmsw ecx\nhlt")).toBe("done");
    expect([(world.cpu.r32[6] as number) & 15, (world.cpu.r32[2] as number) & 15]).toEqual([9, 1]);
  });
});

describe("the way into 64-bit mode and back", () => {
  it("goes over PAE, LME and PG; LMA follows PG", () => {
    const world = new World();
    world.write32(PAGES, (PAGES + 0x1000) | 7);
    world.write32(PAGES + 0x1000, (PAGES + 0x2000) | 7);
    world.write32(PAGES + 0x2000, 0x87);
    world.load(
      `mov eax, 0x20
       mov cr4, eax
       mov eax, ${PAGES}
       mov cr3, eax
       mov ecx, 0xc0000080
       rdmsr
       or eax, 0x100
       wrmsr
       mov eax, cr0
       or eax, 0x80000000
       mov cr0, eax
       rdmsr
       mov ebx, eax
       jmp ${SEL.code64}:long
       bits 64
       long: mov rsi, 0x1122334455667788
       push ${SEL.code0}
       push compatible
       o64 retf
       bits 32
       compatible: mov eax, cr0
       and eax, 0x7fffffff
       mov cr0, eax
       rdmsr
       hlt`,
    );
    world.enter(0);
    expect(world.fate()).toBe("done");
    const { r32, bits, longMode } = world.cpu;
    expect([r32[6], r32[0]]).toEqual([0x500, 0x100]);
    expect([r32[12], r32[13]]).toEqual([0x55667788, 0x11223344]);
    expect([bits, longMode]).toEqual([32, false]);
  });

  it("needs PAE", () => {
    expect(
      fate(
        "mov ecx, 0xc0000080\nrdmsr\nor eax, 0x100\nwrmsr\nmov eax, cr0\nor eax, 0x80000000\nmov cr0, eax",
      ),
    ).toBe("#GP(0)");
  });

  it("LME may not change while paging is on", () => {
    expect(fate(wrmsr(0xc0000080, 0, 0), 0, 64)).toBe("#GP(0)");
  });
});

describe("MSRs", () => {
  it.each<[what: string, source: string, fate: string]>([
    ["an unknown one", "mov ecx, 0x12345\nrdmsr", "#GP(0)"],
    ["reserved bits of EFER", wrmsr(0xc0000080, 0, 0x2), "#GP(0)"],
    ["NXE and SCE", wrmsr(0xc0000080, 0, 0x801), "done"],
    ["a memory type that is none", wrmsr(0x277, 0, 2), "#GP(0)"],
    ["LSTAR that is not canonical", wrmsr(0xc0000082, 0x8000, 0), "#GP(0)"],
  ])("%s", (_, source, expected) => {
    expect(fate(source)).toBe(expected);
  });

  it("the time-stamp counter counts on from what was written", () => {
    const world = new World();
    expect(world.run("mov ecx, 0x10\nmov edx, 5\nmov eax, 0x1000\nwrmsr\nrdtsc\nhlt")).toBe("done");
    expect(world.cpu.r32[4]).toBe(5);
    expect(world.cpu.r32[0]).toBeGreaterThanOrEqual(0x1000);
    expect(world.cpu.r32[0]).toBeLessThan(0x1000 + 1000);
  });
});

describe("ring 3", () => {
  it.each<[source: string, fate: string]>([
    ["lgdt [0x6000]", "#GP(0)"],
    ["lidt [0x6000]", "#GP(0)"],
    ["lldt ax", "#GP(0)"],
    ["ltr ax", "#GP(0)"],
    ["lmsw ax", "#GP(0)"],
    ["clts", "#GP(0)"],
    ["mov eax, cr0", "#GP(0)"],
    ["mov eax, dr7", "#GP(0)"],
    ["invlpg [eax]", "#GP(0)"],
    ["invd", "#GP(0)"],
    ["wbinvd", "#GP(0)"],
    ["rdmsr", "#GP(0)"],
    ["wrmsr", "#GP(0)"],
    ["hlt", "#GP(0)"],
    ["sysexit", "#GP(0)"],
    ["sti", "#GP(0)"],
    ["rdpmc", "#GP(0)"],
    ["stac", "#UD"],
    // These tell the secret: no trap.
    ["sgdt [0x6000]\nint 0x80", "int 80"],
    ["sidt [0x6000]\nint 0x80", "int 80"],
    ["sldt ax\nint 0x80", "int 80"],
    ["str ax\nint 0x80", "int 80"],
    ["smsw ax\nint 0x80", "int 80"],
    ["pushfd\npopfd\nint 0x80", "int 80"],
    ["lar eax, ebx\nint 0x80", "int 80"],
    ["rdtsc\nint 0x80", "int 80"],
  ])("%s", (source, expected) => {
    expect(fate(source, 3)).toBe(expected);
  });

  it.each(["sgdt [0x6000]", "sidt [0x6000]", "sldt ax", "str ax", "smsw ax"])(
    "%s with CR4.UMIP",
    (source) => {
      const world = new World();
      world.cpu.cr4 |= 1 << 11;
      expect(world.run(source, 3)).toBe("#GP(0)");
    },
  );

  it("RDTSC with CR4.TSD", () => {
    const world = new World();
    world.cpu.cr4 |= 4;
    expect(world.run("rdtsc", 3)).toBe("#GP(0)");
  });

  it("POPF leaves IF and IOPL as they are, silently", () => {
    const world = new World();
    expect(world.run("push dword 0x3ed7\npopfd\nint 0x80", 3)).toBe("int 80");
    expect(world.stack(2)).toBe(0xcd7 | 2);
  });

  it("with IOPL 3 may use CLI, STI and every port", () => {
    const world = new World();
    world.load("cli\nsti\nin al, 0x10\nint 0x80");
    world.enter(3);
    world.cpu.flags.value = 0x3002;
    expect(world.fate()).toBe("int 80");
    expect(world.stack(2)).toBe(0x3202);
  });
});

describe("questions about descriptors", () => {
  const ask = (instruction: string, selector: number, ring = 0) => {
    const world = new World();
    world.run(`mov ebx, ${selector}\nmov eax, 0x77\n${instruction}\nint 0x80`, ring);
    return (world.cpu.flags.value & 0x40) === 0 ? "no" : (world.cpu.r32[0] as number) >>> 0;
  };

  it.each<[instruction: string, selector: number, ring: number, answer: number | string]>([
    ["lar eax, ebx", SEL.code0, 0, 0xc09a00],
    ["lar eax, ebx", SEL.tss, 0, 0x8b00],
    ["lar eax, ebx", SEL.gate0, 0, 0xec00],
    ["lar eax, ebx", 0, 0, "no"],
    ["lar eax, ebx", SEL.end, 0, "no"],
    ["lar eax, ebx", SEL.code0, 3, "no"],
    ["lar eax, ebx", SEL.conforming, 3, 0xc09e00],
    ["lsl eax, ebx", SEL.small, 0, 0xfff],
    ["lsl eax, ebx", SEL.data0, 0, 0xffffffff],
    ["lsl eax, ebx", SEL.gate0, 0, "no"],
    ["verr bx", SEL.data0, 0, 0x77],
    ["verr bx", SEL.executeOnly, 0, "no"],
    ["verr bx", SEL.data0 | 3, 0, "no"],
    ["verw bx", SEL.readOnly, 0, "no"],
    ["verw bx", SEL.data0, 0, 0x77],
    ["verw bx", SEL.code0, 0, "no"],
  ])("%s of %i in ring %i", (instruction, selector, ring, answer) => {
    expect(ask(instruction, selector, ring)).toBe(answer);
  });

  it("ARPL raises RPL", () => {
    const world = new World();
    world.run("mov ax, 0x10\nmov bx, 3\narpl ax, bx\nhlt");
    expect([world.cpu.r16[0], world.cpu.flags.value & 0x40]).toEqual([0x13, 0x40]);
  });
});

describe("fast system calls", () => {
  it("SYSENTER and SYSEXIT", () => {
    const world = new World();
    const symbols = world.load(
      `mov ecx, 0x174
       xor edx, edx
       mov eax, 8
       wrmsr
       inc ecx
       mov eax, 0x7f00
       wrmsr
       inc ecx
       mov eax, kernel
       wrmsr
       mov edx, user
       mov ecx, 0xaf00
       sysexit
       user: mov esi, cs
       mov edi, ss
       sysenter
       kernel: hlt`,
    );
    world.enter(0);
    expect(world.fate()).toBe("done");
    const { r32, segments, cpl, ip } = world.cpu;
    expect([r32[12], r32[14]]).toEqual([8 + 16 + 3, 8 + 24 + 3]);
    expect([segments.selector[1], segments.selector[2], cpl, r32[8]]).toEqual([8, 16, 0, 0x7f00]);
    expect(ip).toBe((symbols.get("kernel") as number) + 1);
  });

  it("SYSENTER without a code segment", () => {
    expect(fate("sysenter", 3)).toBe("#GP(0)");
  });

  it("SYSCALL and SYSRET", () => {
    const world = new World(64);
    world.load(
      `mov ecx, 0xc0000080
       rdmsr
       or eax, 1
       wrmsr
       inc ecx
       mov edx, ${SEL.code64 | ((SEL.code0 | 3) << 16)}
       xor eax, eax
       wrmsr
       inc ecx
       xor edx, edx
       mov eax, kernel
       wrmsr
       mov ecx, 0xc0000084
       mov eax, 0x400
       wrmsr
       mov rcx, user
       mov r11, 0x446
       o64 sysret
       user: syscall
       kernel: pushfq
       pop rbx
       hlt`,
    );
    world.enter(0);
    expect(world.fate()).toBe("done");
    const { r32, segments, cpl } = world.cpu;
    expect([segments.selector[1], segments.selector[2], cpl]).toEqual([SEL.code64, SEL.code64 + 8, 0]);
    // FMASK cleared DF; R11 keeps what was.
    expect([r32[22], r32[6]]).toEqual([0x446, 0x46]);
  });

  it("SYSCALL without EFER.SCE", () => {
    expect(fate("syscall", 3, 64)).toBe("#UD");
  });

  it("SWAPGS exchanges the bases", () => {
    const world = new World(64);
    expect(
      world.run("mov ecx, 0xc0000102\nmov edx, 1\nmov eax, 0x5000\nwrmsr\nswapgs\ndec ecx\nrdmsr\nhlt"),
    ).toBe("done");
    expect([world.cpu.r32[4], world.cpu.r32[0]]).toEqual([1, 0x5000]);
  });
});

describe("descriptor-table registers", () => {
  it("come back as they were loaded; 16-bit operands load 24 bits of the base", () => {
    const world = new World();
    expect(
      world.run(
        `lgdt [table]\nsgdt [0x6000]\no16 lgdt [table]\nsgdt [0x6010]\nhlt\ntable: dw 0xdf\ndd 0x12001000\n`,
      ),
    ).toBe("done");
    expect([world.read32(0x6002), world.read32(0x6012)]).toEqual([0x12001000, 0x001000]);
  });

  it("need a canonical base", () => {
    expect(fate("lidt [rel table]\ntable: dw 0xfff\ndq 0x800000000000", 0, 64)).toBe("#GP(0)");
  });
});

it("INS checks its destination before it reads the port", () => {
  const world = new World();
  let reads = 0;
  world.bus.mapPorts(0x99, 0x99, { in: () => ++reads, out: () => {} });
  expect(world.run(`mov ax, ${SEL.readOnly}\nmov es, ax\nmov dx, 0x99\nmov edi, 0x6000\ninsb`)).toBe(
    "#GP(0)",
  );
  expect([reads, world.cpu.r32[14]]).toEqual([0, 0x6000]);
  const again = new World();
  again.bus.mapPorts(0x99, 0x99, { in: () => ++reads, out: () => {} });
  expect(again.run("mov dx, 0x99\nmov edi, 0x6000\nmov ecx, 3\nrep insb\nhlt")).toBe("done");
  expect([...again.bus.ram.subarray(0x6000, 0x6004)]).toEqual([1, 2, 3, 0]);
  expect([again.cpu.r32[2], again.cpu.r32[14], PROGRAM]).toEqual([0, 0x6003, PROGRAM]);
});
