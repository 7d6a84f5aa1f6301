// Numbers as people type them, exact: whole units of ten to the minus scale. The server has the last word on any text.
const GROUPED = /^\d{1,3}([.,' ])\d{3}(?:\1\d{3})*$/;

function literal(said) {
  const marks = said.replace(/\d/g, "");
  const last = marks.at(-1);
  if (!marks) return plain(said, "");
  if (marks.split(last).length > 2 || "' ".includes(last)) return GROUPED.test(said) ? plain(said.replace(/\D/g, ""), "") : null;
  const at = said.lastIndexOf(last);
  const [before, decimals] = [said.slice(0, at), said.slice(at + 1)];
  if (marks.length > 1) return GROUPED.test(before) ? plain(before.replace(/\D/g, ""), decimals) : null;
  // 1,200 has two readings: the server asks which.
  return last === "," && GROUPED.test(said) && !before.startsWith("0") ? null : plain(before, decimals);
}

const plain = (whole, decimals) => ({ units: BigInt(`${whole || 0}${decimals}`), scale: decimals.length });
const aligned = (a, b) => {
  const scale = Math.max(a.scale, b.scale);
  return [a, b].map(({ units, scale: own }) => units * 10n ** BigInt(scale - own)).concat(scale);
};

export function plus(a, b) {
  const [one, other, scale] = aligned(a, b);
  return { units: one + other, scale };
}

function product(text) {
  let found = { units: 1n, scale: 0 };
  for (const part of text.split(/[*×]/)) {
    const read = /\d/.test(part) ? literal(part.trim()) : null;
    if (!read) return null;
    found = { units: found.units * read.units, scale: found.scale + read.scale };
  }
  return found;
}

// null for what cannot be read, zero for nothing
export function readNumber(typed) {
  const text = typed.trim().replaceAll("−", "-").replace(/[\u00a0\u202f_]/g, " ").replace(/[^\d)]+$/, "");
  if (!text) return { units: 0n, scale: 0 };
  if (text.length > 80 || !/^[-+]?[\d.,' *×+-]+$/.test(text)) return null;
  let found = { units: 0n, scale: 0 };
  for (const [, sign, part] of text.matchAll(/([-+]?)([^-+]+)/g)) {
    const read = product(part);
    if (!read) return null;
    found = plus(found, sign === "-" ? { ...read, units: -read.units } : read);
  }
  return found;
}

export function writeNumber({ units, scale }, places) {
  const digits = String(units < 0n ? -units : units).padStart(scale + 1, "0");
  const whole = digits.slice(0, digits.length - scale).replace(/\B(?=(\d{3})+$)/g, ",");
  const decimals = (scale ? digits.slice(-scale) : "").replace(/0+$/, "").padEnd(places, "0");
  return `${units < 0n ? "-" : ""}${whole}${decimals ? `.${decimals}` : ""}`;
}
