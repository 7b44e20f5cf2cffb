/** An image that cannot be loaded. The message says what is wrong, where in the image, and what would be right. */
export class LoadError extends Error {
  override name = "LoadError";
}
