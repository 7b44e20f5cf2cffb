/** Translated code can be left at any instruction: the guest's state is whole, and going on gives the same result. */
import { expect, test } from "vitest";
import { binaryTranslation } from "../../../../src/virt/cpu/translate/engine.ts";
import { shadow } from "../../../../src/virt/mmu/shadow.ts";
import { interrupted, run, source } from "../../support/fragments/rig.ts";
import { CALLED, DATA } from "../../support/fragments/world.ts";

const EVERYTHING = source(
  [
    "mov ecx, 3\nagain:\npushfd\npop eax\nloop again",
    "mov eax, 0x8d7\npush eax\npopfd\npushfd\npop ebx",
    "sti\nadd eax, ebx\ncli\nadc eax, 7",
    `mov esi, ${CALLED}\ncall esi\ncall esi\nmov [${DATA}], esi\ncall [${DATA}]\ncall [${DATA}]`,
    "push ds\npop eax\nmov edx, ss",
    "push 0x202\npopfd\npush 2\npopfd",
    `mov esi, next\nmov ecx, 2\nround:\njmp esi\nnext:\nloop round`,
  ],
  { called: [["inc dword [esp+4]", "stc", "ret"]], registers: [1, 2, 3, 4, 5, 6, 7, 8] },
);

test("at each of its instructions, once", () => {
  const { differences, vm } = run(EVERYTHING, binaryTranslation({ pager: shadow }));
  expect(differences).toEqual([]);
  const { steps } = vm.machine;
  expect(interrupted(EVERYTHING, binaryTranslation({ pager: shadow }), 1, steps)).toBe("");
});

test("with code that checks itself", () => {
  // Each round changes the immediate of what follows: after enough of them the page's code compares itself.
  const lines = [
    "mov ebp, 80\nmore:\nadd dword [changed+1], 0x01010101\nchanged: mov eax, 0x11223344\nadd edx, eax\npushfd\npop ebx\ndec ebp\njnz more",
  ];
  const what = source(lines);
  const { differences, vm } = run(what, binaryTranslation({ pager: shadow }));
  expect(differences).toEqual([]);
  expect(vm.engine.crossings.get("call-out: changed")).toBeGreaterThan(0);
  expect(interrupted(what, binaryTranslation({ pager: shadow }), 1500, 1900, 7)).toBe("");
});
