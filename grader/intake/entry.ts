/** Which of the files is the component. */
import { visible } from "../../src/course/submission/characters.ts";
import { Refusal } from "./submission.ts";

export interface Choice {
  /** The file that exports the component, or the notebook that holds it. */
  entry: string;
  /** The notebook beside a component.ts: it may hold answers. */
  notebook: string | undefined;
}

const isNotebook = (path: string) => /\.ipynb$/i.test(path);
const fileName = (path: string) => path.slice(path.lastIndexOf("/") + 1);
const depthOf = (path: string) => path.split("/").length;

/**
 * component.ts before the lab's notebook, that before any other notebook, that before a lone program; near the top before
 * far below. A folder named like the lab keeps out those of other labs, as nbgrader lays them out.
 * @param declares whether a program seems to declare `component`
 * @throws Refusal when there is nothing or when it would be a guess
 */
export function choose(paths: readonly string[], lab: string, declares: (path: string) => boolean): Choice {
  const ofLab = paths.filter((path) => path.split("/").slice(0, -1).includes(lab));
  const all = ofLab.length > 0 ? ofLab : paths;
  const notebooks = all.filter(isNotebook);
  const named = notebooks.filter((path) => fileName(path).toLowerCase().includes(lab));
  const notebook = one(named, "notebooks of this lab") ?? one(notebooks, "notebooks");
  const programs = all.filter((path) => !isNotebook(path));
  const component = one(
    programs.filter((path) => fileName(path).toLowerCase() === "component.ts"),
    "files component.ts",
  );
  if (component !== undefined) return { entry: component, notebook };
  if (notebook !== undefined) return { entry: notebook, notebook };
  const declaring = programs.length > 1 ? programs.filter(declares) : programs;
  const [entry] = declaring;
  if (entry === undefined)
    throw new Refusal(
      programs.length === 0
        ? `There is no component in it: hand in component.ts or the notebook ${lab}.ipynb.`
        : `None of ${list(programs)} exports \`component\`. Name the right one component.ts.`,
    );
  if (declaring.length > 1)
    throw new Refusal(`${list(declaring)} all export \`component\`. Name the right one component.ts.`);
  return { entry, notebook: undefined };
}

/** The one nearest to the top. */
function one(paths: readonly string[], what: string): string | undefined {
  const top = Math.min(...paths.map(depthOf));
  const nearest = paths.filter((path) => depthOf(path) === top);
  if (nearest.length > 1)
    throw new Refusal(`There are several ${what}: ${list(nearest)}. Hand in one of them.`);
  return nearest[0];
}

function list(paths: readonly string[]): string {
  const shown = paths.slice(0, 5).map(visible).join(", ");
  return paths.length > 5 ? `${shown} and ${paths.length - 5} more` : shown;
}
