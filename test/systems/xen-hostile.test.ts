/** A guest of Xen's that wants more than it may have, with the hypervisor and Domain 0 that it would have it from. */
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { expect, test } from "vitest";
import { GUEST, XenDom0 } from "../../src/systems/xen-dom0.ts";
import { GNTST } from "../../src/virt/io/xen/abi/numbers.ts";
import { attackImage, error } from "../virt/cpu/paravirt/hostile.ts";

const status = (number: number) => number & 0xffff;
const EINVAL = error(-22);
const EPERM = error(-1);
const ESRCH = error(-3);

/** Runs `body`; `when` is called with each word that the guest says. */
function domain(body: string, when: (word: number, xen: XenDom0) => void = () => {}) {
  const xen = new XenDom0({
    memory: 4 << 20,
    disks: [attackImage(`        jmp body\n${HELP}\nbody:\n${body}`)],
  });
  const { ram } = xen.vm.host.bus;
  const said: number[] = [];
  let began = false;
  xen.machine.onDebug((byte) => {
    if (began) said.push(byte);
    began = true;
    if (said.length > 0 && said.length % 4 === 0) {
      const word = new Uint32Array(Uint8Array.from(said.slice(-4)).buffer)[0] as number;
      when(word, xen);
    }
  });
  const stop = xen.machine.run({ limit: 3_000_000 });
  const words = [...new Uint32Array(Uint8Array.from(said.slice(0, said.length & ~3)).buffer)];
  return { xen, words, stop, ram };
}

/** TABLE: the guest's grant table, mapped; `grant` writes an entry. */
const HELP = `
TABLE   equ     0xC0201000
        align   8
operand:
        times   8 dd 0
%macro open_table 0
        mov     dword [operand], 0x7FF0
        mov     dword [operand + 4], 1
        mov     dword [operand + 12], operand + 16
        mov     eax, 20
        mov     ebx, 2
        mov     ecx, operand
        mov     edx, 1
        int     0x82
        mov     ecx, [operand + 16]
        shl     ecx, 12
        or      ecx, 3
        mov     ebx, TABLE
        xor     edx, edx
        mov     esi, 2
        mov     eax, 14
        int     0x82
%endmacro
%macro grant 3                          ; reference, domain, machine address
        mov     eax, %3
        shr     eax, 12
        mov     [TABLE + 8 * %1 + 4], eax
        mov     word [TABLE + 8 * %1 + 2], %2
        mov     word [TABLE + 8 * %1], 1
%endmacro
%macro own 1                            ; EAX = machine address of the page at a linear one
        lea     eax, [ebp + %1 - BASE]
%endmacro
`;
const MAPPED = 0x6ead;
const REFUSED = 0x0bad;

test("a page table is not granted to be written, and a page that is granted is no table meanwhile", () => {
  const results: (string | boolean)[] = [];
  domain(
    `
        open_table
        mov     eax, [edi + 60]         ; directory
        sub     eax, BASE
        add     eax, ebp
        mov     edx, eax
        grant   8, 0, edx
        own     FREE
        mov     edx, eax
        grant   9, 0, edx
        grant   10, 0, 0                ; the monitor's
        grant   11, 0, 0xFFFFF000
        mov     eax, 1
        say
        own     FREE
        shr     eax, 12
        mov     edx, eax
        extended 0, edx                 ; pin it as a table
        mov     eax, 2
        say`,
    (word, { domain0 }) => {
      if (word !== 1) return;
      const tried = (reference: number, readonly: boolean) =>
        domain0.map(GUEST, [reference], readonly) !== undefined;
      results.push(tried(8, false), tried(8, true), tried(9, false), tried(10, true), tried(11, true));
    },
  );
  expect(results).toEqual([false, true, true, false, false]);
});

test("what Domain 0 has mapped to write cannot be pinned, and can when it is given back", () => {
  let page: ReturnType<XenDom0["domain0"]["map"]>;
  const { words } = domain(
    `
        open_table
        own     FREE
        mov     edx, eax
        grant   9, 0, edx
        call_monitor 14, FREE, 0, 0, 2  ; its own mapping goes
        mov     eax, ${MAPPED}
        say
        own     FREE
        shr     eax, 12
        mov     edx, eax
        extended 0, edx
        mov     eax, ${REFUSED}
        say
        own     FREE
        shr     eax, 12
        mov     edx, eax
        extended 0, edx`,
    (word, { domain0 }) => {
      if (word === MAPPED) page = domain0.map(GUEST, [9], false);
      if (word === REFUSED) domain0.unmap(page ?? []);
    },
  );
  expect(words).toEqual([0, MAPPED, EINVAL, REFUSED, 0]);
});

test("copies reach no table, no frame of the monitor's, and no page without a grant; its own grants are not mapped", () => {
  const copy = (source: string, from: string, to: string, into: string, flags: number) => `
        mov     eax, ${source}
        mov     [operand], eax
        mov     dword [operand + 4], ${from}
        mov     eax, ${to}
        mov     [operand + 8], eax
        mov     dword [operand + 12], ${into}
        mov     dword [operand + 16], ${64 + (flags << 16)}
        call_monitor 20, 5, operand, 1
        movzx   eax, word [operand + 20]
        say`;
  const { words, ram, xen } = domain(`
        open_table
        own     FREE
        mov     edx, eax
        grant   9, 1, edx
        mov     eax, [edi + 60]
        sub     eax, BASE
        add     eax, ebp
        shr     eax, 12
        mov     [operand + 28], eax
        own     FREE
        shr     eax, 12
        mov     [operand + 24], eax
        ${copy("[operand + 24]", "0x7FF0", "[operand + 28]", "0x7FF0", 0)}
        ${copy("1", "0x7FF0", "[operand + 24]", "0x7FF0", 0)}
        ${copy("3", "0", "[operand + 24]", "0x7FF0", 1)}
        ${copy("[operand + 24]", "0", "[operand + 24]", "0x7FF0", 0)}
        ${copy("9", "1", "[operand + 24]", "0x7FF0", 1)}
        mov     dword [operand], FREE
        mov     dword [operand + 4], 0
        mov     dword [operand + 8], 2
        mov     dword [operand + 12], 9
        mov     dword [operand + 16], 1
        call_monitor 20, 0, operand, 1
        movzx   eax, word [operand + 18]
        say`);
  expect(words).toEqual([
    ...[0, status(GNTST.badPage)],
    ...[0, status(GNTST.badPage)],
    ...[0, status(GNTST.generalError)],
    ...[0, status(GNTST.permissionDenied)],
    ...[0, 0],
    ...[0, status(GNTST.badDomain)],
  ]);
  expect(ram.length).toBeGreaterThan(xen.vm.host.base);
});

const LISTEN = `
        mov     eax, [edi + 36]
        sub     eax, ebp
        add     eax, BASE
        mov     ebp, eax                ; shared page
        call_monitor 4, 0xE019, upcall, 0xE019, upcall
        mov     dword [operand], 0x00007FF0
        call_monitor 32, 6, operand     ; for Domain 0
        mov     edi, [operand + 4]
        mov     byte [ebp + 1], 0
        jmp     listening
upcall:
        push    eax
        mov     byte [ebp], 0
        xor     eax, eax
        xchg    eax, [ebp + 4]          ; selector
        say
        xor     eax, eax
        xchg    eax, [ebp + 2048]
        say
        mov     byte [ebp + 1], 0
        pop     eax
        iretd
listening:`;

test("an event on a masked port stops at the first level; unmasking it raises the other two", () => {
  let ours = 0;
  const { words } = domain(
    `${LISTEN}
        mov     eax, ${MAPPED}
        say
        mov     eax, [ebp + 2048]       ; pending: level 1
        say
        mov     eax, [ebp + 4]          ; selector: level 2
        say
        movzx   eax, byte [ebp]         ; upcall: level 3
        say
        mov     [operand], edi
        call_monitor 32, 9, operand
        mov     eax, ${REFUSED}         ; not masked now, and sent once more
        say
        call_monitor 29, 0`,
    (word, { domain0, scheduler, vm }) => {
      const port = 3;
      if (word === MAPPED) ours = domain0.calls.bindInterdomain(GUEST, port);
      if (word === MAPPED || word === REFUSED) domain0.calls.send(ours);
      scheduler.run();
      vm.engine.alert();
    },
  );
  // Ports 1 and 2 are the console's and XenStore's.
  const bit = 1 << 3;
  expect(words.slice(0, 6)).toEqual([0, 0, MAPPED, bit, 0, 0]);
  // The upcall comes at the end of the hypercall that unmasks, before its result is said.
  expect(words.slice(6, 9)).toEqual([1, bit, 0]);
  expect(words[9]).toBe(REFUSED);
  expect(words.slice(10, 12)).toEqual([1, bit]);
});

test("ports of others, lines of the hardware, a port that nobody offered", () => {
  const { words } = domain(`
        mov     dword [operand], 0x00010000
        call_monitor 32, 6, operand     ; a port of Domain 0's
        mov     dword [operand], 0x00010009
        call_monitor 32, 6, operand     ; of nobody's
        mov     dword [operand], 14
        call_monitor 32, 2, operand     ; the disk's line
        mov     dword [operand], 0
        mov     dword [operand + 4], 1
        call_monitor 32, 0, operand     ; bind what is not for it
        mov     dword [operand], 0
        mov     dword [operand + 4], 1
        call_monitor 32, 5, operand     ; a port of Domain 0's
        mov     dword [operand], 1000
        call_monitor 32, 4, operand
        call_monitor 32, 4, 0xFC400000`);
  expect(words).toEqual([EPERM, ESRCH, EPERM, EINVAL, EPERM, EINVAL, error(-14)]);
});

test("whatever it asks for and puts on its page, Domain 0 and the monitor stay as they are", () => {
  const random = xoroshiro128plus(5);
  const draw = (below: number) => uniformInt(random, 0, below - 1);
  const values = [
    "0",
    "1",
    "2",
    "8",
    "9",
    "0x7FF0",
    "0x00017FF0",
    "0xFFFFFFFF",
    "FREE",
    "TABLE",
    "operand",
    "0xFC000000",
    "4096",
  ];
  // Eight words of the operand; two dwords of the grant table; number, EBX, ECX, EDX.
  const rows = Array.from({ length: 180 }, () => {
    const value = () => values[draw(values.length)] as string;
    const number = [20, 32, 32, 20, 29, 14][draw(6)] as number;
    const operation = number === 29 ? 0 : number === 14 ? "FREE" : draw(12);
    const entries = [8 * draw(20) + 4, value(), 8 * draw(20), value()];
    const call = [number, operation, draw(6) === 0 ? value() : "operand", draw(3)];
    return `dd ${[...Array.from({ length: 8 }, value), ...entries, ...call].join(", ")}`;
  });
  const calls = `
        mov     ebp, rows
.row:
        mov     esi, ebp
        mov     edi, operand
        mov     ecx, 8
        rep     movsd
        mov     eax, [esi]
        mov     ecx, [esi + 4]
        mov     [TABLE + eax], ecx
        mov     eax, [esi + 8]
        mov     ecx, [esi + 12]
        mov     [TABLE + eax], ecx
        mov     eax, [esi + 16]
        mov     ebx, [esi + 20]
        mov     ecx, [esi + 24]
        mov     edx, [esi + 28]
        mov     esi, 2
        int     0x82
        add     ebp, 64
        cmp     ebp, rows_end
        jb      .row
        jmp     done
rows:
${rows.join("\n")}
rows_end:
done:`;
  const inner: { before?: Uint8Array } = {};
  const { words, xen } = domain(
    `open_table\n mov eax, ${MAPPED}\n say\n${calls}\n mov eax, ${REFUSED}\n say`,
    (word, { domain0 }) => {
      if (word === MAPPED) inner.before = domain0.memory.read(0, 64 * 4096);
    },
  );
  expect(words[0]).toBe(MAPPED);
  expect(words[1]).toBe(REFUSED);
  expect(Buffer.from(xen.domain0.memory.read(0, 64 * 4096)).equals(inner.before as Uint8Array)).toBe(true);
});
