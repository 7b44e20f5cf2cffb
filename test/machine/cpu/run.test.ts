/** The interpreter's bargain: it charges straight lines of code at once, and nobody may notice. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { assemble } from "../../../src/machine/isa/asm/assemble.ts";
import { boot } from "../../../src/machine/load/boot.ts";
import type { Machine } from "../../../src/machine/machine.ts";

const EAX = 0;
const EBX = 6;

function machine(source: string, memory = 1 << 20): Machine {
  const { bytes } = assemble(`bits 32\norg 0x8000\n${source}`);
  return boot(bytes, { kind: "flat", mode: "protected", origin: 0x8000, memory });
}

/** The same program in one go and one instruction after the other. */
function bothWays(source: string, limit: number): [Machine, Machine] {
  const whole = machine(source);
  const single = machine(source);
  whole.run({ limit });
  for (let n = 0; n < limit; n++) single.run({ limit: 1 });
  return [whole, single];
}

describe("code that writes code", () => {
  test("an instruction sees what the one before it wrote there", () => {
    const guest = machine(`
      mov byte [patched + 1], 42
patched:
      mov al, 1
      hlt`);
    guest.run({ limit: 100 });
    expect((guest.cpu.r32[EAX] as number) & 0xff).toBe(42);
  });

  test("a loop that patches itself runs what it wrote, every time", () => {
    const guest = machine(`
      mov ecx, 200
      xor ebx, ebx
again:
      inc byte [patched + 1]
patched:
      mov al, 0
      movzx eax, al
      add ebx, eax
      dec ecx
      jnz again
      hlt`);
    guest.run({ limit: 10_000 });
    expect(guest.cpu.r32[EBX]).toBe((200 * 201) / 2);
  });

  test("an addition over the end of a page, half of it code that runs, is done once", () => {
    const source = `
      mov dword [far_end - 2], 0x01020304
      call far_end
      add dword [far_end - 2], 0x11111111
      mov eax, [far_end - 2]
      hlt
      times 0x1000 - ($ - $$) db 0x90
far_end: nop
      nop
      ret
      ret`;
    const [whole, single] = bothWays(source, 12);
    // The two upper bytes are NOPs, written over by 0x0102 first and executed as ADD [EDX], EAX.
    expect(whole.cpu.r32[EAX]).toBe(single.cpu.r32[EAX]);
    expect((whole.cpu.r32[EAX] as number) & 0xffff).toBe(0x1415);
  });

  test("an instruction over the end of a page is fetched from both", () => {
    const guest = machine(`
      jmp over
      times 0xffd - ($ - $$) db 0x90
over: mov eax, 0x12345678
      hlt`);
    guest.run({ limit: 100 });
    expect(guest.cpu.r32[EAX]).toBe(0x12345678);
  });
});

describe("time within a straight line", () => {
  test("a device in the middle of it sees the cycle at which its instruction runs", () => {
    const [whole, single] = bothWays(
      `
      mov esi, 0xfee00000
      mov dword [esi + 0xf0], 0x1ff
      mov dword [esi + 0x3e0], 11
      mov dword [esi + 0x380], 0x7fffffff
      mov ecx, 50
again:
      add eax, 3
      add eax, 5
      mov ebx, [esi + 0x390]
      add edx, ebx
      rol edx, 3
      add eax, 7
      dec ecx
      jnz again`,
      350,
    );
    expect(whole.cpu.r32.slice(0, 16)).toEqual(single.cpu.r32.slice(0, 16));
    expect(whole.trace.hash).toBe(single.trace.hash);
    expect(whole.clock.now).toBe(single.clock.now);
  });

  test("a fault in the middle of it leaves ip, time and count as if it had come alone", () => {
    const [whole, single] = bothWays(
      `
      lidt [idtr]
      mov ecx, 20
again:
      add eax, 1
      mov [cs:0], eax
      add eax, 1
      dec ecx
      jnz again
      hlt
handler:
      inc ebx
      add dword [esp + 4], 7
      add esp, 4
      iretd
align 8
idt: times 13 dq 0
      dw handler, 8, 0x8e00, 0
idtr: dw $ - idt - 1
      dd idt`,
      150,
    );
    expect(whole.cpu.r32[EBX]).toBeGreaterThan(10);
    expect(whole.cpu.r32.slice(0, 16)).toEqual(single.cpu.r32.slice(0, 16));
    expect([whole.cpu.ip, whole.clock.now, whole.cpu.retired]).toEqual([
      single.cpu.ip,
      single.clock.now,
      single.cpu.retired,
    ]);
  });

  test("a limit is met to the instruction", () => {
    for (let limit = 1; limit < 40; limit++) {
      const guest = machine(`${"add eax, 1\n".repeat(60)}\nhlt`);
      expect(guest.run({ limit })).toEqual({ reason: "limit" });
      expect(guest.cpu.r32[EAX]).toBe(limit);
      expect(guest.cpu.retired).toBe(limit);
    }
  });
});

test("a machine takes its RAM and at most 32 MB, however much code it runs", { timeout: 60_000 }, () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const used = () => {
    collect();
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };
  machine("hlt").run();
  const before = used();
  const ram = 8 << 20;
  // A page of one-byte instructions after the other, all of them run: the worst for a cache of decoded code.
  const guest = machine(
    `
      mov edi, 0x100000
      mov ecx, (0x280000 - 16) / 4
      mov eax, 0x42424242
      cld
      rep stosd
      mov byte [edi], 0xf4
      mov eax, 0x100000
      jmp eax`,
    ram,
  );
  expect(guest.run({ limit: 100_000_000 }).reason).toBe("halt");
  expect(guest.cpu.retired).toBeGreaterThan(2_000_000);
  expect((used() - before - ram) / 2 ** 20).toBeLessThan(32);
  expect(guest.bus.ram.length).toBe(ram);
});
