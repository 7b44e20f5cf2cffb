/** `ringlab boot --gdb` at the other end of a real GDB. */
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { assemble } from "../../src/machine/isa/index.ts";
import { lacks } from "../support/needs.ts";

const RINGLAB = resolve(import.meta.dirname, "../../bin/ringlab.js");
const FOLDER = mkdtempSync(join(tmpdir(), "ringlab-gdb-"));
afterAll(() => rmSync(FOLDER, { recursive: true }));

function program(bits: 16 | 32 | 64): string {
  const file = join(FOLDER, `program${bits}.bin`);
  const text = `
    bits ${bits}
    org 0x7c00
    mov ebx, 3
    again: dec ebx
    jnz again
    mov dx, 0x3f8
    mov al, 'X'
    out dx, al
    mov al, 3
    out 0xf4, al
    here: jmp here`;
  writeFileSync(file, assemble(text).bytes);
  return file;
}

/** Starts `ringlab boot --gdb 0` and waits for its port. */
async function served(...args: string[]) {
  const child = spawn(process.execPath, [RINGLAB, "boot", ...args, "--gdb", "0"]);
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (text: Buffer) => {
    stdout += text.toString();
  });
  const ended = new Promise<number | null>((done) => child.on("close", done));
  const port = await new Promise<string>((done, fail) => {
    child.stderr.on("data", (text: Buffer) => {
      stderr += text.toString();
      const [, found] = /127\.0\.0\.1:(\d+)/.exec(stderr) ?? [];
      if (found) done(found);
    });
    child.on("close", () => fail(new Error(stderr)));
  });
  return { child, port, ended, stdout: () => stdout, stderr: () => stderr };
}

function gdb(port: string, ...commands: string[]): Promise<string> {
  const all = ["set pagination off", `target remote 127.0.0.1:${port}`, ...commands];
  const child = spawn("gdb", ["-nx", "-batch", ...all.flatMap((command) => ["-ex", command])]);
  let text = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (bytes: Buffer) => {
      text += bytes.toString();
    });
  return new Promise((done) => child.on("close", () => done(text.replace(/[ \t]+/g, " "))));
}

describe.skipIf(lacks("gdb", import.meta.url))("GDB", () => {
  test.each([
    [16, "real", "eip", "ebx"],
    [32, "protected", "eip", "ebx"],
    [64, "long", "rip", "rbx"],
  ] as const)("steps, stops, looks and goes back in %i-bit code", async (bits, mode, ip, bx) => {
    const { port, ended, stdout, stderr } = await served(program(bits), "--origin", "0x7c00", "--mode", mode);
    // In real mode MOV EBX has a prefix.
    const again = bits === 16 ? 0x7c06 : 0x7c05;
    const text = await gdb(
      port,
      ...(bits === 16 ? ["set architecture i8086"] : []),
      "x/3i $pc",
      "stepi",
      "info registers",
      `break *${again}`,
      "continue",
      `printf "at bx=%d\\n", $${bx}`,
      "continue",
      `printf "at bx=%d\\n", $${bx}`,
      "reverse-stepi",
      "reverse-stepi",
      `printf "back bx=%d ip=%x\\n", $${bx}, $pc`,
      "reverse-continue",
      "reverse-continue",
      `printf "start bx=%d ip=%x\\n", $${bx}, $pc`,
      "x/2bx 0x7c00",
      "p $st0",
      `set $${bits === 64 ? "rax" : "eax"} = 0x1234`,
      `printf "ax=%x\\n", $${bits === 64 ? "rax" : "eax"}`,
      "delete",
      "continue",
    );
    expect(text).toMatch(/=> 0x7c00: mov \$0x3,%ebx/);
    expect(text).toMatch(new RegExp(`\\n${bx} 0x3 3\\n`));
    expect(text).toMatch(new RegExp(`\\n${ip} 0x${again.toString(16)} 0x${again.toString(16)}`));
    expect(text).toMatch(/\nfs_base|\ngs 0x/);
    expect(text.match(/at bx=\d/g)).toEqual(["at bx=2", "at bx=1"]);
    expect(text).toMatch(/back bx=2 ip=7c0[56]/);
    expect(text).toContain("start bx=0 ip=7c00");
    expect(text).toMatch(/0x7c00: 0x(66|bb)/);
    expect(text).toMatch(/ax=1234\n/);
    expect(text).toContain("exited with code 07");
    expect(text).not.toMatch(/Could not|error|Error|too long|Truncated/);
    expect(await ended).toBe(7);
    expect(stdout()).toBe("X");
    expect(stderr()).toMatch(/^ringlab: waiting for GDB: target remote 127\.0\.0\.1:\d+\n$/);
  });

  test("can leave, come again, and kill", async () => {
    const { port, ended } = await served(program(32), "--origin", "0x7c00", "--mode", "protected");
    expect(await gdb(port, "stepi", "detach")).toContain("detached");
    expect(await gdb(port, "p $ebx", "kill")).toContain("$1 = 3");
    expect(await ended).toBe(130);
  });

  test("stops what runs for ever when Ctrl-C comes", async () => {
    const { port, ended, child } = await served(program(32), "--origin", "0x7c00", "--mode", "protected");
    const socket = connect(Number(port), "127.0.0.1");
    let got = "";
    socket.setEncoding("latin1").on("data", (text: string) => {
      got += text;
    });
    const until = async (what: RegExp) => {
      while (!what.test(got)) await new Promise((done) => setTimeout(done, 20));
      got = "";
    };
    // The jump to itself, entered by hand: eip is register 8.
    socket.write("$P8=167c0000#00");
    await until(/OK/);
    socket.write("$c#63");
    await until(/\+/);
    socket.write("\u0003");
    await until(/\$S02#b5/);
    child.kill("SIGINT");
    expect(await ended).toBe(130);
    socket.destroy();
  });
});

describe("what is wrong is said in a line", () => {
  const boot = (...args: string[]) =>
    spawnSync(process.execPath, [RINGLAB, "boot", ...args], { encoding: "utf8" });

  test("no port", () => {
    const { status, stderr } = boot(program(32), "--origin", "0x7c00", "--gdb", "here");
    expect([status, stderr]).toEqual([1, 'ringlab: --gdb takes a port from 0 to 65535, got "here"\n']);
  });

  test("a port in use", async () => {
    const taken = await new Promise<Server>((done) => {
      const server = createServer().listen(0, "127.0.0.1", () => done(server));
    });
    const { port } = taken.address() as { port: number };
    const { status, stderr } = boot(program(32), "--origin", "0x7c00", "--gdb", String(port));
    expect(status).toBe(1);
    expect(stderr).toBe(
      `ringlab: port ${port} is in use: give --gdb another one, or 0 for any that is free\n`,
    );
    taken.close();
  });
});
