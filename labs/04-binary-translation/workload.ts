/** A kernel that calls many small functions, round after round: what is measured. */
export interface Workload {
  /** How many functions: the more, the more code. */
  functions: number;
  /** How often each of them is called. */
  rounds: number;
  /** All functions in turn, or each of them as often as it is to be called before the next one. */
  order: "in turn" | "one by one";
  /** How a function is called: directly, or through a table of pointers. */
  calls: "direct" | "indirect";
  /** How functions keep interrupts away, as kernels do around what nobody may disturb. */
  locks: "none" | "pushf, cli, popf" | "cli, sti";
}

export const WORKLOAD: Workload = {
  ...{ functions: 100, rounds: 30, order: "in turn", calls: "direct", locks: "pushf, cli, popf" },
};

const LOCK = {
  none: [[], []],
  "pushf, cli, popf": [["pushf", "cli"], ["popf"]],
  "cli, sti": [["cli"], ["sti"]],
} as const;

export function programOf({ functions, rounds, order, calls, locks }: Workload): string {
  const numbers = Array.from({ length: functions }, (_, n) => n);
  const call = (n: number) => (calls === "direct" ? `call f${n}` : `call [table + ${4 * n}]`);
  const [close, open] = LOCK[locks];
  const body = (n: number) => {
    const variable = `[${0x20000 + 4 * (n % 60)}]`;
    const work = [`mov eax, ${variable}`, `add eax, ${n + 1}`, `mov ${variable}, eax`];
    return [
      `f${n}:`,
      ...close,
      ...work,
      ...open,
      `test ecx, ${1 << (n % 4)}`,
      `jz g${n}`,
      "inc ebx",
      `g${n}: ret`,
    ];
  };
  const inTurn = [`mov ecx, ${rounds}`, "again:", ...numbers.map(call), "dec ecx", "jnz near again"];
  const oneByOne = numbers.flatMap((n) => [
    `mov ecx, ${rounds}`,
    `a${n}: ${call(n)}`,
    "dec ecx",
    `jnz a${n}`,
  ]);
  return [
    ...(order === "in turn" ? inTurn : oneByOne),
    ...["say ebx", "end"],
    ...numbers.flatMap(body),
    `table: dd ${numbers.map((n) => `f${n}`).join(", ")}`,
  ].join("\n");
}
