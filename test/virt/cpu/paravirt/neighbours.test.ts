/** A domain and what lies beyond it: pages of others only by a grant and not after its end; events there and back. */
import { expect, test } from "vitest";
import type { Gpa } from "../../../../src/machine/address.ts";
import type { Host } from "../../../../src/virt/cpu/host.ts";
import {
  GNTST,
  type Neighbours,
  type Paravirt,
  paravirtWith,
} from "../../../../src/virt/cpu/paravirt/index.ts";
import { attack, error, faulted } from "./hostile.ts";

const EPERM = error(-1);
const EINVAL = error(-22);
const ENOSPC = error(-28);
const ENOSYS = error(-38);
const status = (number: number) => number & 0xffff;
const DOMID_SELF = 0x7ff0;
const REMOTE = 1;
const READ_ONLY_REFERENCE = 9;
const REFERENCE = 8;

/** Domain 1, which grants one page, as reference 8 to be written and as 9 only to be read, and answers an event at once or later. */
function neighbour({ later = 0 } = {}) {
  const log: string[] = [];
  let frame = 0;
  let host: Host | undefined;
  let engine: Paravirt | undefined;
  let handles = 0;
  let shared = 0;
  const ports = new Set<number>();
  const open = () => {
    for (let port = 1; port < 32; port++) if (!ports.has(port)) return ports.add(port) && port;
    return -28;
  };
  /** Level 1, and at once level 3: there is one word of ports. */
  const raise = (port: number) => {
    host!.bus.write((shared + 2048) as Gpa, 2 ** port, 4);
    host!.bus.write(shared as Gpa, 1, 1);
    engine!.alert();
  };
  const grants: Neighbours["grants"] = {
    mapGrant(domain, reference, readOnly) {
      if (domain !== REMOTE) return -2;
      if (reference !== REFERENCE && !(readOnly && reference === READ_ONLY_REFERENCE)) return -3;
      log.push(`map ${reference}`);
      return { frame, handle: ++handles };
    },
    unmapGrant: (handle) => log.push(`unmap ${handle}`),
    copyGrant: (source, destination, length, flags) => {
      log.push(`copy ${Object.values(source)} to ${Object.values(destination)}: ${length}, ${flags}`);
      return length > 4096 ? -10 : 0;
    },
    setupTable: (pages) => (pages > 1 ? -1 : [frame]),
    querySize: () => ({ pages: 1, most: 4 }),
  };
  const channels: Neighbours["channels"] = {
    allocUnbound: (domain, remote) => {
      if (domain !== DOMID_SELF) return -1;
      log.push(`unbound for ${remote}`);
      return open();
    },
    bindInterdomain: (remote, remotePort) => (remotePort === 5 && remote === REMOTE ? open() : -22),
    send(port) {
      if (!ports.has(port)) return -22;
      log.push(`send ${port}`);
      if (later === 0) raise(port);
      else {
        const timer = host!.clock.timer(() => raise(port));
        host!.clock.set(timer, host!.clock.now + later);
      }
      return 0;
    },
    close: (port) => (ports.delete(port) ? 0 : -22),
    bindLine: () => -1,
    bindVirq: () => -17,
    unmask: () => 0,
    status: (domain, port) => (domain === DOMID_SELF ? { status: 2, words: [REMOTE, port + 7] } : -3),
    interrupt: () => {},
    moved: () => {},
  };
  const turns = { run: 0, resume: 0 };
  const neighbours: Neighbours = {
    grants,
    channels,
    run: () => {
      turns.run++;
    },
    resume: () => {
      turns.resume++;
    },
  };
  const factory = (on: Host) => {
    host = on;
    frame = on.frame() / 4096;
    on.bus.write((frame * 4096) as never, 0x600d, 4);
    engine = paravirtWith(neighbours)(on);
    shared = engine.domain.sharedInfo * 4096;
    return engine;
  };
  return {
    log,
    turns,
    factory,
    word: () => host!.bus.view.getUint32(frame * 4096, true),
    at: () => frame * 4096,
  };
}

const GRANTS = `
        align   8
operand:
        times   8 dd 0
        align   4
%macro map 3-4 FREE                     ; domain, reference, flags, where: says the status
        mov     dword [operand], %4
        mov     dword [operand + 4], 0
        mov     dword [operand + 8], %3
        mov     dword [operand + 12], %2
        mov     dword [operand + 16], %1
        mov     eax, 20
        xor     ebx, ebx
        mov     ecx, operand
        mov     edx, 1
        int     0x82
        movzx   eax, word [operand + 18]
        say
%endmacro
%macro unmap 1-2 FREE                   ; handle, where
        mov     eax, %1
        mov     [operand + 16], eax
        mov     dword [operand], %2
        mov     eax, 20
        mov     ebx, 1
        mov     ecx, operand
        mov     edx, 1
        int     0x82
        movzx   eax, word [operand + 20]
        say
%endmacro
%macro entry_of 1
        mov     eax, [edi + 60]
        mov     eax, [eax + 4 * (%1 >> 22)]
        and     eax, -4096
        add     eax, 4 * ((%1 >> 12) & 0x3FF)
%endmacro
`;
const run = (body: string, options = {}) => {
  const other = neighbour(options);
  const result = attack(`        jmp .begin\n${GRANTS}\nbody:\n${body}`.replace("jmp .begin", "jmp body"), {
    engine: other.factory,
  });
  return { ...result, ...other };
};

test("a granted page is read and written in place of what was there, and gone after the end of the mapping", () => {
  const { words, log, word } = run(`
        mov     dword [FREE], 0x1234
        map     1, 8, 2
        mov     eax, [FREE]
        say
        mov     dword [FREE], 0xBEEF
        unmap   [operand + 20]
        mov     eax, [FREE]`);
  expect(words).toEqual([0, 0x600d, 0, faulted(14), 0]);
  expect(word()).toBe(0xbeef);
  expect(log).toEqual(["map 8", "unmap 1"]);
});

test("a page granted to be read is not written", () => {
  const { words, word } = run("map 1, 9, 2\n map 1, 9, 6\n mov eax, [FREE]\n say\n mov dword [FREE], 1");
  expect(words).toEqual([status(-3), 0, 0x600d, faulted(14), 3]);
  expect(word()).toBe(0x600d);
});

test.each([
  ["of a stranger", "map 2, 8, 2", -2],
  ["that was not given", "map 1, 7, 2", -3],
  ["for ring 3", "map 1, 8, 10", GNTST.GENERAL],
  ["at no page", "map 1, 8, 2, FREE + 4", GNTST.BAD_ADDRESS],
  ["where no table is", "map 1, 8, 2, 0x400000", GNTST.BAD_ADDRESS],
  ["in the monitor's part", "map 1, 8, 2, 0xFC000000", GNTST.BAD_ADDRESS],
])("a grant %s is not mapped", (_, body, expected) => {
  const { words, log, changed } = run(body);
  expect(words).toEqual([status(expected)]);
  expect(log.filter((line) => line.startsWith("map")).length).toBe(0);
  expect(changed).toEqual([]);
});

test("without a grant no entry holds the page, nor does a granted entry change, nor is a copy of it taken", () => {
  const { words } = run(`
        map     1, 8, 2
        push    dword [operand + 24]    ; dev_bus_addr
        entry_of FREE
        mov     ecx, eax
        update  ecx, 0                  ; over the grant
        entry_of 0xC0201000
        mov     ecx, eax
        mov     edx, [esp]
        or      edx, 1
        update  ecx, edx                ; beside it
        unmap   99
        unmap   [operand + 20], FREE + 0x1000
        mov     eax, [FREE]
        say`);
  expect(words).toEqual([0, EINVAL, EINVAL, status(GNTST.BAD_HANDLE), status(GNTST.BAD_HANDLE), 0x600d]);
});

test("a handle serves once", () => {
  const { words, log } = run("map 1, 8, 2\n mov ebp, [operand + 20]\n unmap ebp\n unmap ebp");
  expect(words).toEqual([0, 0, status(GNTST.BAD_HANDLE)]);
  expect(log).toEqual(["map 8", "unmap 1"]);
});

test("an alien grant operation, too many operands, and no neighbours at all", () => {
  expect(run("call_monitor 20, 77, operand, 1\n call_monitor 20, 0, operand, 513").words).toEqual([
    ENOSYS,
    EINVAL,
  ]);
  expect(attack("call_monitor 20, 0, request, 1\n call_monitor 32, 4, request").words).toEqual([
    ENOSYS,
    ENOSYS,
  ]);
});

const CHANNEL = `
        mov     dword [operand], 0x00017FF0
        call_monitor 32, 6, operand     ; alloc_unbound for domain 1
        mov     eax, [operand + 4]
        say
        mov     [operand], eax`;
const LISTEN = `
        mov     eax, [edi + 36]
        sub     eax, ebp
        add     eax, BASE
        mov     ebp, eax                ; shared page
        mov     dword [ebp + 2176], 0
        call_monitor 4, 0xE019, upcall, 0xE019, upcall
        mov     byte [ebp + 1], 0
        jmp     listening
upcall:
        push    eax
        mov     byte [ebp], 0
        xor     eax, eax
        xchg    eax, [ebp + 2048]
        say
        pop     eax
        iretd
listening:`;

test("an event to a neighbour that answers at once comes at the end of the hypercall", () => {
  const { words, log } = run(
    `${CHANNEL}\n${LISTEN}\n call_monitor 32, 4, operand\n call_monitor 32, 3, operand\n call_monitor 32, 4, operand`,
  );
  // The upcall interrupts before the result is said.
  expect(words).toEqual([0, 1, 0, 2, 0, 0, EINVAL]);
  expect(log).toEqual(["unbound for 1", "send 1"]);
});

test.each([
  ["wakes a processor that sleeps", "call_monitor 29, 1"],
  ["interrupts one that computes", "mov ecx, 100000\nspin:\n loop spin"],
])("an answer that comes later %s", (_, meanwhile) => {
  const { words } = run(`${CHANNEL}\n${LISTEN}\n call_monitor 32, 4, operand\n ${meanwhile}`, {
    later: 50_000,
  });
  expect(words.slice(0, 5)).toEqual([0, 1, 0, 0, 2]);
});

test("ports that are not its own, and more than there are", () => {
  const { words } = run(`
        mov     dword [operand], 0x00010000
        call_monitor 32, 6, operand
        mov     dword [operand], 1
        mov     dword [operand + 4], 6
        call_monitor 32, 0, operand
        mov     dword [operand + 4], 5
        call_monitor 32, 0, operand
        mov     dword [operand], 17
        call_monitor 32, 4, operand
        call_monitor 32, 3, operand
        mov     ebp, 31
.more:
        mov     dword [operand], 0x00017FF0
        call_monitor 32, 6, operand
        dec     ebp
        jnz     .more`);
  expect(words.slice(0, 5)).toEqual([EPERM, EINVAL, 0, EINVAL, EINVAL]);
  expect(words.slice(5)).toEqual([...Array(30).fill(0), ENOSPC]);
});

test("the guest's own table: its frames are mapped as any page, written, and are no table", () => {
  const { words, word } = run(`
        mov     dword [operand], 0x7FF0
        mov     dword [operand + 4], 1
        mov     dword [operand + 12], operand + 16
        call_monitor 20, 2, operand, 1
        movzx   eax, word [operand + 8]
        say
        mov     edx, [operand + 16]
        shl     edx, 12
        mov     esi, edx
        or      edx, 3
        mov     [request], edx
        mov     ebx, FREE
        mov     ecx, [request]
        xor     edx, edx
        mov     esi, 2
        mov     eax, 14
        int     0x82
        say
        mov     dword [FREE], 0xBEEF
        mov     ecx, [request]
        and     ecx, -4096
        update  ecx, 0                  ; by hypercall it is not written
        mov     ecx, [operand + 16]
        extended 1, ecx                 ; nor pinned
        mov     dword [operand + 4], 2
        call_monitor 20, 2, operand, 1
        movzx   eax, word [operand + 8]
        say
        mov     dword [operand], 1
        call_monitor 20, 2, operand, 1
        mov     dword [operand], 0x7FF0
        call_monitor 20, 6, operand, 1
        mov     eax, [operand + 8]`);
  expect(words).toEqual([0, 0, 0, EINVAL, EINVAL, 0, status(-1), EPERM, 0]);
  expect(word()).toBe(0xbeef);
});

test("a frame beside the table that was set up is not mapped", () => {
  const { words } = run(`
        mov     dword [operand], 0x7FF0
        mov     dword [operand + 4], 1
        mov     dword [operand + 12], operand + 16
        call_monitor 20, 2, operand, 1
        mov     ecx, [operand + 16]
        inc     ecx
        shl     ecx, 12
        or      ecx, 3
        call_monitor 14, FREE, ecx, 0, 2`);
  expect(words).toEqual([0, EINVAL]);
});

test("a copy says what it is of, and its status is its own", () => {
  const { words, log } = run(`
        mov     dword [operand], 8
        mov     dword [operand + 4], 0x00100001
        mov     dword [operand + 8], 77
        mov     dword [operand + 12], 0x00207FF0
        mov     dword [operand + 16], 0x00010040
        call_monitor 20, 5, operand, 1
        movzx   eax, word [operand + 20]
        say
        mov     dword [operand + 16], 0x0001FFFF
        call_monitor 20, 5, operand, 1
        movzx   eax, word [operand + 20]
        say`);
  expect(words).toEqual([0, 0, 0, status(-10)]);
  expect(log[0]).toBe("copy 8,1,16 to 77,32752,32: 64, 1");
});

test("the state of a port, and interrupts that are none of its business", () => {
  const { words } = run(`
        mov     dword [operand], 0x7FF0
        mov     dword [operand + 4], 3
        call_monitor 32, 5, operand
        mov     eax, [operand + 8]
        say
        mov     eax, [operand + 20]
        say
        mov     dword [operand], 2
        call_monitor 32, 5, operand
        call_monitor 32, 2, operand
        mov     dword [operand + 4], 1
        call_monitor 32, 1, operand
        mov     dword [operand + 4], 0
        call_monitor 32, 1, operand
        call_monitor 32, 77, operand`);
  expect(words).toEqual([0, 2, 10, error(-3), error(-1), EINVAL, error(-17), ENOSYS]);
});

test("others have their turn whenever the domain is in the hypervisor, and a domain that waits goes on for an event only", () => {
  const { words, turns } = run(`${CHANNEL}\n${LISTEN}\n call_monitor 32, 4, operand\n call_monitor 29, 1`, {
    later: 50_000,
  });
  expect(words.slice(0, 5)).toEqual([0, 1, 0, 0, 2]);
  // Once it slept: it was not on its way back then.
  expect(turns.run - turns.resume).toBe(1);
});
