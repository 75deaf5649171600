// What may be typed into a column: its allowed values at once, names and functions from the server.

const MOST = 40;
const BACK = 60; // Characters before the caret in which a name may begin.

export class Offers {
  constructor(draft) {
    this.draft = draft;
    this.known = new Map();
  }

  /** Offers of a column as far as they are known; `later` is called when there are more. */
  of(column, later) {
    const known = this.known.get(column.id);
    if (known) return known;
    const values = column.allowed ?? (column.type === "boolean" ? ["true", "false"] : []);
    const at_once = values.map((text) => ({ text, kind: "value", type: "", detail: "" }));
    if (at_once.length && column.section === "If")
      at_once.push({ text: "-", kind: "value", type: "", detail: "Anything" });
    this.known.set(column.id, at_once);
    if (column.section !== "Notes") this.read(column, at_once).then(later);
    return at_once;
  }

  async read(column, values) {
    const asked = new URLSearchParams({ table: this.draft.table, column: column.id });
    const answer = await fetch(`${this.draft.base}completions.json?${asked}`).catch(() => null);
    if (!answer?.ok) return this.known.delete(column.id);
    const others = (await answer.json()).filter((offer) => offer.kind !== "value");
    this.known.set(column.id, [...values, ...others]);
  }
}

/** The offers that a text asks for where the caret stands: {from, offers}, the likeliest first. */
export function matching(offers, column, before, { asked }) {
  const values = offers.filter((offer) => offer.kind === "value");
  const from = before.search(/[^,(]*$/) + before.match(/[^,(]*$/)[0].search(/\S|$/);
  const part = before.slice(from).toLowerCase();
  if (values.length) {
    const fitting = values.filter((one) => part === "" || begins(one.text, part));
    if (fitting.length && (part !== "" || asked)) return { from, offers: fitting.slice(0, MOST) };
  }
  // Texts are typed as they are: names come where FEEL was begun, or when they are asked for.
  if (column.text && !asked && !/^\s*=/.test(before)) return none;
  for (const start of beginnings(before)) {
    const word = before.slice(start).toLowerCase();
    const others = offers.filter((one) => one.kind !== "value");
    const fitting = others.filter((one) => begins(one.text, word));
    const within = others.filter((one) => one.text.toLowerCase().includes(`.${word}`));
    if (fitting.length || within.length) {
      const found = [...new Set([...fitting, ...within])].sort((a, b) => rank(a) - rank(b));
      return { from: start, offers: found.slice(0, MOST) };
    }
  }
  return asked && before.trim() === "" ? { from: before.length, offers: offers.slice(0, MOST) } : none;
}

const none = { from: 0, offers: [] };
const RANKS = { input: 0, reference: 1, function: 2 };
const rank = (offer) => RANKS[offer.kind] ?? 3;

const begins = (text, part) => text.toLowerCase().startsWith(part);

/** Where a name may begin, the longest first: names hold spaces and points. */
function beginnings(before) {
  const found = [];
  for (let at = Math.max(0, before.length - BACK); at < before.length; at += 1) {
    const opens = at === 0 || /[^\p{L}\p{N}_.]/u.test(before[at - 1]);
    if (opens && /[\p{L}_]/u.test(before[at])) found.push(at);
  }
  return found;
}
