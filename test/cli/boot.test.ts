import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Command, CommanderError } from "commander";
import { afterAll, describe, expect, test } from "vitest";
import { register } from "../../src/cli/commands/boot.ts";
import { UserError } from "../../src/cli/errors.ts";
import { assemble } from "../../src/machine/isa/asm/assemble.ts";

const RINGLAB = resolve(import.meta.dirname, "../../bin/ringlab.js");
const FOLDER = mkdtempSync(join(tmpdir(), "ringlab-boot-"));
afterAll(() => rmSync(FOLDER, { recursive: true }));

function file(name: string, bytes: Uint8Array): string {
  const path = join(FOLDER, name);
  writeFileSync(path, bytes);
  return path;
}

const assembled = (name: string, source: string) => file(name, assemble(source, { file: name }).bytes);

interface Ran {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs `ringlab boot`; `input` goes to standard input, which then ends; `interrupt`: a signal once this was printed. */
function bootCommand(args: string[], input = "", interrupt?: { after: string }): Promise<Ran> {
  const child = spawn(process.execPath, [RINGLAB, "boot", ...args]);
  const ran: Ran = { code: null, stdout: "", stderr: "" };
  child.stdout.setEncoding("latin1").on("data", (text: string) => {
    ran.stdout += text;
    if (interrupt && ran.stdout.includes(interrupt.after)) child.kill("SIGINT");
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    ran.stderr += text;
  });
  child.stdin.on("error", () => {});
  child.stdin.end(input);
  return new Promise((done) => child.once("close", (code) => done({ ...ran, code })));
}

const SERIAL = `
    mov dx, 0x3f8
print:
    lodsb
    test al, al
    jz end
    out dx, al
    jmp print
end:
`;
const sector = (code: string) =>
  `bits 16\norg 0x7c00\nxor ax, ax\nmov ds, ax\n${code}\ntimes 510 - ($ - $$) db 0\ndw 0xaa55\n`;

const hello = assembled(
  "hello.img",
  sector(
    `mov si, text\n${SERIAL}\nmov ax, 0x0e58\nint 0x10\nmov al, 20\nout 0xf4, al\ntext: db "hello", 10, 0`,
  ),
);
const spins = assembled("spins.img", sector(`mov si, text\n${SERIAL}\njmp $\ntext: db "spinning", 0`));
const halts = assembled("halts.img", sector("cli\nhlt"));
const echoes = assembled(
  "echoes.img",
  sector(`
wait:
    mov dx, 0x3fd
    in al, dx
    test al, 1
    jz wait
    mov dx, 0x3f8
    in al, dx
    cmp al, 'q'
    je done
    inc al
    out dx, al
    jmp wait
done:
    mov al, 0
    out 0xf4, al`),
);
const types = assembled(
  "types.img",
  sector(`
wait:
    xor ah, ah
    int 0x16
    cmp al, 'q'
    je done
    mov ah, 0x0e
    int 0x10
    jmp wait
done:
    mov al, 0
    out 0xf4, al`),
);
const kernel = assembled(
  "kernel.bin",
  `bits 32
org 0x100000
start:
    dd 0x1badb002, 0x10003, -(0x1badb002 + 0x10003), start, start, 0, 0, entry
entry:
    mov esi, [ebx + 16]
    call print
    mov edi, [ebx + 24]
    mov esi, [edi + 8]
    call print
    mov esi, [edi]
    mov al, [esi]
    out 0xf4, al
print:
    mov dx, 0x3f8
.next:
    lodsb
    test al, al
    jz .end
    out dx, al
    jmp .next
.end:
    mov al, 10
    out dx, al
    ret`,
);

describe("ringlab boot", () => {
  test("prints what the guest sends and ends with the guest's code", async () => {
    expect(await bootCommand([hello])).toEqual({ code: 41, stdout: "hello\n", stderr: "" });
  });

  test("prints the screen instead when asked, or both", async () => {
    expect(await bootCommand([hello, "--screen"])).toEqual({ code: 41, stdout: "X\n", stderr: "" });
    expect((await bootCommand([hello, "--screen", "--serial"])).stdout).toBe("hello\nX\n");
  });

  test("gives standard input to the serial port", async () => {
    expect(await bootCommand([echoes], "HALq")).toEqual({ code: 1, stdout: "IBM", stderr: "" });
  });

  test("types standard input on the keyboard when the screen is asked for", async () => {
    expect(await bootCommand([types, "--screen"], "Type é this!q")).toEqual({
      ...{ code: 1, stderr: "" },
      stdout: "Type  this!\n",
    });
  });

  test("hands a multiboot kernel its command line and modules", async () => {
    const module = file("module.txt", Uint8Array.of(9));
    const { code, stdout } = await bootCommand([kernel, "--append", "a=1 b", "--module", `${module} quiet`]);
    expect(stdout).toBe(`${kernel} a=1 b\n${module} quiet\n`);
    expect(code).toBe(19);
  });

  test("starts a flat image in long mode and traces it", async () => {
    const flat = assembled("flat.bin", "bits 64\nmov rax, 0x1122334455667788\nmov al, 3\nout 0xf4, al");
    const { code, stderr } = await bootCommand([flat, "--origin", "0x200000", "--mode", "long", "--trace"]);
    expect(code).toBe(7);
    const lines = stderr.trimEnd().split("\n");
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatch(/^00200000 .*mov rax, 0x1122334455667788 +rax 0→1122334455667788/);
    expect(lines[2]).toMatch(/\[portOut\]$/);
  });
});

describe("how a run ended is said", () => {
  test("at the limit", async () => {
    const { code, stdout, stderr } = await bootCommand([spins, "--limit", "200K"]);
    expect([code, stdout]).toEqual([124, "spinning"]);
    expect(stderr).toMatch(
      /^ringlab: the limit was reached after 1\d\d,\d{3} instructions, [\d,]+ cycles \([\d.]+ s of the machine's time\)\n$/,
    );
  });

  test("when the processor halts for good", async () => {
    const { code, stderr } = await bootCommand([halts]);
    expect(code).toBe(0);
    expect(stderr).toMatch(/^ringlab: the processor halted and nothing wakes it after /);
  });

  test("when the processor shuts down, with its registers", async () => {
    const wild = assembled("wild.bin", "bits 32\nmov eax, 0x1234\nud2");
    const { code, stderr } = await bootCommand([wild, "--origin", "0x100000", "--mode", "protected"]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^ringlab: the processor shut down: /);
    expect(stderr).toMatch(/eax=1234/);
  });

  test("after Ctrl-C, with its registers", async () => {
    const { code, stderr } = await bootCommand([spins], "", { after: "spinning" });
    expect(code).toBe(130);
    expect(stderr).toMatch(/^ringlab: interrupted after [\s\S]*eip=[\s\S]*jmp /);
  });
});

describe("what is wrong is said in a line", () => {
  const text = file("text.txt", new TextEncoder().encode("not an image\n".repeat(100)));
  const empty = file("empty.img", new Uint8Array(0));
  const elf = file("cut.elf", Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 1, 1));

  test.each([
    ["no file", [join(FOLDER, "absent")], /there is no file .*absent/],
    ["a folder", [FOLDER], /is a folder: it must be a file/],
    ["an empty file", [empty], /the image .*empty\.img is empty/],
    [
      "no known kind",
      [text],
      /neither a multiboot kernel .* nor a disk or boot sector .* say at which origin/,
    ],
    ["a cut ELF file", [elf], /cut\.elf: no multiboot header/],
    ["no multiboot kernel", [hello, "--multiboot"], /no multiboot header/],
    ["an absent disk", [hello, "--disk", join(FOLDER, "none")], /there is no file/],
    [
      "too many disks",
      [hello, ...Array(4).fill(["--disk", hello]).flat()],
      /5 disks: there are four IDE drives/,
    ],
    ["an absent module", [kernel, "--module", "nowhere args"], /there is no file nowhere/],
    [
      "arguments that nobody reads",
      [hello, "--append", "x"],
      /--append is for multiboot kernels, and the image is a disk/,
    ],
    [
      "memory without sense",
      [hello, "--memory", "much"],
      /--memory takes a size as 64M, 1G or 512K, got "much"/,
    ],
    ["too little memory", [hello, "--memory", "640K"], /a multiple of 4096 between 1 MiB and 2 GiB/],
    ["a limit without sense", [hello, "--limit", "-5"], /--limit takes a number of instructions/],
    [
      "an address without sense",
      [hello, "--origin", "here"],
      /--origin takes an address as 0x7c00, got "here"/,
    ],
    [
      "an origin for a kernel",
      [kernel, "--multiboot", "--origin", "0"],
      /--multiboot says that the image knows its place/,
    ],
    ["an unknown profile", [hello, "--profile", "abacus"], /there is no profile "abacus": /],
    [
      "an origin beyond memory",
      [hello, "--origin", "0x3ffff000", "--mode", "long"],
      /beyond the memory of 512 MiB/,
    ],
    ["an unknown mode", [hello, "--mode", "virtual"], /Allowed choices are real, protected, long/],
  ])("%s", async (_, args, message) => {
    // Without a process: what becomes of such an error is the same for all.
    const program = new Command().exitOverride().configureOutput({ writeErr: () => {} });
    register(program);
    const error: unknown = await program.parseAsync(["boot", ...args], { from: "user" }).catch((e) => e);
    expect(error).toBeOneOf([expect.any(UserError), expect.any(CommanderError)]);
    expect(error).toMatchObject({ exitCode: 1, message: expect.stringMatching(message) });
    expect((error as Error).message.trim().split("\n").length).toBeLessThan(4);
  });

  test.each([
    ["no file", [join(FOLDER, "absent")], /^ringlab: there is no file .*absent\n$/],
    ["an unknown mode", [hello, "--mode", "virtual"], /Allowed choices are real, protected, long/],
  ])("on standard error alone: %s", async (_, args, message) => {
    const { code, stdout, stderr } = await bootCommand(args);
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(message);
    expect(stderr.trim().split("\n").length).toBeLessThan(4);
  });
});
