// Exact decimals and the sums made of them. A figure is a BigInt of units of 10^-scale: no float is
// ever near it, so 0.1 + 0.2 is 0.3 and a total of ten digits stays whole.

"use strict";

/** The figure that a text like "-278.90" says; null if it says none. */
function figure(text) {
  const parts = /^(-?)(\d{1,28})(?:\.(\d{1,28}))?$/.exec(text);
  if (!parts) return null;
  const [, sign, whole, rest = ""] = parts;
  return { units: BigInt(sign + whole + rest), scale: rest.length };
}

/** Both figures in units of the finer one's scale. */
function aligned(a, b) {
  const scale = Math.max(a.scale, b.scale);
  const lift = (f) => f.units * 10n ** BigInt(scale - f.scale);
  return [lift(a), lift(b), scale];
}

function plus(a, b) {
  const [x, y, scale] = aligned(a, b);
  return { units: x + y, scale };
}

function minus(a, b) {
  const [x, y, scale] = aligned(a, b);
  return { units: x - y, scale };
}

/** The figure as text, with all the decimals it has. */
function shown(f) {
  const digits = String(f.units < 0n ? -f.units : f.units).padStart(f.scale + 1, "0");
  const at = digits.length - f.scale;
  const sign = f.units < 0n ? "-" : "";
  return sign + digits.slice(0, at) + (f.scale ? "." + digits.slice(at) : "");
}

const ZERO = { units: 0n, scale: 0 };

/**
 * How a sum fares: its computed figure, the difference to the stated one, and one of `exact`,
 * `rounded` (within `allowance`), `broken`, or `unknown` where a figure can't be read.
 * A blank (null) adds nothing; undefined is a figure that can't be read.
 */
function fares(stated, parts, allowance) {
  if (stated === undefined || parts.includes(undefined)) return { state: "unknown" };
  const computed = parts.reduce((sum, part) => plus(sum, part ?? ZERO), ZERO);
  const off = minus(computed, stated ?? ZERO);
  if (off.units === 0n) return { state: "exact", computed, off };
  const [distance, room] = aligned({ ...off, units: off.units < 0n ? -off.units : off.units }, allowance);
  return { state: distance <= room ? "rounded" : "broken", computed, off };
}
