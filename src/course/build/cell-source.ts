/** A file of a lab as the text of a cell. In a notebook every declaration is visible anyway, and tslab refuses `export`. */
export function cellSource(file: string): string {
  return file
    .replace(
      /^export (?=(?:async |abstract )?(?:const|let|function|class|interface|type) ?[A-Za-z_$*])/gm,
      "",
    )
    .trim();
}
