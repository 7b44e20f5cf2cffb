/** The public checks of lab 04: fragments of a few lines, each made for one clause. */
import { type Check, checker, defineChecks } from "../../src/course/index.ts";
import type { Translator } from "./component.ts";
import { LAB } from "./contract.ts";
import { fragmentCheck } from "./expected.ts";
import type { Counts } from "./play.ts";
import type { Fragment } from "./scenarios.ts";
import { ticking } from "./world.ts";

const of =
  (part: string, method: Fragment["part"], counting?: readonly (keyof Counts)[]) =>
  (clause: string, name: string, program: string): Check<Translator> =>
    fragmentCheck(
      { part, clause, name },
      { program: program.trim(), part: method, ...(counting && { counting }) },
    );

const branches = of("branches", "translate");
const sensitive = of("sensitive", "translate");
const cheap = of("sensitive", "translate", ["emulate", "traps"]);
const interrupts = of("interrupts", "translate");
const chains = of("chain", "chain", ["branch"]);
const invalidates = of("invalidate", "invalidate", ["blocks"]);

/** Raises the interrupt line. */
const RAISE = `mov edx, 0x2005
mov eax, 1
out dx, eax`;

export const CHECKS = defineChecks<Translator>(LAB, [
  branches("C1", "code without a branch", "mov eax, 5\nadd eax, 2\nsay eax\njmp done\ndone: end"),
  branches("C2", "a jump forward", "jmp there\nmov eax, 1\nthere: say eax\nend"),
  branches(
    "C2",
    "a branch that is taken, and one that is not",
    "mov eax, 5\ncmp eax, 5\nje one\nsay eax\none: cmp eax, 6\nje two\nsay eax\ntwo: end",
  ),
  branches(
    "C2",
    "a loop, and LOOP itself",
    "mov ecx, 3\nagain: say ecx\nloop again\nmov eax, 2\nmore: say eax\ndec eax\njnz more\nend",
  ),
  branches("C3", "a call and its return", "mov eax, 1\ncall f\nsay eax\nend\nf: add eax, 4\nret"),
  branches(
    "C3",
    "a function that reads its return address",
    "call f\nhere: say eax\nend\nf: mov eax, [esp]\nret",
  ),
  branches(
    "C3",
    "calls and jumps through registers and memory",
    "mov ebx, f\ncall ebx\nsay eax\ncall ebx\nsay eax\njmp [there]\nend\nf: mov eax, [esp]\nret\nthere: dd g\ng: say ebx\nend",
  ),
  sensitive("C4", "PUSHF shows the guest's flags", "pushf\npop eax\nsay eax\njmp done\ndone: end"),
  sensitive(
    "C4",
    "POPF turns interrupts on",
    "push dword 0x202\npopf\npushf\npop eax\nsay eax\njmp done\ndone: end",
  ),
  sensitive(
    "C4",
    "MOV and PUSH from CS",
    "mov eax, cs\nsay eax\npush cs\npop eax\nsay eax\njmp done\ndone: end",
  ),
  sensitive(
    "C4",
    "tables and status",
    "sgdt [0x20000]\nsmsw eax\nsay eax\nstr bx\nsay ebx\njmp done\ndone: end",
  ),
  sensitive(
    "C4",
    "an operand in GS",
    "mov dword [gs:0x40], 5\nmov eax, [0x40]\nsay eax\njmp done\ndone: end",
  ),
  cheap(
    "C4",
    "flags and selectors without a call-out",
    "pushf\npop eax\npush eax\npopf\nmov ebx, ds\npush es\npop ecx\nsay ebx\nend",
  ),
  cheap(
    "C5",
    "CLI and STI without a trap or a call-out",
    "mov ecx, 4\nagain: sti\nnop\ncli\nnop\nloop again\nend",
  ),
  cheap(
    "C5",
    "privileged instructions call out and never trap",
    "mov eax, 7\nout 0xE0, eax\nclts\nin eax, 0xE0\nsay eax\nend",
  ),
  interrupts(
    "C6",
    "comes after the instruction behind STI",
    `${RAISE}\nsti\nmov ebx, 1\nmov ebx, 2\ncli\nsay ebx\njmp done\ndone: end`,
  ),
  interrupts("C6", "does not come between STI and CLI", `${RAISE}\nsti\ncli\nsay edx\njmp done\ndone: end`),
  interrupts(
    "C6",
    "wakes the processor that sleeps behind STI",
    `${RAISE}\nsti\nhlt\nsay edx\njmp done\ndone: end`,
  ),
  interrupts("C6", "is not lost", `${RAISE}\nsti\nnop\nmov ecx, 50\nwait1: loop wait1\nsay ecx\ncli\nend`),
  chains(
    "C7",
    "a loop of two blocks",
    "mov ecx, 9\nagain: jmp over\nnop\nover: dec ecx\njnz again\nsay ecx\nend",
  ),
  chains(
    "C7",
    "both ways of a branch",
    "mov ecx, 8\nagain: test cl, 1\njz even\nadd eax, 1\njmp next\neven: add ebx, 1\nnext: loop again\nsay eax\nsay ebx\nend",
  ),
  chains("C7", "calls", "mov ecx, 6\nagain: call f\nloop again\nsay eax\nend\nf: add eax, ecx\nret"),
  fragmentCheck(
    { part: "chain", clause: "C8", name: "a timer that interrupts all the time" },
    { program: ticking(800, 3), part: "chain", counting: ["branch"] },
  ),
  invalidates(
    "C9",
    "an instruction that is overwritten",
    "call f\nsay eax\nmov byte [f + 1], 9\ncall f\nsay eax\nend\nf: mov eax, 5\nret",
  ),
  invalidates(
    "C9",
    "the last byte of a block",
    "call f\nsay eax\nmov byte [g - 1], 1\ncall f\nsay eax\nend\nf: mov eax, 5\njmp g\ng: add eax, 1\nret",
  ),
  invalidates(
    "C9",
    "data beside the code, what was there before, and then another byte",
    "mov ecx, 4\nagain: mov [word1], ecx\nmov byte [f], 0xb8\ncall f\nloop again\nsay eax\nmov byte [f + 1], 9\ncall f\nsay eax\nend\nword1: dd 0\nf: mov eax, 5\nret",
  ),
  invalidates(
    "C10",
    "a loop that changes the function it calls",
    "mov ecx, 3\nagain: call f\nsay eax\ninc byte [f + 1]\nloop again\nend\nf: mov eax, 5\nret",
  ),
  invalidates(
    "C9",
    "more than one byte",
    "call f\nsay eax\nmov dword [f + 1], 0x0302\ncall f\nsay eax\nmov dword [f], 0x0702b8\ncall f\nsay eax\nend\nf: mov eax, 2\nret",
  ),
  invalidates(
    "C10",
    "two branches that lead to what has changed",
    "mov ecx, 8\nagain: test cl, 1\njz f\njmp f\nback: loop again\nend\nf: mov eax, 5\nsay eax\ncmp ecx, 4\njne back\ninc byte [f + 1]\njmp back",
  ),
]);

/** Runs the public checks of one step in the notebook and shows them as a table. */
export const check = checker(LAB, CHECKS);
