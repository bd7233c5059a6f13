// From an application's full name to the short one that people type as a target.

const longestName = 64;
// Folders that hold code without naming it.
const emptyWords: readonly string[] = ["src", "lib", "python"];

/** "shop.wsgi:app", "shop.settings" and "shop/wsgi.py" are all `shop`; a bare "wsgi" or "asgi" takes the folder's name. */
export function nameOfApplication(application: string, directoryName: string): string {
  const module = (application.split(/[:(]/)[0] ?? "").replace(/\.py$/, "");
  const parts = module.split(/[./]/).filter((part) => part !== "" && !emptyWords.includes(part));
  const first = parts[0] ?? "";
  return typeableName(/^(?:wsgi|asgi|settings)$/.test(first) && directoryName !== "" ? directoryName : first);
}

/** A name that fits into a target's text: no "/", ":" or blank, and no bare number, which would be a pid. */
export function typeableName(text: string): string {
  const name = text
    .replace(/[^\p{L}\p{N}_.@+-]+/gu, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, longestName);
  if (name === "") return "python";
  return /^\d+$/.test(name) ? `app-${name}` : name;
}
