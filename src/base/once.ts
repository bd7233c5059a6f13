// A value made when it is first asked for, and then kept: what most runs of the program never need costs them nothing.

/** The same value at every call. What `make` throws is thrown, and the next call tries again. */
export function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined;
  return () => (made ??= { value: make() }).value;
}
