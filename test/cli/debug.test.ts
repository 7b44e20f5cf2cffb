/** `ringlab debug` with its commands from a pipe. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, test } from "vitest";

const RINGLAB = resolve(import.meta.dirname, "../../bin/ringlab.js");
const FOLDER = mkdtempSync(join(tmpdir(), "ringlab-debug-"));
afterAll(() => rmSync(FOLDER, { recursive: true }));

function source(name: string, text: string): string {
  writeFileSync(join(FOLDER, name), text);
  return name;
}

const program = source(
  "program.asm",
  `bits 16
org 0x7c00
start:
    mov cx, 3
again:
    call work
    loop again
    mov al, 'H'
    mov dx, 0x3f8
    out dx, al
done:
    mov al, 3
    out 0xf4, al
sleep:
    cli
    hlt
work:
    inc bx
    ret
`,
);
const echo = source(
  "echo.asm",
  `bits 16
org 0x7c00
wait:
    mov dx, 0x3fd
    in al, dx
    test al, 1
    jz wait
    mov dx, 0x3f8
    in al, dx
    inc al
    out dx, al
    jmp wait`,
);
const paged = source(
  "paged.asm",
  `bits 32
org 0x8000
    mov dword [0x70000], 0x71027
    mov dword [0x7101c], 0x7003
    mov dword [0x71020], 0x8003
    mov eax, 0x70000
    mov cr3, eax
    mov eax, cr0
    or eax, 0x80000000
    mov cr0, eax
here: mov [0x12345], eax`,
);

function debug(input: string | string[], ...args: string[]) {
  const text = typeof input === "string" ? input : input.join("\n");
  const { status, stdout, stderr } = spawnSync(process.execPath, [RINGLAB, "debug", ...args], {
    ...{ cwd: FOLDER, input: text, encoding: "utf8", timeout: 20_000 },
  });
  const lines = stdout
    .trimEnd()
    .split("\n")
    .map((line) => line.replace(/\s+/g, " ").trim());
  return { status, stderr, stdout, lines };
}

describe("ringlab debug", () => {
  test("steps, and shows what changed and the source of what comes", () => {
    const { status, lines, stderr } = debug("s 2; s", program);
    expect([status, stderr]).toEqual([0, ""]);
    expect(lines).toEqual(
      [
        "→ 00007c00 b90300 mov cx, 0x3 program.asm:4 mov cx, 3",
        "00007c03 e80e00 call 0x7c14 esp 7c00→7bfe",
        "→ 00007c14 43 inc bx program.asm:18 inc bx",
        "00007c14 43 inc bx ebx 0→1 eflags 2→2",
        "→ 00007c15 c3 ret program.asm:19 ret",
      ].map((line) => line.replace(" eflags 2→2", "")),
    );
  });

  test("stops at breakpoints, forwards and backwards, and shows what the guest sends apart", () => {
    const { lines } = debug(
      ["break work", "c", "c", "rback", "delete", "continue", "back 2", "goto 1"],
      program,
    );
    expect(lines.slice(1)).toEqual([
      "breakpoint 00007c14 work",
      "breakpoint work, step 2",
      "→ 00007c14 43 inc bx program.asm:18 inc bx",
      "breakpoint work, step 6",
      "→ 00007c14 43 inc bx program.asm:18 inc bx",
      "step 2, mode: real",
      "→ 00007c14 43 inc bx program.asm:18 inc bx",
      "serial │ H",
      "the guest ended with code 7",
      "→ 00007c12 fa cli program.asm:15 cli",
      expect.stringMatching(/^step 1[0-9], mode: real$/),
      "→ 00007c0e b003 mov al, 0x3 program.asm:12 mov al, 3",
      "step 1, mode: real",
      "→ 00007c03 e80e00 call work program.asm:6 call work",
    ]);
  });

  test("next goes over a call, trace tells every step", () => {
    const { lines } = debug("s\nn\ntrace 2", program);
    expect(lines.slice(3)).toEqual([
      "→ 00007c06 e2fb loop again program.asm:7 loop again",
      "00007c06 e2fb loop 0x7c03 ecx 3→2",
      "00007c03 e80e00 call 0x7c14 esp 7c00→7bfe",
      "→ 00007c14 43 inc bx program.asm:18 inc bx",
    ]);
  });

  test("lists with labels, dumps memory and shows registers", () => {
    const { lines, stdout } = debug(["l sleep 2", "x done+1 3", "registers", "events"], program);
    expect(lines.slice(1, 4)).toEqual([
      "sleep:",
      "00007c12 fa cli program.asm:15 cli",
      "00007c13 f4 hlt program.asm:16 hlt",
    ]);
    expect(lines[4]).toBe("00007c0f 03 e6 f4 ...");
    expect(stdout).toMatch(/eip 00007c00 {2}eflags 00000002 \[\] IOPL 0 {2}CPL 0/);
    expect(stdout).toMatch(/instructions +0\n/);
  });

  test("sends to the serial port, again when time goes forward again", () => {
    const { lines } = debug(["c 500", "send HAL", "c 5M", "goto 400", "c 5M"], echo);
    expect(lines.filter((line) => line.startsWith("serial"))).toEqual(["serial │ IBM", "serial │ IBM"]);
  });

  test("draws page walks and tables", () => {
    const { stdout } = debug(
      ["info gdt", "b here; c", "i g", "walk 8123", "w 12345", "info modes", "info gdt", "i s"],
      paged,
      "--mode",
      "protected",
    );
    expect(stdout).toContain(
      [
        "linear 00008123 = 0000000000 0000001000 000100100011   IA-32 paging",
        "CR3 → 00070000",
        " └─ PDE[0]  00070000: 00071027  P R/W U/S A",
        "     └─ PTE[8]  00071020: 00008023  P R/W A",
        "         └─ page 00008000 of 4 KiB + 123 = physical 00008123",
        "",
        "supervisor may read, write, fetch; user may do nothing",
      ].join("\n"),
    );
    expect(stdout).toContain(
      "└─ PTE[12]  00071048: 00000000  not present\n         └─ page fault, error code with P=0 RSVD=0",
    );
    expect(stdout).toMatch(/cr0 [0-9a-f]{8} \[PE .*PG\].*\n.*mode: protected, 32-bit, CPL 0/);
    expect(stdout).toContain("GDT at 00090000: not mapped to memory");
    expect(stdout).toContain("  0008  base 00000000  limit ffffffff  code, 32-bit, readable, DPL 0");
    expect(stdout).toMatch(/\ncs +selector 0008 {2}base 00000000 {2}limit ffffffff {2}code, 32-bit/);
  });

  test("takes an image that is no source, and the machine's options", () => {
    const image = join(FOLDER, "image.bin");
    writeFileSync(image, Buffer.from("4831c0f4", "hex"));
    const { lines } = debug("s", image, "--origin", "0x100000", "--mode", "long", "--memory", "2M");
    expect(lines[1]).toMatch(/^00100000 4831c0 xor rax, rax eflags 2→46/);
  });

  test("help tells every command", () => {
    const { stdout } = debug("help", program);
    for (const name of ["step", "next", "continue", "back", "rback", "walk", "quit"])
      expect(stdout).toContain(`${name} `);
  });
});

describe("what is wrong is said, and the rest is done", () => {
  test("in a command", () => {
    const wrong = [
      ["fly", 'there is no command "fly": "help" lists them'],
      ["s many", 'a number as 10, 200K or 5M belongs here, not "many"'],
      ["x", "usage: x ADDR [N]"],
      ["s 1 2", "usage: step [N]"],
      ["x zork", '"zork" is no label, no register and no hexadecimal number'],
      ["x 8:0+", '"" is no label, no register and no hexadecimal number'],
      ["delete 1234", "there is no breakpoint at 00001234"],
      ["rback", 'there is no breakpoint to go back to: set one with "break ADDR"'],
      ["b work; rback", "no breakpoint was met before this step"],
      ["info weather", 'info is there about modes, segments, gdt, idt, not about "weather"'],
      ["type é", 'the keyboard has no key for "é"'],
    ] as const;
    const { status, lines, stderr } = debug(
      [...wrong.map(([command]) => command), "# a comment", "", "s"],
      program,
    );
    expect([status, stderr]).toEqual([1, ""]);
    expect(lines.filter((line) => line.startsWith("error: "))).toEqual(
      wrong.map(([, message]) => `error: ${message}`),
    );
    expect(lines.at(-1)).toMatch(/^→ 00007c03/);
  });

  test("a source with an error, an empty one, none", () => {
    const bad = debug("", source("bad.asm", "mov ax, nothing"));
    expect([bad.status, bad.stdout]).toEqual([1, ""]);
    expect(bad.stderr).toContain('bad.asm:1:9: "nothing" is not defined');
    expect(debug("", source("empty.asm", "; nothing")).stderr).toContain("assembles to nothing");
    expect(debug("", "none.asm").stderr).toContain("none.asm cannot be read");
    expect(debug("", "none.img").stderr).toContain("there is no file none.img");
  });
});
