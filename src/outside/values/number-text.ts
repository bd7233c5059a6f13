// Numbers as Python writes them. Source: Python/pystrtod.c (repr of float), Objects/complexobject.c, Modules/_decimal/libmpdec/io.c (to-scientific-string).

/** repr() of a float: the shortest digits that give the same double, with an exponent below 1e-4 and from 1e16 on. */
export function floatText(value: number): string {
  return addPoint(shortText(value));
}

/** repr() of a complex number: parts without ".0". */
export function complexText(real: number, imaginary: number): string {
  const part = shortText(imaginary);
  if (real === 0 && !Object.is(real, -0)) return `${part}j`;
  return `(${shortText(real)}${part.startsWith("-") ? "" : "+"}${part}j)`;
}

function shortText(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value < 0 ? "-inf" : "inf";
  if (Object.is(value, -0)) return "-0";
  const [mantissa = "0", exponentText = "0"] = value.toExponential().split("e");
  const exponent = Number(exponentText);
  const sign = mantissa.startsWith("-") ? "-" : "";
  const digits = mantissa.replace("-", "").replace(".", "");
  if (value !== 0 && (exponent < -4 || exponent >= 16)) return `${mantissa}e${signed(exponent)}`;
  if (exponent < 0) return `${sign}0.${"0".repeat(-exponent - 1)}${digits}`;
  if (digits.length <= exponent + 1) return `${sign}${digits.padEnd(exponent + 1, "0")}`;
  return `${sign}${digits.slice(0, exponent + 1)}.${digits.slice(exponent + 1)}`;
}

function addPoint(text: string): string {
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
}

function signed(exponent: number): string {
  return `${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
}

/** str() of a finite decimal of these digits, times ten to the power of `exponent`. */
export function decimalText(negative: boolean, digits: string, exponent: number): string {
  const sign = negative ? "-" : "";
  const adjusted = exponent + digits.length - 1;
  if (exponent <= 0 && adjusted >= -6) {
    const point = digits.length + exponent;
    if (exponent === 0) return `${sign}${digits}`;
    return point > 0 ? `${sign}${digits.slice(0, point)}.${digits.slice(point)}` : `${sign}0.${"0".repeat(-point)}${digits}`;
  }
  const mantissa = digits.length > 1 ? `${digits[0] ?? ""}.${digits.slice(1)}` : digits;
  return `${sign}${mantissa}E${adjusted < 0 ? "" : "+"}${adjusted}`;
}
