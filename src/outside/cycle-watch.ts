// Notices that a chain of pointers leads back into itself, without remembering all of it (R. P. Brent's method, 1980).
// For every reader that follows links through memory that may be broken.

/** Asked about each address in turn: true once the chain goes in a circle, at the latest after three times round. */
export function createCycleWatch(): (address: number) => boolean {
  let marked: number | undefined;
  let stride = 1;
  let left = 1;
  return (address) => {
    if (address === marked) return true;
    left -= 1;
    if (left > 0) return false;
    marked = address;
    stride *= 2;
    left = stride;
    return false;
  };
}
