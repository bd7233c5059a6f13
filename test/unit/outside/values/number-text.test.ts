import { expect, test } from "vitest";
import { complexText, decimalText, floatText } from "../../../../src/outside/values/number-text.ts";

// As CPython 3.12 prints them.
test.each([
  [0, "0.0"],
  [-0, "-0.0"],
  [1e15, "1000000000000000.0"],
  [9999999999999998, "9999999999999998.0"],
  [1e16, "1e+16"],
  [1.5e300, "1.5e+300"],
  [0.0001, "0.0001"],
  [0.00001, "1e-05"],
  [1.234e-7, "1.234e-07"],
  [5e-324, "5e-324"],
  [-2.5, "-2.5"],
  [Number.POSITIVE_INFINITY, "inf"],
  [Number.NaN, "nan"],
])("the float %d reads %s", (value, text) => {
  expect(floatText(value)).toBe(text);
});

test.each([
  [0, 1, "1j"],
  [1, 2, "(1+2j)"],
  [-0, 1, "(-0+1j)"],
  [0, -0, "-0j"],
  [1.5, Number.NaN, "(1.5+nanj)"],
])("the complex number of %d and %d reads %s", (real, imaginary, text) => {
  expect(complexText(real, imaginary)).toBe(text);
});

test.each([
  [false, "150", -2, "1.50"],
  [true, "0", 0, "-0"],
  [false, "1", 10, "1E+10"],
  [false, "123", 5, "1.23E+7"],
  [false, "1", -6, "0.000001"],
  [false, "1", -7, "1E-7"],
  [false, "0", -2, "0.00"],
])("the decimal %s %s E%d reads %s", (negative, digits, exponent, text) => {
  expect(decimalText(negative, digits, exponent)).toBe(text);
});
