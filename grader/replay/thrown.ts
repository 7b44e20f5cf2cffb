/** What a component threw, as the record tells it, in the words of the notebook's checks. */
import { Breach, type MethodRules, promised, threw } from "../../src/course/rules.ts";

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
      return promised(name, returns.type);
    case "not plain":
      return new Breach(`${name} returned ${said.slice(0, 100)}; it must return ${returns.type}`);
    default:
      return threw(name, message.slice(0, MOST), place(stack.join("\n")));
  }
}
