/**
 * A scenario: one way of driving a component. It is known to everybody and runs three times: in the notebook, beside the
 * student's code in the grader's sandbox, and on the grader's own machine with what was recorded there. So it holds nothing of
 * what is expected, and the same component and input always give the same calls.
 *
 *              input (plain data)
 *                 ▼
 *     drive: machine ◀──calls──▶ component ──▶ actual (plain data) ──▶ a check compares it with what it expects
 */

// biome-ignore lint/suspicious/noExplicitAny: a list of scenarios has as many types of input as members.
export interface Scenario<C extends object, I = any, A = unknown> {
  /** What the component did, and what it did to the machine. Deterministic; it must not catch what the component throws. */
  drive(component: C, input: I): A;
  /** The input in words that a student can redo by hand. */
  describe(input: I): string;
  /** Of a scenario of many cases: that of one. */
  single?: Scenario<C>;
}

/** Many cases as one scenario; of a failure the first wrong case is shown. The same instance of the component plays them all. */
export const each = <C extends object, I, A>(single: Scenario<C, I, A>): Scenario<C, readonly I[], A[]> => ({
  single,
  drive: (component, inputs) => inputs.map((input) => single.drive(component, input)),
  describe: (inputs) => `${inputs.length} cases`,
});

export type Scenarios<C extends object> = Readonly<Record<string, Scenario<C>>>;

/** Keeps each scenario's own types of input and actual; the names are what the grader calls them by. */
export const defineScenarios =
  <C extends object>() =>
  <S extends Scenarios<C>>(scenarios: S): S =>
    scenarios;
