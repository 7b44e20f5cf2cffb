/** A kernel that calls many small functions, round after round: what is measured. */
export interface Workload {
  /** How many functions: the more, the more code. */
  functions: number;
  rounds: number;
  /** How a function is called: directly, or through a table of pointers. */
  calls: "direct" | "indirect";
  /** Whether functions turn interrupts off and on again, as kernels do around their locks. */
  locks: boolean;
}

export const WORKLOAD: Workload = { functions: 100, rounds: 100, calls: "direct", locks: true };

export function programOf({ functions, rounds, calls, locks }: Workload): string {
  const names = Array.from({ length: functions }, (_, n) => n);
  const call = (n: number) => (calls === "direct" ? `call f${n}` : `call [table + ${4 * n}]`);
  const body = (n: number) => [
    `f${n}: ${locks ? "pushf" : "push eax"}`,
    ...(locks ? ["cli"] : []),
    `mov eax, [${0x20000 + 4 * (n % 60)}]`,
    `add eax, ${n + 1}`,
    `mov [${0x20000 + 4 * (n % 60)}], eax`,
    ...(locks ? ["popf"] : ["pop eax"]),
    `test ecx, ${1 << (n % 4)}`,
    `jz g${n}`,
    "inc ebx",
    `g${n}: ret`,
  ];
  return [
    `mov ecx, ${rounds}`,
    "again:",
    ...names.map(call),
    "dec ecx",
    "jnz near again",
    "say ebx",
    "end",
    ...names.flatMap(body),
    `table: dd ${names.map((n) => `f${n}`).join(", ")}`,
  ].join("\n");
}
