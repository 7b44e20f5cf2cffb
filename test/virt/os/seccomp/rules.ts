/** Random rules, and calls that lie about the edges of what they compare with. */
import fc from "fast-check";
import {
  type Condition,
  OPERATORS,
  type Operator,
  type RuleSet,
} from "../../../../src/virt/os/seccomp/compile.ts";
import { type SeccompData, seccompData } from "../../../../src/virt/os/seccomp/filter.ts";

const EDGES = [
  0n,
  1n,
  2n,
  5n,
  0x7fffffffn,
  0xffffffffn,
  0x100000000n,
  0x100000001n,
  0xffffffff00000000n,
  2n ** 64n - 1n,
];
const value = fc.constantFrom(...EDGES);
export const NUMBERS = [1, 16, 39];
const ACTIONS = [0x7fff0000, 0x50001, 0x50005, 0x30000];

const condition = (argument: number, operators: readonly Operator[]): fc.Arbitrary<Condition> =>
  fc
    .record({
      argument: fc.constant(argument),
      operator: fc.constantFrom(...operators),
      value,
      wanted: value,
    })
    .map(({ wanted, ...one }) => ({
      ...one,
      masked: one.operator === "MASKED_EQ" ? wanted & one.value : 0n,
    }));
const conditions = (operators: readonly Operator[]) =>
  fc
    .tuple(...[0, 1, 2, 5].map((argument) => fc.option(condition(argument, operators), { freq: 1 })))
    .map((all) => all.filter((one) => one !== null));

/** Rules of several system calls; those of one have one action. */
export const ruleSets = (
  perCall: number,
  operators: readonly Operator[] = OPERATORS,
): fc.Arbitrary<RuleSet> =>
  fc.record({
    otherwise: fc.constantFrom(0x50026, 0x7fff0000),
    rules: fc
      .tuple(
        ...NUMBERS.map((number) =>
          fc
            .tuple(fc.constantFrom(...ACTIONS), fc.array(conditions(operators), { maxLength: perCall }))
            .map(([action, all]) => all.map((each) => ({ number, action, conditions: each }))),
        ),
      )
      .map((all) => all.flat()),
  });

export interface Call {
  readonly number: number;
  readonly args: readonly bigint[];
}
export const calls: fc.Arbitrary<Call> = fc.record({
  number: fc.constantFrom(...NUMBERS, 2, 0x40000001, 0xffffffff),
  args: fc.array(value, { minLength: 6, maxLength: 6 }),
});
export const dataOf = ({ number, args }: Call): SeccompData => seccompData(number, args);
