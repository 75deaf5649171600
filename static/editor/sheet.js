// A reference table while it is edited: kept in the page with its undo, and sent whole when it is
// saved, rows that nobody touched as their numbers alone.

import { csrfToken } from "./draft.js";

export class Sheet {
  constructor({ rows, version, newest }) {
    this.address = rows;
    this.version = Number(version);
    this.newest = Number(newest);
    this.mayEdit = true;
    this.done = [];
    this.breath = null;
    this.undone = [];
    this.onAnswer = () => {};
    this.onChange = () => {};
    addEventListener("beforeunload", (event) => this.done.length && !this.sent && event.preventDefault());
  }

  async read() {
    const answer = await fetch(`${this.address}?version=${this.version}`);
    if (!answer.ok || answer.redirected) throw new Error(`The table cannot be read (${answer.status}).`);
    const { columns, rows } = await answer.json();
    this.columns = columns.map((column) => ({ ...column, hint: HINTS[column.type] }));
    this.numbers = new Map(this.columns.map((column, at) => [column.id, at]));
    // Texts of every row that ever was here: those removed come back with undo.
    this.texts = new Map(rows.map((texts, at) => [`row${at + 1}`, texts]));
    this.origins = new Map([...this.texts.keys()].map((id, at) => [id, at + 1]));
    this.order = [...this.texts.keys()];
    this.touched = new Set();
    return { inputs: [], outputs: [], annotations: this.columns, rows: this.rowsOf(this.order) };
  }

  rowsOf(ids) {
    return ids.map((id) => [id, [], [], this.texts.get(id)]);
  }

  // Nothing is on its way before it is saved, and nothing was left by other pages.

  pending() {
    return [];
  }

  adopt() {
    return false;
  }

  // What the grid did

  cells(cells) {
    const before = cells.map(([id, column]) => [id, column, this.texts.get(id)[this.numbers.get(column)]]);
    this.put(cells);
    this.remember({ cells: [before, cells] });
  }

  operation({ op, rows, before }) {
    const old = this.order;
    if (op === "insert_rows") for (const row of rows) this.texts.set(row.id, row.annotations);
    const ids = op === "insert_rows" ? rows.map((row) => row.id) : rows;
    const named = new Set(ids);
    const staying = old.filter((id) => !named.has(id));
    const at = staying.indexOf(before);
    const moved = old.filter((id) => named.has(id));
    const coming = { insert_rows: ids, move_rows: moved, remove_rows: [] }[op];
    this.order = staying.toSpliced(at < 0 ? staying.length : at, 0, ...coming);
    this.remember({ orders: [old, this.order] });
  }

  put(cells) {
    for (const [id, column, text] of cells) {
      this.texts.set(id, this.texts.get(id).with(this.numbers.get(column), text));
      this.touched.add(id);
    }
  }

  /** What was done in one breath, such as a block with new rows, is undone in one. */
  remember(act) {
    if (!this.breath) {
      this.done.push((this.breath = []));
      queueMicrotask(() => (this.breath = null));
    }
    this.breath.push(act);
    this.undone = [];
    this.onChange(act.cells?.[1] ?? []);
  }

  step(name) {
    const [from, to] = name === "undo" ? [this.done, this.undone] : [this.undone, this.done];
    const step = from.pop();
    if (!step) return;
    to.push(step);
    const side = name === "undo" ? 0 : 1;
    const rows = new Set();
    const there = new Set(this.order);
    for (const { cells, orders } of name === "undo" ? step.toReversed() : step) {
      if (orders) this.order = orders[side];
      if (cells) this.put(cells[side]);
      for (const [id] of cells?.[side] ?? []) rows.add(id);
    }
    for (const id of this.order) if (!there.has(id)) rows.add(id);
    this.onAnswer({ rows: this.rowsOf([...rows]), order: this.order });
    this.onChange(step.flatMap(({ cells }) => cells?.[side] ?? []));
  }

  // To the server

  /** Save, or try; gives what the server said, {} where it said nothing that can be read. */
  async send(fields, trying) {
    const row = (id) => {
      const origin = this.origins.get(id) ?? 0;
      return origin && !this.touched.has(id) ? origin : [origin, ...this.texts.get(id)];
    };
    const body = { based_on: this.version, newest: this.newest, try: trying, ...fields };
    const answer = await fetch(this.address, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": csrfToken() },
      body: JSON.stringify({ ...body, rows: this.order.map(row) }),
    }).catch(() => null);
    const said = answer?.redirected ? null : await answer?.json().catch(() => null);
    this.sent = Boolean(said?.address);
    return said ?? { message: wentWrong(answer) };
  }
}

const HINTS = { date: "YYYY-MM-DD", number: "0", boolean: "true or false", list: "one, two, three" };

function wentWrong(answer) {
  if (!answer) return "There is no connection. Nothing was saved; what you typed stays here.";
  if (answer.redirected) return "You are signed out. Sign in in another tab, then save again.";
  if (answer.status === 400 || answer.status === 413)
    return "This is more than a page can send at once. Save it as a sheet and use “Import a sheet”.";
  return `The server did not answer as it should (${answer.status}). Nothing was saved. Try again.`;
}
