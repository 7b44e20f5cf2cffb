/** Arbitrary plain data (course/plain.ts), rare values often: what may cross a component's boundary. */
import fc from "fast-check";

const special = fc.constantFrom<unknown>(
  ...[undefined, null, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, "", "$", "__proto__"],
  ...[
    0,
    2 ** 53,
    2 ** 31,
    -1,
    0.1,
    2n ** 64n,
    -1n,
    "\u2028\ud800",
    new Uint8Array(0),
    Uint32Array.of(2 ** 32 - 1),
  ],
);
const key = fc.constantFrom("$", "a", "b", "length", "then", "toJSON", "__proto__");

export const plainData: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    special,
    fc.integer(),
    fc.string(),
    fc.uint8Array({ maxLength: 5 }),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(key, tie("value"), { maxKeys: 3, noNullPrototype: true }),
  ),
})).value;
