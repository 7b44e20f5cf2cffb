/** What a component threw, as the record tells it, in the words of the notebook's checks. */
import { Breach, type MethodRules } from "../../src/course/rules.ts";

/** Longer messages are cut: they are the student's own words, on the student's own page. */
const MOST = 500;

export function breachOf(
  name: string,
  { returns }: MethodRules,
  kind: unknown,
  text: unknown,
  place: (stack: string) => string | undefined,
): Breach {
  const said = String(text).slice(0, 8000);
  const [message = "", ...stack] = said.split("\n");
  switch (kind) {
    case "absent":
      return new Breach(`the component has no method ${name}`);
    case "no function":
      return new Breach(`${name} is not a function`);
    case "promise":
      return new Breach(
        `${name} returned a promise; it must return ${returns.type}. Write it without async.`,
      );
    case "not plain":
      return new Breach(`${name} returned ${said.slice(0, 100)}; it must return ${returns.type}`);
    default: {
      const where = place(stack.join("\n"));
      const at = where ? `, ${where}` : "";
      if (/read only property|not extensible|Cannot (delete|redefine) property/.test(message))
        return new Breach(`${name} tried to change its input${at}. The input is read-only: work on a copy.`);
      return new Breach(`${name} threw ${message.slice(0, MOST)}${at}`, `${name} threw an error${at}`);
    }
  }
}
