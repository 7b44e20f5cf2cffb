/** "/a//b/../c" is /a/c, before any link is followed. */
export function cleaned(path: string): string {
  const names: string[] = [];
  for (const name of path.split("/"))
    if (name === "..") names.pop();
    else if (name !== "" && name !== ".") names.push(name);
  return `/${names.join("/")}`;
}
