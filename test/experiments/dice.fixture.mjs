/** A registry as worker threads can load it: plain JavaScript. Later points end sooner, so that threads finish out of order. */
const dice = {
  name: "dice",
  title: "Sum of dice",
  question: "Does the sum grow with the sides?",
  parameters: {
    sides: { default: [4, 6, 8], min: 2, max: 20, integer: true, unit: "1", doc: "sides of a die" },
    kind: {
      default: "fair",
      oneOf: ["fair", "loaded", "broken", "endless"],
      unit: "",
      doc: "what the die is",
    },
  },
  columns: { sum: { label: "sum", unit: "pips" }, note: { label: "note", unit: "" } },
  seed: 7,
  run({ sides, kind }, seed) {
    if (kind === "broken" && sides === 6) throw new Error("the die broke");
    while (kind === "endless");
    let state = seed;
    for (let step = 0; step < 200_000 * (21 - sides); step++) state = (state * 48271) % 2147483647;
    return [1, 2].map((at) => ({ sum: (state % sides) + at, note: `a "${kind}", die` }));
  },
};
export const EXPERIMENTS = [dice];
