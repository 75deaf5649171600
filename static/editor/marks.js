// What is marked in the grid: problems, texts that were not saved, comments, life, other people.

const NONE = { mark: "", words: "" };

export class Marks {
  constructor(grid) {
    this.grid = grid;
    this.problems = new Map();
    this.refused = new Map();
    this.comments = {};
    this.lives = null;
    this.others = new Set();
  }

  /** The mark of a cell, and what it says. */
  of(id, field) {
    const place = `${id} ${field}`;
    return this.refused.get(place) ?? this.problems.get(place) ?? NONE;
  }

  /** What the analysis of the whole table found. */
  found(marks) {
    this.problems = new Map();
    const labels = new Map(this.grid.columns.map((column) => [column.label, column.field]));
    for (const { row, column, severity } of marks) {
      const record = this.grid.records[row - 1];
      const field = labels.get(column);
      if (record && field) this.problems.set(`${record.id} ${field}`, { mark: severity, words: "" });
    }
    this.grid.redraw();
  }

  /** A cell that was left with something wrong, until the whole table is analysed. */
  left(id, field, { message, severity }) {
    this.problems.set(`${id} ${field}`, { mark: severity, words: message });
  }

  /** A cell that the server did not take keeps its text, in red, with the reason. */
  refuse([id, column, text], message) {
    const field = this.grid.fields.get(column);
    this.refused.set(`${id} ${field}`, { mark: "error", words: `Not saved. ${message}`, text });
    this.grid.redraw();
    const number = this.grid.records.find((record) => record.id === id)?.n;
    return `Row ${number ?? ""} is not saved. ${message}`;
  }

  async readLives() {
    const { draft } = this.grid;
    const asked = new URLSearchParams({ table: draft.table });
    const answer = await fetch(`${draft.base}life.json?${asked}`).catch(() => null);
    if (!answer?.ok || answer.redirected) return;
    this.lives = await answer.json();
    this.mostHits = Math.max(0, ...Object.values(this.lives).map((life) => life.hits));
    this.grid.redraw(true);
  }

  /** The rows where others are. */
  meet(people) {
    const rows = new Set(people.map((one) => one.row));
    if ([...rows].join() === [...this.others].join()) return;
    this.others = rows;
    this.grid.redraw(true);
  }

  dress(row) {
    const { id } = row.getData();
    row.getElement().classList.toggle("ed-dead", Boolean(this.lives?.[id]?.dead));
    row.getElement().classList.toggle("ed-other", this.others.has(id));
  }
}
