/** Small hosts and claims, in words. */
import type { Claim } from "./component.ts";
import type { Step } from "./host.ts";
import type { History, Scarcity } from "./scenarios.ts";

export const claim = (shares: number, pages: number, rest: Partial<Claim> = {}): Claim => ({
  ...{ shares, pages, min: 0, active: 1 },
  ...rest,
});

export const scarce = (available: number, tax: number, ...claims: Claim[]): Scarcity => ({
  claims,
  available,
  tax,
});

/** "1:A1 2:A2 3+4:B1 5!:C1": pages, those that share a frame, and one that is the last of one. */
export function history(pages: string, steps: string, remembered: History["remembered"] = []): History {
  const contents: Record<string, string> = {};
  const shared: number[][] = [];
  for (const word of pages.split(" ")) {
    const [names, content] = word.split(":") as [string, string];
    const group = names.replace("!", "").split("+").map(Number);
    for (const page of group) contents[page] = content;
    if (group.length > 1 || names.endsWith("!")) shared.push(group);
  }
  return { pages: contents, shared, remembered, steps: stepsOf(steps) };
}

/** "s1 w2=B1": scan page 1, write B1 to page 2. */
function stepsOf(text: string): Step[] {
  return text.split(" ").map((word): Step => {
    const [what, content] = word.split("=") as [string, string?];
    const page = Number(what.slice(1));
    return content === undefined ? { kind: "scan", page } : { kind: "write", page, content };
  });
}
