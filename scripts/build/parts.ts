// The bundler's chunks as one file: the entry's code as it is, every other chunk as a text that is compiled when it is first required.
// Node takes a millisecond for every 30 KB of code that it compiles, called or not; of a text it only looks for the end.

export interface Chunk {
  /** "why.cjs" */
  readonly fileName: string;
  /** A CommonJS module. What it requires is another chunk ("./main.cjs") or a module of Node. */
  readonly code: string;
  readonly isEntry: boolean;
}

/**
 * An ES module that imports nothing: Node's own modules come through process.getBuiltinModule. To import one asks for every name that it
 * has, and some of them load half of Node before they answer.
 */
export function oneFile(chunks: readonly Chunk[]): string {
  const [entry, ...others] = chunks.toSorted((a, b) => Number(b.isEntry) - Number(a.isEntry));
  if (entry?.isEntry !== true) throw new Error("there is no entry among the chunks");
  const texts = others.map(({ fileName, code }) => `${JSON.stringify(`./${fileName}`)}: ${JSON.stringify(code)},`);
  return asciiOnly(`const texts = {\n${texts.join("\n")}\n};\n${loader}${called(entry)}`);
}

// A trace names the part behind the file: "ispyd.mjs:why.cjs".
const loader = `const own = process.getBuiltinModule("node:url").fileURLToPath(import.meta.url);
const parts = new Map();
const require = (name) => {
  const known = parts.get(name);
  if (known !== undefined) return known.exports;
  const text = texts[name];
  if (text === undefined) return process.getBuiltinModule(name);
  const part = { exports: {} };
  parts.set(name, part);
  const names = ["exports", "require", "module", "__filename"];
  const run = process.getBuiltinModule("node:vm").compileFunction(text, names, { filename: own + ":" + name.slice("./".length) });
  run(part.exports, require, part, own);
  return part.exports;
};
`;

// The brackets tell V8 that the function is called at once and need not be read twice.
function called({ fileName, code }: Chunk): string {
  return `const entry = { exports: {} };
parts.set(${JSON.stringify(`./${fileName}`)}, entry);
(function (exports, require, module, __filename) {
${code}
})(entry.exports, require, entry, own);
`;
}

// V8 keeps a text of ASCII in half the memory and reads it faster. Letters beyond stand in texts and patterns only, where an escape means the same.
function asciiOnly(code: string): string {
  if (/String\.raw`[^`]*[^\0-\x7f]/.test(code)) throw new Error("a String.raw template holds letters beyond ASCII, which can't be escaped");
  return code.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
