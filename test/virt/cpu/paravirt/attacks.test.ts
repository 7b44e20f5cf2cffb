/** A guest that attacks its monitor gets an error, a fault or its end; the monitor's memory stays as it was. */
import { describe, expect, test } from "vitest";
import { attack, error, faulted, RESERVE } from "./hostile.ts";

const EPERM = error(-1);
const EFAULT = error(-14);
const EINVAL = error(-22);
const ENOSYS = error(-38);

/** The kernel's table entry (machine address in EAX) for the linear address %1. */
const FIND = `
%macro entry_of 1
        mov     eax, [edi + 60]         ; directory, linear
        mov     eax, [eax + 4 * (%1 >> 22)]
        and     eax, -4096
        add     eax, 4 * ((%1 >> 12) & 0x3FF)
%endmacro
%macro machine_of 1
        mov     eax, %1 - BASE
        add     eax, ebp
%endmacro
`;

describe("page tables", () => {
  test.each([
    ["the monitor's first page", "mov edx, 0x1003"],
    ["the monitor's last page", `mov edx, ${RESERVE - 4096} | 3`],
    ["memory that is not there", "mov edx, 0x7F000003"],
    ["the APIC", "mov edx, 0xFEE00003"],
    ["a table of its own, writable", "mov edx, [edi + 60]\n sub edx, BASE\n add edx, ebp\n or edx, 3"],
    ["a global page", "machine_of FREE\n lea edx, [eax + 0x103]"],
  ])("an entry that maps %s is refused", (_, value) => {
    const { words, changed } = attack(`${FIND}
        ${value}
        push    edx
        entry_of FREE
        mov     ecx, eax
        pop     edx
        push    dword [FREE]
        update  ecx, edx
        mov     eax, [FREE]
        say`);
    expect(words).toEqual([EINVAL, 0]);
    expect(changed).toEqual([]);
  });

  test("a table of its own, read-only, and pages of its own are allowed", () => {
    const { words, changed } = attack(`${FIND}
        mov     edx, [edi + 60]
        sub     edx, BASE
        add     edx, ebp
        or      edx, 1
        push    edx
        entry_of FREE
        pop     edx
        mov     ecx, eax
        update  ecx, edx
        machine_of 0xC0201000
        lea     edx, [eax + 3]
        entry_of FREE
        mov     ecx, eax
        update  ecx, edx`);
    expect(words).toEqual([0, 0]);
    expect(changed).toEqual([]);
  });

  test.each([
    ["a large page", "mov edx, 0x800083", "0x200"],
    ["a page that is no table yet but writable", "machine_of FREE\n lea edx, [eax + 7]", "0x200"],
    ["the directory itself", "mov edx, [edi + 60]\n sub edx, BASE\n add edx, ebp\n or edx, 7", "0x200"],
    ["another map in the monitor's place", "xor edx, edx", "0x3F1"],
  ])("a directory entry for %s is refused", (_, value, index) => {
    const { words, changed } = attack(`${FIND}
        ${value}
        push    edx
        mov     eax, [edi + 60]
        sub     eax, BASE
        lea     ecx, [eax + ebp + 4 * ${index}]
        pop     edx
        update  ecx, edx`);
    expect(words).toEqual([EINVAL]);
    expect(changed).toEqual([]);
  });

  test("a directory full of lies is neither pinned nor loaded", () => {
    const { words, changed } = attack(`${FIND}
        mov     dword [FREE], 0x1007    ; the monitor's memory as a table
        entry_of FREE
        mov     ecx, eax
        machine_of FREE
        lea     edx, [eax + 1]
        update  ecx, edx                ; nobody can write it any more
        machine_of FREE
        shr     eax, 12
        push    eax
        extended 1, [esp]
        extended 5, [esp]
        extended 0, [esp]`);
    expect(words).toEqual([0, EINVAL, EINVAL, EINVAL]);
    expect(changed).toEqual([]);
  });

  test("a page with a writable mapping does not become a directory, and not writable while it is one", () => {
    const { words, changed } = attack(`${FIND}
        machine_of FREE
        shr     eax, 12
        push    eax
        extended 1, [esp]
        entry_of FREE
        mov     ecx, eax
        machine_of FREE
        lea     edx, [eax + 1]
        update  ecx, edx
        extended 1, [esp]
        entry_of FREE
        mov     ecx, eax
        machine_of FREE
        lea     edx, [eax + 3]
        update  ecx, edx
        extended 4, [esp]
        entry_of FREE
        mov     ecx, eax
        machine_of FREE
        lea     edx, [eax + 3]
        update  ecx, edx`);
    expect(words).toEqual([EINVAL, 0, 0, EINVAL, 0, 0]);
    expect(changed).toEqual([]);
  });

  test("a translation that the TLB still has does not outlive the page's change into a table", () => {
    const { words, changed } = attack(`${FIND}
        mov     dword [FREE], 0         ; the TLB knows it, writable
        entry_of FREE
        mov     ecx, eax
        machine_of FREE
        lea     edx, [eax + 1]
        update  ecx, edx                ; and is told nothing
        machine_of FREE
        shr     eax, 12
        push    eax
        extended 0, [esp]
        mov     dword [FREE], 0x1003`);
    expect(words).toEqual([0, 0, faulted(14), 3]);
    expect(changed).toEqual([]);
  });

  test("writing to a table, to the monitor's map or beyond it faults", () => {
    for (const [code, expected] of [
      ["mov eax, [edi + 60]\n mov dword [eax], 7", [faulted(14), 3]],
      ["mov dword [0xFC000000], 7", [faulted(14), 3]],
      ["mov dword [0xFC400000], 7", [faulted(13), 0]],
      ["mov eax, [0xFC411000]", [faulted(13), 0]],
    ] as const) {
      const { words, changed } = attack(code);
      expect(words).toEqual(expected);
      expect(changed).toEqual([]);
    }
  });
});

describe("segments and gates", () => {
  const load = (low: string, high: string) => `${FIND}
        mov     dword [FREE + 8], ${low}
        mov     dword [FREE + 12], ${high}
        entry_of FREE
        mov     ecx, eax
        machine_of FREE
        lea     edx, [eax + 1]
        update  ecx, edx
        machine_of FREE
        shr     eax, 12
        mov     [request], eax
        call_monitor 2, request, 2`;

  test("a table with a segment of ring 0, a call gate or a task state is refused", () => {
    for (const high of ["0x00CF9A00", "0x00CF9200", "0xC010EC00", "0x0000E900", "0x0000E500"])
      expect(attack(load("0x0000FFFF", high)).words).toEqual([0, EINVAL]);
  });

  test("a segment of ring 1 is cut where the monitor begins", () => {
    const { words, vm } = attack(`${load("0x0000FFFF", "0x00CFB200")}
        mov     ax, 9
        mov     ds, ax
        lsl     eax, eax
        say
        mov     eax, [0xFC400000]`);
    expect(words).toEqual([0, 0, 0xfc3fffff, faulted(13), 0]);
    expect(vm.engine.crossings.get("set_gdt")).toBe(1);
  });

  test("a table that can still be written is refused; once in use, it cannot be", () => {
    expect(
      attack(`${FIND}
        machine_of FREE
        shr     eax, 12
        mov     [request], eax
        call_monitor 2, request, 2`).words,
    ).toEqual([EINVAL]);
    expect(
      attack(`${load("0x0000FFFF", "0x00CFB200")}
        entry_of FREE
        mov     ecx, eax
        machine_of FREE
        lea     edx, [eax + 3]
        update  ecx, edx
        machine_of FREE
        lea     ecx, [eax + 8]
        update  ecx, 0x00CF9200`).words,
    ).toEqual([0, 0, EINVAL, EINVAL]);
  });

  test("update_descriptor takes what is allowed only", () => {
    const update = (low: string, high: string) =>
      `machine_of FREE + 8\n mov ebx, eax\n call_monitor 10, ebx, 0, ${low}, ${high}`;
    const { words, changed } = attack(`${load("0x0000FFFF", "0x00CFB200")}
        ${update("0x0000FFFF", "0x00CF9A00")}
        ${update("0x0000FFFF", "0x00CFF200")}
        call_monitor 10, 0x1000, 0, 0xFFFF, 0x00CFF200
        mov     eax, [edi + 60]
        sub     eax, BASE
        add     eax, ebp
        mov     ebx, eax
        call_monitor 10, ebx, 0, 0xFFFF, 0x00CFF200`);
    expect(words.slice(2)).toEqual([EINVAL, 0, EINVAL, EINVAL]);
    // The GDT's own page of the monitor's tables: the guest's frame was entered there.
    expect(changed.length).toBeLessThanOrEqual(4);
  });

  test("the monitor's code is neither called, returned to, nor named by a gate", () => {
    for (const [code, expected] of [
      ["call 0xE008:0xC0100000", [faulted(13), 0xe008]],
      ["push dword 0x3202\n push dword 0xE008\n push dword end\n iretd", [faulted(13), 0xe008]],
      ["mov ax, 0xE010\n mov ss, ax", [faulted(13), 0xe010]],
      [
        "mov dword [FREE], 0xE0080380\n mov dword [FREE + 4], end\n mov dword [FREE + 12], 0\n call_monitor 0, FREE\n int 0x80",
        [EPERM, faulted(13), 0x80 * 8 + 2],
      ],
      // A task return, by the monitor's own task state.
      ["pushfd\n or dword [esp], 0x4000\n popfd\n iretd", [faulted(10), 0]],
      ["lgdt [request]", [faulted(13), 0]],
      ["cli", [faulted(13), 0]],
      ["mov eax, cr3", [faulted(13), 0]],
    ] as const) {
      const { words, changed } = attack(code);
      expect(words, code).toEqual(expected);
      expect(changed).toEqual([]);
    }
  });

  test("a kernel stack in the monitor's memory ends the guest, not the monitor", () => {
    for (const stack of ["0xFC401000", "0xFC000400", "0x00001000", "4"]) {
      const { stop, changed } = attack(`
        mov     ebx, 0xE021
        mov     ecx, ${stack}
        mov     eax, 3
        int     0x82
        push    dword 0xE033
        push    dword 0xC0180000
        push    dword 0x202
        push    dword 0xE02B
        push    dword end
        iretd`);
      expect(stop.reason, stack).toBe("shutdown");
      expect(JSON.stringify(stop)).toMatch(/cannot enter its handler/);
      expect(changed.length).toBeLessThanOrEqual(4);
    }
  });
});

describe("hypercalls", () => {
  test.each([
    ["set_trap_table", "0"],
    ["mmu_update", "1"],
    ["multicall", "13"],
    ["mmuext_op", "26"],
    ["set_gdt", "2"],
  ])("%s with hostile pointers", (_, number) => {
    for (const pointer of ["0xFC000000", "0xFC400000", "0xFFFFFFFC", "0x00400000", "0xFBFFFFFE"]) {
      const { words, changed } = attack(`call_monitor ${number}, ${pointer}, 1, 0, 0x7FF0`);
      expect(words, pointer).toEqual([EFAULT]);
      expect(changed).toEqual([]);
    }
  });

  test("results are not written where the guest itself cannot write", () => {
    for (const at of ["[edi + 60]", "0xFC000000", "0xFC400008", "0x1000"]) {
      const { words, changed } = attack(`
        mov     edx, ${at}
        push    edx
        mov     dword [request], 6
        pop     edx
        call_monitor 26, request, 1, edx, 0x7FF0`);
      expect(words, at).toEqual([EFAULT]);
      expect(changed).toEqual([]);
    }
  });

  test("vcpu_info lies in no table, and in nobody else's memory", () => {
    const register = (frame: string, offset: string) => `
        mov     eax, ${frame}
        mov     [request], eax
        mov     dword [request + 8], ${offset}
        call_monitor 24, 10, 0, request`;
    const { words, changed } = attack(`${FIND}
        mov     eax, [edi + 60]
        sub     eax, BASE
        add     eax, ebp
        shr     eax, 12
        mov     ecx, eax
        ${register("ecx", "0")}
        ${register("1", "0")}
        ${register("0x7FFFF", "0")}
        machine_of FREE
        shr     eax, 12
        push    eax
        ${register("[esp]", "4090")}
        ${register("[esp]", "64")}
        ${register("[esp]", "128")}
        extended 0, [esp]`);
    expect(words).toEqual([EINVAL, EINVAL, EINVAL, EINVAL, 0, EINVAL, EINVAL]);
    expect(changed).toEqual([]);
  });

  test("numbers that are none, other domains, and a multicall in a multicall", () => {
    const { words } = attack(`
        call_monitor 999
        call_monitor 0xFFFFFFFF
        call_monitor 1, request, 1, 0, 1
        mov     dword [FREE], 13
        call_monitor 13, FREE, 1
        mov     eax, [FREE + 4]
        say
        mov     dword [FREE], 1
        mov     dword [FREE + 12], 0x7FFFFFFF
        call_monitor 13, FREE, 1
        mov     eax, [FREE + 4]
        say`);
    expect(words).toEqual([ENOSYS, ENOSYS, EPERM, 0, EINVAL, 0, EINVAL]);
  });

  test("the hypercall IRET returns where the guest may go, and sets the mask as EFLAGS says", () => {
    const frame = (selector: string, flags: string) => `
        push    dword ${flags}
        push    dword ${selector}
        push    dword .there
        push    dword 0x1234
        mov     eax, 23
        int     0x82
        say
.there:
        say
        mov     eax, [edi + 36]
        sub     eax, ebp
        movzx   eax, byte [eax + BASE + 1]
        say`;
    expect(attack(frame("0xE019", "0x202")).words).toEqual([0x1234, 0]);
    expect(attack(frame("0xE019", "2")).words).toEqual([0x1234, 1]);
    for (const selector of ["0xE008", "0xE009", "0xE021", "0"]) {
      const { words, changed } = attack(frame(selector, "0x202"));
      expect(words, selector).toEqual([EFAULT, EFAULT, 1]);
      expect(changed).toEqual([]);
    }
    expect(attack("mov esp, 0xFC400000\n mov eax, 23\n int 0x82\n mov esp, 0xC0180000\n say").words).toEqual([
      EFAULT,
    ]);
  });

  test("from ring 3 INT 82h is a fault", () => {
    const { words, changed } = attack(`
        push    dword 0xE033
        push    dword 0xC0180000
        push    dword 0x202
        push    dword 0xE02B
        push    dword .user
        iretd
.user:
        int     0x82`);
    // Ring 3 cannot even fetch here: the kernel's pages are the supervisor's.
    expect(words).toEqual([faulted(14), 5]);
    expect(changed).toEqual([]);
  });

  test("a list without an end is done in pieces: the machine can be stopped in it", () => {
    const { stop, words, vm } = attack(
      `
        mov     dword [request], 6      ; flush, for ever
        mov     ecx, 0x1000
        mov     edx, FREE
.fill:
        mov     dword [edx], 6
        add     edx, 12
        loop    .fill
        call_monitor 26, FREE, 0xFFFF, 0, 0x7FF0
        `,
      30_000,
    );
    expect(stop.reason).toBe("exit");
    // What lies behind the filled part is zeros: a pin of frame 0, which is refused.
    expect(words).toEqual([EINVAL]);
    expect(vm.engine.crossings.get("mmuext_op")).toBe(0x1000 / 512 + 1);
  });
});

describe("ports", () => {
  test.each([
    ["fw_cfg, which could write anywhere", "mov edx, 0x514\n out dx, eax"],
    ["PCI configuration", "mov edx, 0xCF8\n out dx, eax"],
    ["an immediate port", "in al, 0x92"],
    ["the end of a range", "mov edx, 0x3F6\n in eax, dx"],
    ["a string from where nothing is", "mov edx, 0x510\n mov edi, FREE\n mov ecx, 4\n rep insb"],
  ])("%s is not granted", (_, code) => {
    const { words, changed } = attack(code);
    expect(words).toEqual([faulted(13), 0]);
    expect(changed).toEqual([]);
  });

  test("a string from a granted port is not written where the guest cannot", () => {
    const { words, changed } = attack("mov edx, 0x1F0\n mov edi, [edi + 60]\n mov ecx, 4\n rep insd");
    expect(words).toEqual([faulted(14), 3]);
    expect(changed).toEqual([]);
    expect(attack("mov edx, 0x1F0\n mov edi, 0xFC400000\n mov ecx, 4\n rep insd").words).toEqual([
      faulted(13),
      0,
    ]);
  });
});

test("a guest that sleeps with nothing to wake it does not sleep for ever", () => {
  const { stop, words } = attack("mov ebx, 1\n mov eax, 29\n int 0x82\n say");
  expect(stop).toEqual({ reason: "halt" });
  expect(words).toEqual([]);
});

test("a handler that faults for ever eats its own stack and ends the guest", () => {
  const { stop, changed } = attack(`
        mov     dword [FREE], 0xE019040E
        mov     dword [FREE + 4], 0x1000
        mov     dword [FREE + 12], 0
        call_monitor 0, FREE
        mov     eax, [0x2000]`);
  expect(stop.reason).toBe("shutdown");
  expect(changed).toEqual([]);
});

test("random hypercalls change nothing of the monitor's", () => {
  const { changed, stop } = attack(
    `
        mov     ebp, 12345
.next:
%macro random 1
        imul    ebp, ebp, 1664525
        add     ebp, 1013904223
        mov     %1, ebp
%endmacro
        random  ebx
        random  ecx
        random  edx
        random  esi
        test    ebp, 0x10000
        jz      .pointers
        mov     ebx, FREE
        and     ecx, 7
        mov     esi, 0x7FF0
        random  eax
        mov     [FREE], eax
        random  eax
        mov     [FREE + 4], eax
        and     dword [FREE], 0xFF
        xor     edx, edx
.pointers:
        random  eax
        shr     eax, 8
        and     eax, 31
        cmp     eax, 29                 ; it would sleep, or end
        je      .next
        cmp     eax, 3                  ; the stack of the kernel is the monitor's to keep
        je      .next
        int     0x82
        jmp     .next
        `,
    300_000,
  );
  expect(["limit", "shutdown"]).toContain(stop.reason);
  expect(changed).toEqual([]);
});
